"""
Lanes: each process that writes into a spool folder has one, and with it a shipper id and a sequence of its own.

    SPOOL/lane-<shipper id>/lock                  held with flock while the lane is in use; holds the last sequence
                            <sequence>-<part>.seg segments
                            dead_letters.ndjson   events that the receiver refused (dead_letters.py)

A killed process loses its flock, not its lane: the next process to start takes the first lane that nobody holds,
with its backlog, and numbers on; what is left over is sent by whoever finds it (spool_folder.py). The last
sequence is written to `lock` before a segment is deleted: between the two, a crash leaves a segment that is sent
again; the other way round, numbers would be given twice.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from posthog.llm_gateway.segments import DAMAGED_SUFFIX, SUFFIX
from posthog.llm_gateway.sequence_mark import SequenceMark
from posthog.llm_gateway.spool import read_records

PREFIX = "lane-"
LOCK_FILE = "lock"
_DIGITS = 20


class Lane:
    """
    A lane whose lock this process holds.

    Attributes:
        id: The shipper id: a uuid, the same for the life of the folder.
        last_sequence: The highest number handed out, as far as the writer has told.
        active: Name of the segment that is being written; set before its file exists, unset after it is closed.
        mark: None where there is no tmpfs.
    """

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self.id = folder.name.removeprefix(PREFIX)
        self.active: str | None = None
        self.mark: SequenceMark | None = None
        self._lock = lock
        self._remembered = _read_number(lock)
        self.last_sequence = self._find_last_sequence()

    @classmethod
    def try_open(cls, folder: Path) -> Self | None:
        """
        Lock an existing lane folder; None where another holds it.

        Raises:
            OSError: The folder is gone, or the file system refuses.
        """
        lock = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return cls(folder, lock)
        except BlockingIOError:
            os.close(lock)
            return None
        except BaseException:
            os.close(lock)
            raise

    def list_sealed(self) -> list[Path]:
        """The segments that are complete, oldest first."""
        names = sorted(name for name in os.listdir(self.folder) if name.endswith(SUFFIX))
        active = self.active  # after the listing: a segment sealed in between is listed and complete
        return [self.folder / name for name in names if name != active]

    def delete(self, segment: Path) -> None:
        """Forget a segment whose events the receiver has, or that holds none."""
        self._remember()
        with suppress(FileNotFoundError):
            segment.unlink()

    def set_aside(self, segment: Path) -> None:
        """Keep a damaged segment out of the way, for a person to look at."""
        self._remember()
        segment.rename(segment.with_suffix(DAMAGED_SUFFIX))

    def open_mark(self) -> None:
        """Begin to mark the sequence in memory, behind whatever the last process marked."""
        with suppress(OSError):
            self.mark = SequenceMark(self.id)
            self.last_sequence = max(self.last_sequence, self.mark.sequence)

    def close(self) -> None:
        """Give the lane up."""
        if self.mark is not None:
            self.mark.close()
        os.close(self._lock)

    def _remember(self) -> None:
        if self.last_sequence == self._remembered:
            return
        # In place: on a full disk nothing new can be written, and deleting is what makes room.
        os.pwrite(self._lock, f"{self.last_sequence:0{_DIGITS}d}\n".encode(), 0)
        os.fsync(self._lock)
        self._remembered = self.last_sequence

    def _find_last_sequence(self) -> int:
        for segment in reversed(self.list_sealed()):
            if records := read_records(segment.read_bytes()).records:
                return max(self._remembered, records[-1].sequence)
        return self._remembered


def _read_number(lock: int) -> int:
    """The number in the lock file; 0 where it is new. Room for it is taken at once, for later on a full disk."""
    text = os.pread(lock, _DIGITS, 0)
    if text.isdigit():
        return int(text)
    os.pwrite(lock, f"{0:0{_DIGITS}d}\n".encode(), 0)
    os.fsync(lock)
    return 0
