"""
Senders that deliver each call one to five times, in random batches and order, and go on until they hear 202.

They do what LiteLLM's webhook does when it retries, but without an end: an answer of 5xx, a connection that is refused
or breaks off, or a timeout, and the same body is sent again. Any other answer is final, and noted.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.chaos.calls import Calls

PATH = "/api/llm_gateway/webhook"
TIMEOUT_S = 10.0
PAUSES_S = (0.1, 1.0)
DELIVERIES_MAX = 5


@dataclass(frozen=True, slots=True)
class Door:
    """Where to send, and as whom."""

    port: int
    token: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Calls to send in one body, `at_s` seconds after the start."""

    at_s: float
    numbers: Sequence[int]


@dataclass(slots=True)
class Heard:
    """
    What the senders heard.

    Attributes:
        answers: By status; 0 for a connection that was refused, broke off or timed out.
        seconds: From the first byte to the answer, of the bodies that were taken.
        deliveries: Calls in the bodies that were taken, repetitions included.
    """

    answers: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    deliveries: int = 0


def plan_batches(count: int, *, seed: int, senders: int, batch_max: int, spread_s: float) -> list[list[Batch]]:
    """
    Each sender's batches, in the order of their moments.

    Args:
        count: Calls 0 … count - 1 are delivered, each one to five times, by whichever sender.
        batch_max: Most calls of one batch.
    """
    chance = random.Random(seed)
    numbers = [number for number in range(count) for _ in range(chance.randint(1, DELIVERIES_MAX))]
    chance.shuffle(numbers)
    plans: list[list[Batch]] = [[] for _ in range(senders)]
    start = 0
    while start < len(numbers):
        end = start + chance.randint(1, batch_max)
        chance.choice(plans).append(Batch(chance.uniform(0, spread_s), numbers[start:end]))
        start = end
    return [sorted(plan, key=lambda batch: batch.at_s) for plan in plans]


class Sender(threading.Thread):
    """
    One connection, kept alive as long as the web keeps it.

    Args:
        gives_up: Set to end it; what it has not delivered by then is missing.
    """

    def __init__(self, door: Door, calls: Calls, batches: Sequence[Batch], gives_up: threading.Event) -> None:
        super().__init__(daemon=True)
        self.heard = Heard()
        self._door = door
        self._calls = calls
        self._batches = batches
        self._gives_up = gives_up
        self._connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=TIMEOUT_S)

    def run(self) -> None:
        started_at = time.monotonic()
        for batch in self._batches:
            self._gives_up.wait(max(0.0, started_at + batch.at_s - time.monotonic()))
            body = json.dumps([self._calls.make(number) for number in batch.numbers]).encode()
            if not self._deliver(body):
                return
            self.heard.deliveries += len(batch.numbers)
        self._connection.close()

    def _deliver(self, body: bytes) -> bool:
        """Whether the body was taken, or refused for good."""
        for pause_s in _list_pauses():
            if self._gives_up.is_set():
                return False
            started_at = time.perf_counter()
            status = self._post(body)
            self.heard.answers[status] += 1
            if status == http.HTTPStatus.ACCEPTED:
                self.heard.seconds.append(time.perf_counter() - started_at)
                return True
            if 0 < status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return True
            self._gives_up.wait(pause_s)
        return False

    def _post(self, body: bytes) -> int:
        headers = {"Authorization": f"Bearer {self._door.token}", "Content-Type": "application/json"}
        try:
            self._connection.request("POST", PATH, body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0
        return answer.status


def _list_pauses() -> Iterator[float]:
    """Seconds between attempts: longer each time, up to a bound, and never the same for all senders."""
    pause_s, longest_s = PAUSES_S
    while True:
        yield random.uniform(0.5, 1.0) * pause_s
        pause_s = min(2 * pause_s, longest_s)
