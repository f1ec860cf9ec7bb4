"""The scenario: senders deliver calls while every program is killed at random moments; then all is compared."""

import sys
import threading
import time
from dataclasses import dataclass

from tests.chaos.calls import Calls
from tests.chaos.comparison import Comparison, compare
from tests.chaos.killer import Killed, Killer, plan_kills
from tests.chaos.memory import MemoryWatch, watched_memory
from tests.chaos.senders import Heard, Sender, plan_batches
from tests.chaos.stack_under_test import StackUnderTest

LATE_S = 600.0
"""Added to the time that deliveries and kills are spread over: by then senders and killer must be done."""
SETTLING_S = 300.0
PROGRESS_EVERY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    How much of it.

    Attributes:
        spread_s: Seconds over which deliveries and kills are spread.
        child_kills: Kills of single children, beside those of whole programs.
    """

    calls: int
    kills: int
    child_kills: int
    spread_s: float
    senders: int = 8
    batch_max: int = 100
    seed: int = 20261125


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What came of it.

    Attributes:
        rejects: Rejected events.
        settled_s: Seconds from the last delivery and kill until the inbox was empty.
    """

    comparison: Comparison
    killed: Killed
    heard: Heard
    memory: MemoryWatch
    rejects: int
    settled_s: float


def run_kills(stack: StackUnderTest, plan: Plan) -> Outcome:
    """
    Deliver and kill, wait until all is up and drained, compare.

    Raises:
        AssertionError: Senders or killer are not done in time, or the inbox does not empty.
    """
    calls = Calls(prefix="chaos", seed=plan.seed, first_started_at=time.time() - 7200)
    with watched_memory(stack.records, "web", "worker") as memory:
        heard, killed = _deliver_and_kill(stack, calls, plan)
        ended_at = time.monotonic()
        stack.wait_until_up(SETTLING_S)
        stack.wait_until_drained(SETTLING_S)
        settled_s = time.monotonic() - ended_at
    return Outcome(
        comparison=compare(calls, plan.calls, stack.list_rows(calls.prefix)),
        killed=killed,
        heard=heard,
        memory=memory,
        rejects=sum(int(line["count"]) for line in stack.list_rejects()),
        settled_s=settled_s,
    )


def _deliver_and_kill(stack: StackUnderTest, calls: Calls, plan: Plan) -> tuple[Heard, Killed]:
    gives_up = threading.Event()
    batches = plan_batches(
        plan.calls, seed=plan.seed, senders=plan.senders, batch_max=plan.batch_max, spread_s=plan.spread_s
    )
    kills = plan_kills(plan.kills, child_kills=plan.child_kills, seed=plan.seed, spread_s=plan.spread_s)
    senders = [Sender(stack.door, calls, planned, gives_up) for planned in batches]
    killer = Killer(stack.records, kills, gives_up)
    deadline = time.monotonic() + plan.spread_s + LATE_S
    for thread in (*senders, killer):
        thread.start()
    while alive := [thread for thread in (killer, *senders) if thread.is_alive()]:
        if time.monotonic() > deadline:
            gives_up.set()
            raise AssertionError(f"senders or killer not done in time: {_describe(senders, killer)}")
        alive[0].join(PROGRESS_EVERY_S)
        _show_progress(senders, killer)
    return _add_up(senders), killer.killed


def _add_up(senders: list[Sender]) -> Heard:
    heard = Heard()
    for sender in senders:
        heard.answers.update(dict(sender.heard.answers))
        heard.seconds += sender.heard.seconds
        heard.deliveries += sender.heard.deliveries
    return heard


def _describe(senders: list[Sender], killer: Killer) -> str:
    heard = _add_up(senders)
    return (
        f"{heard.deliveries} deliveries taken, answers {dict(sorted(heard.answers.items()))}, "
        f"kills {dict(killer.killed.programs)}, of children {dict(killer.killed.children)}"
    )


def _show_progress(senders: list[Sender], killer: Killer) -> None:
    sys.stderr.write(f"… {_describe(senders, killer)}\n")
    sys.stderr.flush()
