"""
Nothing lost, nothing counted twice: the long form of tests/e2e/test_chaos.py, about twenty minutes.

One stack of its own, started with `bin/start`, its stores as durable as in production. First calls are delivered one
to five times by eight senders while every program is killed with SIGKILL at random moments. Then ClickHouse is away
for ten minutes while calls keep coming, those of a LiteLLM proxy with its default settings among them. Then come
bodies that no honest gateway sends.

Shorter runs: CHAOS_EVENTS, CHAOS_KILLS, CHAOS_SECONDS (over which both are spread), CHAOS_AWAY_SECONDS, CHAOS_CALLS
(through the proxy, one a second), CHAOS_FUZZED_BODIES, CHAOS_SEED; CHAOS_PARTS names the parts to run.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from benchmarks import Figure, Goal
from tests.chaos import fuzz, keep_alive, kills, outage
from tests.chaos.comparison import Comparison
from tests.chaos.killer import PROGRAMS
from tests.chaos.memory import MemoryWatch
from tests.chaos.stack_under_test import StackUnderTest, stack_under_test

PARTS = ("kills", "outage", "fuzz")
LEASE_S = "15"
"""So that a killed worker's bodies are free again soon."""
ANY_RATE = "0"
"""Fuzzed bodies come faster than the limit of a credential, and what it refuses says nothing of them."""
MB = 1_000_000
SEED = 20261125
GOALS_MB = {"web": 300, "worker": 600}
NONE = Goal("value", "<=", 0)


def read_number(name: str, default: int) -> int:
    """A number from the environment."""
    return int(os.environ.get(name) or default)


def run() -> Iterable[Figure]:
    """Run the parts against one stack."""
    chosen = (os.environ.get("CHAOS_PARTS") or ",".join(PARTS)).split(",")
    parts = {"kills": _kill, "outage": _take_clickhouse_away, "fuzz": _fuzz}
    variables = {"LLM_GATEWAY_CLAIM_LEASE_S": LEASE_S, "LLM_GATEWAY_MAX_BODIES_PER_MINUTE": ANY_RATE}
    with TemporaryDirectory() as folder, stack_under_test(Path(folder), **variables) as stack:
        for name in chosen:
            stack.wait_until_up(kills.SETTLING_S)
            yield from parts[name](stack)


def _kill(stack: StackUnderTest) -> Iterator[Figure]:
    plan = kills.Plan(
        calls=read_number("CHAOS_EVENTS", 100_000),
        kills=read_number("CHAOS_KILLS", 36),
        child_kills=read_number("CHAOS_KILLS", 36) // 4,
        spread_s=read_number("CHAOS_SECONDS", 300),
        seed=read_number("CHAOS_SEED", SEED),
    )
    outcome = kills.run_kills(stack, plan)
    killed = outcome.killed.programs
    yield Figure(name="programs_killed", value=killed.total(), unit="kills", goal=Goal("value", ">=", plan.kills))
    yield Figure(
        name="kills_of_the_least_killed_program",
        value=min(killed[name] for name in PROGRAMS),
        unit="kills",
        goal=Goal("value", ">=", 1),
    )
    yield Figure(name="single_children_killed", value=outcome.killed.children.total(), unit="kills")
    yield Figure(name="events_sent", value=plan.calls, unit="events")
    yield Figure(name="deliveries_taken", value=outcome.heard.deliveries, unit="events")
    yield Figure(name="deliveries_answered_otherwise", value=_count_refused(outcome.heard.answers), unit="bodies")
    yield from _compare(outcome.comparison)
    yield Figure(name="events_rejected", value=outcome.rejects, unit="events", goal=NONE)
    yield Figure(name="drained_after_the_last_s", value=outcome.settled_s, unit="s")
    yield from _show_memory("kills", outcome.memory)


def _compare(comparison: Comparison, prefix: str = "") -> Iterator[Figure]:
    for name, count in (
        ("events_lost", len(comparison.lost)),
        ("events_stored_twice", comparison.repeated),
        ("rows_nobody_sent", comparison.foreign),
        ("events_with_other_numbers", len(comparison.differing)),
        ("token_columns_with_other_sums", len(comparison.unequal_sums)),
    ):
        yield Figure(name=prefix + name, value=count, unit="", goal=NONE)
    yield Figure(
        name=f"{prefix}sum_of_total_tokens",
        value=comparison.stored["total_tokens"],
        unit="tokens",
        baseline=comparison.sent["total_tokens"],
    )


def _count_refused(answers: dict[int, int]) -> int:
    """Bodies that were neither taken nor to be sent again."""
    return sum(count for status, count in answers.items() if status not in (0, 202, 503))


def _take_clickhouse_away(stack: StackUnderTest) -> Iterator[Figure]:
    plan = outage.Plan(away_s=read_number("CHAOS_AWAY_SECONDS", 600), bodies_per_s=5, calls_per_body=20)
    python = Path(os.environ["GATEWAY_PYTHON"])
    with ThreadPoolExecutor(1) as pool, TemporaryDirectory() as folder:
        calls = read_number("CHAOS_CALLS", 300)
        proxy = pool.submit(keep_alive.make_calls, stack.door, python, Path(folder), calls=calls, every_s=1)
        outcome = outage.run_outage(stack, plan)
        made = proxy.result()
    stack.wait_until_drained(outage.SETTLING_S)
    heard = outcome.heard
    yield Figure(name="clickhouse_away_s", value=plan.away_s, unit="s")
    taken = sum(count for status, count in heard.answers.items() if status == 202)
    yield Figure(
        name="away_bodies_answered_202_at_once",
        value=taken,
        unit="bodies",
        baseline=heard.answers.total(),
        goal=Goal("ratio", ">=", 1),
    )
    yield Figure(name="away_answer_p99_ms", value=quantiles(heard.seconds, n=100)[98] * 1000, unit="ms")
    yield Figure(name="away_bodies_waiting_at_its_end", value=outcome.waiting, unit="bodies")
    yield Figure(name="away_drained_afterwards_in_s", value=outcome.drained_s, unit="s")
    yield from _compare(outcome.comparison, "away_")
    yield from _show_memory("away", outcome.memory, outcome.before)
    yield Figure(name="proxy_calls_made", value=len(made.call_ids), unit="events", goal=Goal("value", ">=", calls))
    yield Figure(
        name="proxy_events_lost",
        value=len(made.list_lost(stack)),
        unit="events",
        baseline=len(made.lost_by_hasty_server),
        goal=NONE,
    )


def _fuzz(stack: StackUnderTest) -> Iterator[Figure]:
    bodies = read_number("CHAOS_FUZZED_BODIES", 10_000)
    outcome = fuzz.run_fuzz(stack, bodies=bodies, seed=read_number("CHAOS_SEED", SEED))
    yield Figure(name="fuzzed_bodies", value=outcome.answers.total(), unit="bodies", goal=Goal("value", ">=", bodies))
    yield Figure(name="fuzzed_bodies_taken", value=outcome.answers[202], unit="bodies")
    yield Figure(name="fuzz_answers_5xx", value=outcome.server_errors, unit="bodies", goal=NONE)
    yield Figure(name="fuzz_bodies_without_an_answer", value=outcome.answers[0], unit="bodies", goal=NONE)
    yield Figure(name="fuzz_slowest_answer_s", value=outcome.slowest_s, unit="s", goal=Goal("value", "<=", 10))
    wrongly_refused = outcome.wrongly_refused.total()
    yield Figure(name="fuzz_bodies_wrongly_refused", value=wrongly_refused, unit="bodies", goal=NONE)
    yield Figure(name="fuzz_valid_neighbours", value=len(outcome.valid_ids), unit="events")
    yield Figure(name="fuzz_valid_neighbours_lost", value=len(outcome.lost_ids), unit="events", goal=NONE)
    yield Figure(name="fuzz_rules_stumbled", value=outcome.our_faults, unit="events", goal=NONE)
    yield from _show_memory("fuzz", outcome.memory)


def _show_memory(part: str, memory: MemoryWatch, before: MemoryWatch | None = None) -> Iterator[Figure]:
    for program, most_mb in GOALS_MB.items():
        yield Figure(
            name=f"{part}_largest_{program}_process_mb",
            value=memory.process_peaks[program] / MB,
            unit="MB",
            baseline=before.process_peaks[program] / MB if before else None,
            goal=Goal("value", "<=", most_mb),
        )
        yield Figure(name=f"{part}_all_{program}_processes_mb", value=memory.program_peaks[program] / MB, unit="MB")
