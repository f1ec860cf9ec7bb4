"""Encoded records between the queue and the disk: waiting, or appended to the open segment and not yet synced."""

from collections import deque
from itertools import islice

from posthog.llm_gateway.spool import read_sequence


class PendingRecords:
    """
    In the order of their sequence; the appended ones come first.

    Attributes:
        bytes: Of all of them.
        appended: How many are in the open segment.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.appended = 0
        self._records: deque[bytes] = deque()

    def __len__(self) -> int:
        return len(self._records)

    @property
    def has_waiting(self) -> bool:
        return self.appended < len(self._records)

    @property
    def next_sequence(self) -> int:
        """Of the first waiting record."""
        return read_sequence(self._records[self.appended])

    def add(self, record: bytes) -> None:
        self._records.append(record)
        self.bytes += len(record)

    def list_fitting(self, *, max_records: int, max_bytes: int, is_first_always: bool) -> list[bytes]:
        """The next waiting records that fit; with `is_first_always` the first of them whatever its size."""
        fitting: list[bytes] = []
        for record in islice(self._records, self.appended, self.appended + max_records):
            max_bytes -= len(record)
            if max_bytes < 0 and not (is_first_always and not fitting):
                break
            fitting.append(record)
        return fitting

    def forget_appended(self) -> int:
        """Drop the appended records, which are durable now; how many they were."""
        durable, self.appended = self.appended, 0
        for _ in range(durable):
            self.bytes -= len(self._records.popleft())
        return durable
