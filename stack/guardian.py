"""
A small process that outlives a supervisor killed outright, to end what the kernel's death signal does not reach.

The death signal (child.py) goes to the children; most end their own processes then. The guardian holds the read end
of a pipe: when it closes, the supervisor is gone, and process groups that are left after a pause are killed.
Run as a script it is the guardian; `Guardian` is the supervisor's side.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import IO

GRACE_S = 4.0
POLL_S = 0.1


class Guardian:
    """The supervisor's side: tells which process groups are alive."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        """A child was started with this process group."""
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """Nothing is left of the group."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """The supervisor ends in order."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._pipe.write(line.encode())
            self._pipe.flush()

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin


def read_groups(lines: IO[str]) -> set[int]:
    """The groups that are alive when the pipe closes."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def has_group(group: int) -> bool:
    """Whether any process is in the group."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_groups(groups: set[int]) -> None:
    """Let them end by themselves for a moment, then kill them."""
    deadline = time.monotonic() + GRACE_S
    while (alive := {group for group in groups if has_group(group)}) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for group in alive:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    end_groups(read_groups(sys.stdin))
