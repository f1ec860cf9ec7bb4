"""The scenario: bodies that no honest gateway sends, by several connections at once, to a real web process."""

import http.client
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.chaos.memory import MemoryWatch, watched_memory
from tests.chaos.senders import PATH, Door
from tests.chaos.stack_under_test import StackUnderTest
from tests.fuzz_bodies import FuzzedBody, list_fuzzed_bodies

SENDERS = 4
ANSWER_TIMEOUT_S = 60.0
SETTLING_S = 600.0
PROGRESS_EVERY_S = 15.0
OUR_FAULT = frozenset({"event_unprocessable", "body_unprocessable", "row_refused"})
"""Reasons of a reject that say that the rules stumbled, not that the event is wrong."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """
    What came of it.

    Attributes:
        answers: By status; 0 where there was none: the connection broke off, or a minute was over.
        wrongly_refused: Kinds of the bodies that had to be taken and were not.
        valid_ids: Valid calls of the bodies that were taken; `lost_ids` those without a row.
        our_faults: Rejects that say that the rules stumbled.
    """

    memory: MemoryWatch
    answers: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    wrongly_refused: Counter[str] = field(default_factory=Counter)
    valid_ids: set[str] = field(default_factory=set)
    lost_ids: set[str] = field(default_factory=set)
    our_faults: int = 0

    @property
    def server_errors(self) -> int:
        """Answers of 500 and above."""
        return sum(count for status, count in self.answers.items() if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR)


def run_fuzz(stack: StackUnderTest, *, bodies: int, seed: int) -> Outcome:
    """
    Send them all, wait until they are drained, look for the valid calls among them.

    Raises:
        AssertionError: The inbox does not empty.
    """
    with watched_memory(stack.records, "web", "worker") as memory:
        outcome = Outcome(memory=memory)
        work = _Work(list_fuzzed_bodies(bodies, seed=seed), outcome)
        threads = [_FuzzSender(stack.door, work) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        while alive := [thread for thread in threads if thread.is_alive()]:
            alive[0].join(PROGRESS_EVERY_S)
            sys.stderr.write(f"… fuzzed bodies: answers {dict(outcome.answers)}\n")
            sys.stderr.flush()
        stack.wait_until_drained(SETTLING_S)
    outcome.lost_ids = outcome.valid_ids - {row["generation_id"] for row in stack.list_rows(f"fuzz-{seed}")}
    outcome.our_faults = sum(line["count"] for line in stack.list_rejects() if line["reason_code"] in OUR_FAULT)
    return outcome


class _Work:
    """Hands each body to one of the threads, and takes what became of it."""

    def __init__(self, bodies: Iterator[FuzzedBody], outcome: Outcome) -> None:
        self._bodies = bodies
        self._outcome = outcome
        self._lock = threading.Lock()

    def take(self) -> FuzzedBody | None:
        """The next one; None where none is left."""
        with self._lock:
            return next(self._bodies, None)

    def note(self, body: FuzzedBody, status: int, seconds: float) -> None:
        """How it was answered."""
        with self._lock:
            self._outcome.answers[status] += 1
            self._outcome.slowest_s = max(self._outcome.slowest_s, seconds)
            if status == http.HTTPStatus.ACCEPTED:
                self._outcome.valid_ids.update(body.valid_ids)
            elif body.must_be_taken:
                self._outcome.wrongly_refused[f"{body.kind} → {status}"] += 1


class _FuzzSender(threading.Thread):
    def __init__(self, door: Door, work: _Work) -> None:
        super().__init__(daemon=True)
        self._door = door
        self._work = work
        self._connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=ANSWER_TIMEOUT_S)

    def run(self) -> None:
        while (body := self._work.take()) is not None:
            started_at = time.monotonic()
            status = self._post(body)
            self._work.note(body, status, time.monotonic() - started_at)
        self._connection.close()

    def _post(self, body: FuzzedBody) -> int:
        headers = {"Authorization": f"Bearer {self._door.token}", "Content-Type": "application/json"}
        headers |= {"Content-Encoding": body.encoding} if body.encoding else {}
        try:
            self._connection.request("POST", PATH, body.body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0
        return answer.status
