"""
A whole stack whose programs are killed while events come in: what is stored at the end?

The stack is `bin/start`'s own, with its durable settings: its supervisor starts again what was killed.
"""

import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import psutil
import psycopg
from clickhouse_driver.errors import Error as ClickHouseError

from tests.e2e.chaos_events import SUMMED, NumberedCall, list_batches, list_calls, sum_counts
from tests.e2e.chaos_senders import Senders
from tests.e2e.started_stack import StartedStack

PROGRAMS = ("web", "worker", "beat", "redis", "postgres", "clickhouse")
POLL_S = 0.2
ALIVE_WITHIN_S = 90.0
DRAINED_WITHIN_S = 420.0

Write = Callable[[str], object]


@dataclass(frozen=True, kw_only=True)
class ChaosPlan:
    """
    Attributes:
        events: Distinct calls; each is delivered one to five times.
        kills: SIGKILLs, each program in turn, in a random order.
        pause_s: Shortest and longest time between two kills.
        pace_s: What a sender waits after each accepted batch, so that there is traffic during the kills.
    """

    events: int
    kills: int
    pause_s: tuple[float, float]
    pace_s: float
    seed: int = 20261125


@dataclass(kw_only=True)
class ChaosOutcome:
    """What was sent, what was killed, what is stored."""

    sent: dict[str, int]
    events: int
    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    stored: dict[str, int] = field(default_factory=dict)
    stored_events: int = 0
    distinct_events: int = 0
    rejected: int = 0
    duration_s: float = 0.0


def list_variables() -> dict[str, str]:
    """A killed worker's bodies are free again after seconds instead of minutes."""
    return {"LLM_GATEWAY_CLAIM_LEASE_S": "10"}


def run_chaos(stack: StartedStack, plan: ChaosPlan, write: Write) -> ChaosOutcome:
    """Send, kill, wait until all is quiet, and look."""
    started_s = time.monotonic()
    rng = random.Random(plan.seed)
    calls = list_calls(plan.events, day_start=find_yesterday())
    outcome = ChaosOutcome(sent=sum_counts(calls), events=len(calls))
    token = stack.manage("create_gateway_credential", "--team", "1", "--label", "chaos").strip()
    port = int(stack.environment["WEB_PORT"])
    senders = Senders(port, token, list_batches(calls, rng), pace_s=plan.pace_s)
    senders.start()
    for number, name in enumerate(list_victims(plan.kills, rng), start=1):
        time.sleep(rng.uniform(*plan.pause_s))
        kill(stack, name)
        outcome.kills[name] += 1
        write(f"kill {number}/{plan.kills}: {name}; {senders.waiting} batches to send; {dict(senders.outcomes)}")
    senders.wait(timeout_s=DRAINED_WITHIN_S)
    outcome.answers = senders.outcomes
    wait_until_drained(stack, write)
    look(stack, calls, outcome)
    outcome.duration_s = time.monotonic() - started_s
    return outcome


def find_yesterday() -> datetime:
    return datetime.combine(datetime.now(UTC).date() - timedelta(days=1), time_of_day(), UTC)


def list_victims(kills: int, rng: random.Random) -> Iterator[str]:
    """Each program once before any is killed again."""
    while kills > 0:
        round_ = rng.sample(PROGRAMS, len(PROGRAMS))[:kills]
        yield from round_
        kills -= len(round_)


def kill(stack: StartedStack, name: str) -> None:
    """SIGKILL the program once it runs (the last kill may still be healing)."""

    def is_killed() -> bool:
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, IndexError):
            process = stack.find_child(name)
            if process.status() != psutil.STATUS_ZOMBIE:
                process.send_signal(signal.SIGKILL)
                return True
        return False

    wait_until(is_killed, ALIVE_WITHIN_S, f"{name} to run")


def wait_until_drained(stack: StartedStack, write: Write) -> None:
    """Until every accepted body is settled."""

    def is_drained() -> bool:
        with contextlib.suppress(psycopg.Error, OSError):  # Postgres may be starting again
            (row,) = stack.query_postgres("SELECT count(*) AS bodies FROM posthog_gatewayinboxbody")
            write(f"{row['bodies']} bodies wait in the inbox")
            return bool(row["bodies"] == 0)
        return False

    wait_until(is_drained, DRAINED_WITHIN_S, "the inbox to be empty", every_s=2.0)


def look(stack: StartedStack, calls: list[NumberedCall], outcome: ChaosOutcome) -> None:
    """Read what is stored, as the report does."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in SUMMED)
    sql = f"SELECT count() AS events, uniqExact(uuid) AS distinct_events, {sums} FROM ai_events FINAL WHERE team_id = 1"
    rows: list[dict[str, int]] = []

    def is_read() -> bool:
        with contextlib.suppress(ClickHouseError, OSError, EOFError):  # it may be starting again
            rows[:] = stack.query_clickhouse(sql)
        return bool(rows)

    wait_until(is_read, ALIVE_WITHIN_S, "ClickHouse to answer")
    (row,) = rows
    outcome.stored = {name: row[name] for name in SUMMED}
    outcome.stored_events, outcome.distinct_events = row["events"], row["distinct_events"]
    (rejects,) = stack.query_postgres("SELECT count(*) AS events FROM posthog_rejectedevent")
    outcome.rejected = rejects["events"]


@dataclass(kw_only=True)
class OutageOutcome:
    """ClickHouse was away: the webhook's answers meanwhile, and the most memory web and worker took."""

    answers: Counter[str]
    calls: int
    stored_events: int
    web_mb: float
    worker_mb: float


def run_outage(stack: StartedStack, *, away_s: float, write: Write) -> OutageOutcome:
    """Keep ClickHouse down, send all the while, let it come back, and look."""
    token = stack.manage("create_gateway_credential", "--team", "1", "--label", "outage").strip()
    port, number = int(stack.environment["WEB_PORT"]), 10_000_000
    answers: Counter[str] = Counter()
    peaks = {"web": 0.0, "worker": 0.0}
    before = count_events(stack)
    deadline = time.monotonic() + away_s
    sent = 0
    while time.monotonic() < deadline:
        keep_down(stack, "clickhouse")
        calls = [NumberedCall(number + sent + place, find_yesterday().timestamp() + place) for place in range(50)]
        senders = Senders(port, token, [calls])
        senders.start()
        senders.wait(timeout_s=30.0)
        answers += senders.outcomes
        sent += len(calls)
        for name in peaks:
            peaks[name] = max(peaks[name], measure_mb(stack, name))
    write(f"ClickHouse was away for {away_s:.0f} s: {dict(answers)}")
    wait_until_drained(stack, write)
    stored = count_events(stack) - before
    return OutageOutcome(
        answers=answers, calls=sent, stored_events=stored, web_mb=peaks["web"], worker_mb=peaks["worker"]
    )


def keep_down(stack: StartedStack, name: str) -> None:
    """Kill the program if the supervisor has started it again."""
    with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, IndexError):
        stack.find_child(name).send_signal(signal.SIGKILL)


def count_events(stack: StartedStack) -> int:
    """Distinct stored events."""
    counted: list[int] = []

    def is_read() -> bool:
        with contextlib.suppress(ClickHouseError, OSError, EOFError):  # it may be starting again
            counted[:] = [stack.query_clickhouse("SELECT count() AS events FROM ai_events FINAL")[0]["events"]]
        return bool(counted)

    wait_until(is_read, ALIVE_WITHIN_S, "ClickHouse to answer")
    return counted[0]


def measure_mb(stack: StartedStack, name: str) -> float:
    """Proportional memory of a program with its children, in MB."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, IndexError):
        parent = stack.find_child(name)
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss
    return total / 1e6


def wait_until(is_so: Callable[[], bool], timeout_s: float, what: str, *, every_s: float = POLL_S) -> None:
    """
    Raises:
        AssertionError: Not in time.
    """
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for {what}"
        time.sleep(every_s)


@contextlib.contextmanager
def chaos_stack(folder: Path) -> Iterator[StartedStack]:
    """A stack of its own, ready."""
    stack = StartedStack(folder, variables=list_variables())
    try:
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()
