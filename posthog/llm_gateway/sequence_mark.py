"""
The last sequence handed out, in memory that outlives the process: eight bytes of a file in tmpfs.

An event that was accepted but not yet written when the process is killed has taken a number. The next process of
the lane reads the mark and goes on behind it, so that the lost event is a hole that the server sees, instead of a
number given twice. Writing the mark is a store to mapped memory: no system call, no disk, nothing that waits.
After a restart of the machine (or where there is no tmpfs) the mark is gone and the spool's own records decide.
"""

import mmap
import os
from pathlib import Path

TMPFS = Path("/dev/shm")
_BYTES = 8


class SequenceMark:
    """A lane's mark; held by the process that holds the lane's lock."""

    def __init__(self, lane_id: str, *, folder: Path = TMPFS) -> None:
        """
        Open or create it.

        Raises:
            OSError: No such folder, or no memory left in it.
        """
        self.path = folder / f"posthog-shipper-{lane_id}"
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if os.fstat(descriptor).st_size != _BYTES:
                # Written, not truncated to size: a page that does not exist yet could fail when it is stored to.
                os.pwrite(descriptor, bytes(_BYTES), 0)
                os.ftruncate(descriptor, _BYTES)
            self._memory = mmap.mmap(descriptor, _BYTES)
        finally:
            os.close(descriptor)
        self._view = memoryview(self._memory).cast("Q")

    @property
    def sequence(self) -> int:
        """The last one handed out; 0 where none was."""
        return self._view[0]

    def store(self, sequence: int) -> None:
        self._view[0] = sequence

    def close(self) -> None:
        self._view.release()
        self._memory.close()
