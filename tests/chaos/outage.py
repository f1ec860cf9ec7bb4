"""The scenario: ClickHouse is away for a while, and calls keep coming."""

import sys
import threading
import time
from dataclasses import dataclass

from tests.chaos.calls import Calls
from tests.chaos.comparison import Comparison, compare
from tests.chaos.memory import MemoryWatch, watched_memory
from tests.chaos.senders import Batch, Heard, Sender
from tests.chaos.stack_under_test import StackUnderTest

SETTLING_S = 300.0
PROGRESS_EVERY_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long ClickHouse is away, and what comes meanwhile, evenly."""

    away_s: float
    bodies_per_s: float
    calls_per_body: int
    seed: int = 20261126

    @property
    def bodies(self) -> int:
        return round(self.away_s * self.bodies_per_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What came of it.

    Attributes:
        before: Memory before the outage; `memory` from its beginning until the inbox was empty.
        waiting: Bodies in the inbox when ClickHouse came back.
        drained_s: Seconds from then until the inbox was empty; its restart is a part of them.
    """

    comparison: Comparison
    heard: Heard
    before: MemoryWatch
    memory: MemoryWatch
    waiting: int
    drained_s: float


def run_outage(stack: StackUnderTest, plan: Plan) -> Outcome:
    """
    Send while ClickHouse is away, let it come back, wait until all is drained, compare.

    Raises:
        AssertionError: The inbox does not empty.
    """
    calls = Calls(prefix="outage", seed=plan.seed, first_started_at=time.time() - 7200)
    before = MemoryWatch(stack.records, ("web", "worker"))
    before.sample()
    with watched_memory(stack.records, "web", "worker") as memory:
        with stack.clickhouse_away():
            heard = _send(stack, calls, plan)
            waiting = stack.count_waiting()
        back_at = time.monotonic()
        stack.wait_until_drained(SETTLING_S)
        drained_s = time.monotonic() - back_at
    count = plan.bodies * plan.calls_per_body
    return Outcome(
        comparison=compare(calls, count, stack.list_rows(calls.prefix)),
        heard=heard,
        before=before,
        memory=memory,
        waiting=waiting or 0,
        drained_s=drained_s,
    )


def _send(stack: StackUnderTest, calls: Calls, plan: Plan) -> Heard:
    """Send all of it, evenly."""
    size = plan.calls_per_body
    batches = [Batch(n / plan.bodies_per_s, range(n * size, n * size + size)) for n in range(plan.bodies)]
    sender = Sender(stack.door, calls, batches, threading.Event())
    sender.start()
    while sender.is_alive():
        sender.join(PROGRESS_EVERY_S)
        answers, waiting = dict(sender.heard.answers), stack.count_waiting()
        sys.stderr.write(f"… ClickHouse away: answers {answers}, {waiting} bodies waiting\n")
        sys.stderr.flush()
    return sender.heard
