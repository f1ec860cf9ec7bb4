"""
Segments: the spool's files. One is written from front to back, synced, sealed, sent as a whole and deleted.

What is durable and when: `append` hands the bytes to the kernel (they outlive the process, not the machine);
`sync` returns once they are on the medium, and the file's name with them. A failed `append` takes back its own
bytes, so that a segment never ends in half a record while its writer lives. After a failed `sync` the kernel may
have dropped what it could not write and call the next one a success: nothing since the last good one counts, and
`rollback` removes it.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

SUFFIX = ".seg"
DAMAGED_SUFFIX = ".damaged"


def name_segment(first_sequence: int, part: int) -> str:
    """A name that sorts by sequence; `part` tells apart segments that a failed write began twice."""
    return f"{first_sequence:020d}-{part:06d}{SUFFIX}"


class OpenSegment:
    """
    The one segment of a lane that is being written. Used by one thread.

    Raises:
        OSError: From every method but `close`: the file system refused; call `rollback`.
    """

    def __init__(self, path: Path, *, opened_at: float) -> None:
        """Create the file; `opened_at` is monotonic seconds and only kept for the caller."""
        self.path = path
        self.opened_at = opened_at
        self.records = 0
        self.bytes = 0
        self._durable = (0, 0)
        self._is_name_durable = False
        self._is_trusted = True
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @property
    def is_durable(self) -> bool:
        """Whether everything appended is on the medium."""
        return self._durable == (self.records, self.bytes)

    @property
    def has_durable_records(self) -> bool:
        return self._durable != (0, 0)

    def append(self, data: bytes, *, records: int) -> None:
        """Write whole records behind the others."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            os.ftruncate(self._descriptor, self.bytes)
            raise
        self.records += records
        self.bytes += len(data)

    def sync(self) -> None:
        """Wait until all appended bytes, and at first the file's name, are on the medium."""
        if not self._is_trusted:
            raise OSError(errno.EIO, "an earlier sync failed")
        self._is_trusted = False
        os.fsync(self._descriptor)
        if not self._is_name_durable:
            sync_folder(self.path.parent)
            self._is_name_durable = True
        self._is_trusted = True
        self._durable = (self.records, self.bytes)

    def rollback(self) -> None:
        """Forget what is not durable."""
        self.records, self.bytes = self._durable
        os.ftruncate(self._descriptor, self.bytes)

    def close(self) -> None:
        """Let go of the file; safe after any error."""
        with suppress(OSError):
            os.close(self._descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a synced file whose name is lost is lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
