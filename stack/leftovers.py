"""
Which processes a supervisor started, on disk, so that the next one finds what a killed one left behind.

A record names a process by pid and start time (clock ticks since boot), so a pid that was given out again
is never mistaken for ours.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

GRACE_S = 8.0


def record_process(folder: Path, name: str, pid: int) -> None:
    """Write down a child right after its start."""
    started_ticks = find_start_ticks(pid)
    if started_ticks is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.pid").write_text(f"{pid} {started_ticks}\n")


def forget_process(folder: Path, name: str) -> None:
    """Drop the record of a child that ended."""
    (folder / f"{name}.pid").unlink(missing_ok=True)


def find_start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else int(fields[18])


def list_leftovers(folder: Path) -> dict[str, int]:
    """Recorded processes that still run: name -> pid."""
    alive: dict[str, int] = {}
    for record in sorted(folder.glob("*.pid")):
        words = record.read_text().split()
        if len(words) == 2 and find_start_ticks(int(words[0])) == int(words[1]):
            alive[record.stem] = int(words[0])
        else:
            record.unlink(missing_ok=True)
    return alive


def stop_leftovers(folder: Path) -> list[str]:
    """
    End what a killed supervisor left behind; returns the names.

    Call it with the instance's lock held: then no live supervisor owns these processes. They got their stop
    signal when their parent died, so first they may finish.
    """
    found = list_leftovers(folder)
    deadline = time.monotonic() + GRACE_S
    while (alive := list_leftovers(folder)) and time.monotonic() < deadline:
        for pid in alive.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        time.sleep(0.2)
    for name, pid in alive.items():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        forget_process(folder, name)
    return sorted(found)
