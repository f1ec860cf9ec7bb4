"""
The queue between LiteLLM's callback and the writer thread: all that a model call ever waits for.

Every event offered takes the next number, also one that is refused because the queue is full: a hole in the
sequence is how the server learns of it. Accepted means: in this queue, in memory. A process that is killed loses
what the writer has not taken yet, as a rule the last milliseconds.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from posthog.llm_gateway.instruments import Instruments


class Offered(NamedTuple):
    """An accepted event; `number` counts from 1 in this process, `accepted_at` is Unix seconds."""

    number: int
    accepted_at: float
    payload: dict[str, Any]


class Intake:
    """Offered to by any thread, taken from by one."""

    def __init__(self, *, max_events: int, instruments: Instruments) -> None:
        self.wake = threading.Event()
        self._max_events = max_events
        self._instruments = instruments
        self._lock = threading.Lock()
        self._queue: deque[Offered] = deque()
        self._given = 0
        self._mark: Callable[[int], None] = lambda number: None

    @property
    def given(self) -> int:
        """How many numbers have been given out."""
        return self._given

    def __len__(self) -> int:
        return len(self._queue)

    def offer(self, payload: Mapping[str, Any]) -> bool:
        """
        Number the event and queue it; whether it was accepted.

        The payload is copied one level deep: other callbacks replace its entries after this returns.
        """
        copy = dict(payload)
        with self._lock:
            self._given += 1
            self._mark(self._given)
            is_accepted = len(self._queue) < self._max_events
            if is_accepted:
                self._queue.append(Offered(self._given, self._instruments.clock(), copy))
        self._instruments.counters.add("events_accepted" if is_accepted else "events_refused")
        if not is_accepted:
            self._instruments.log.warn("queue_full", events_queued=self._max_events)
        if not self.wake.is_set():
            self.wake.set()
        return is_accepted

    def take(self) -> Offered | None:
        """The oldest queued event; None where the queue is empty."""
        try:
            return self._queue.popleft()
        except IndexError:
            return None

    def attach_mark(self, mark: Callable[[int], None]) -> None:
        """From now on tell each number given, and at once the last one."""
        with self._lock:
            self._mark = mark
            mark(self._given)
