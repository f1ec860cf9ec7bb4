"""Locks that end with their holder, however it ends (flock), and say who holds them."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from stack.progress import write_line

# `find_holder` has the lock for an instant: one failed try is no proof of a holder.
TRIES = 3
TRY_AGAIN_S = 0.05
WAIT_S = 0.3


@dataclass(frozen=True)
class Holder:
    """
    Who holds a lock and how far it is.

    Args:
        is_stack: A bin/start, which stays; anything else ends by itself.
    """

    pid: int
    command: str
    is_stack: bool = False
    url: str = ""
    is_ready: bool = False


class Lock:
    """One lock file, held from a successful `try_acquire` until `release` or the process's end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire_after_commands(self, command: str, *, is_stack: bool = False) -> Holder | None:
        """Take the lock, waiting for commands that will end; None when it is ours, else the running stack."""
        is_announced = False
        while not self.try_acquire(command, is_stack=is_stack):
            holder = self.find_holder()
            if holder is not None and holder.is_stack:
                return holder
            if holder is not None and not is_announced:
                write_line(f"… waiting for {holder.command} (process {holder.pid}) to end")
                is_announced = True
            time.sleep(WAIT_S)
        return None

    def try_acquire(self, command: str, *, is_stack: bool = False) -> bool:
        """Take the lock if nobody has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = open(self.path, "a+")  # noqa: SIM115 - the open file is the lock
        for _ in range(TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(TRY_AGAIN_S)
                continue
            self._file = file
            self.describe(Holder(pid=os.getpid(), command=command, is_stack=is_stack))
            return True
        file.close()
        return False

    def describe(self, holder: Holder) -> None:
        """Say something new about the holder of this lock, which is this process."""
        draft = self._description.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(holder)))
        draft.replace(self._description)

    def find_holder(self) -> Holder | None:
        """The process that has the lock now; None when it is free."""
        try:
            with open(self.path) as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return self._read_description()
        return None

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _description(self) -> Path:
        return self.path.with_suffix(".json")

    def _read_description(self) -> Holder:
        try:
            return Holder(**json.loads(self._description.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return Holder(pid=0, command="another command")


@contextlib.contextmanager
def waiting_lock(path: Path, what: str) -> Iterator[None]:
    """Hold the lock, waiting for another process to finish `what` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            write_line(f"… waiting for another process that sets up the {what}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
