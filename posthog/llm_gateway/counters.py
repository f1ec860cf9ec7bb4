"""What the shipper did since the process started, as plain numbers; `metrics.py` shows them to Prometheus."""

import threading
from collections import Counter
from typing import Literal

CounterName = Literal[
    "events_accepted",
    "events_refused",
    "events_without_payload",
    "events_unreadable",
    "events_durable",
    "events_delivered",
    "events_dead_lettered",
    "posts",
    "posts_failed",
    "spool_full",
    "disk_errors",
    "damaged_bytes",
    "torn_bytes",
    "internal_errors",
]

ABOUT: dict[CounterName, str] = {
    "events_accepted": "Events taken from LiteLLM into the queue in memory.",
    "events_refused": "Events lost because the queue in memory was full; each leaves a hole in the sequence.",
    "events_without_payload": "Callbacks without a standard logging payload.",
    "events_unreadable": "Accepted events that could not be written as JSON; each leaves a hole in the sequence.",
    "events_durable": "Events on the medium.",
    "events_delivered": "Events in bodies that were answered 202.",
    "events_dead_lettered": "Events that the receiver refused one by one, kept in dead_letters.ndjson.",
    "posts": "Requests to the receiver.",
    "posts_failed": "Requests that were not answered 202.",
    "spool_full": "Times the writer found no room below the size limit.",
    "disk_errors": "Times the file system refused a write or sync.",
    "damaged_bytes": "Bytes of segments that had been changed after they were written.",
    "torn_bytes": "Bytes at the end of segments whose writing was interrupted.",
    "internal_errors": "Errors that should not happen; the log has them.",
}


class Counters:
    """Counted by several threads, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: Counter[CounterName] = Counter()

    def add(self, name: CounterName, amount: int = 1) -> None:
        with self._lock:
            self._values[name] += amount

    def read(self) -> dict[CounterName, int]:
        """Every counter, the untouched ones as 0."""
        with self._lock:
            return {name: self._values[name] for name in ABOUT}
