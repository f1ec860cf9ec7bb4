"""
Everything is killed at random while 100,000 events come in, each one to five times; then ClickHouse is away for ten
minutes. A quarter of an hour of each; CHAOS_EVENTS, CHAOS_KILLS and CHAOS_AWAY_S make it shorter.

The figures beside the sums are the senders' own. `tests/e2e/test_chaos.py` is the short form.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import Figure, Goal
from tests.e2e.chaos_events import SUMMED
from tests.e2e.chaos_run import ChaosPlan, chaos_stack, run_chaos, run_outage

EVENTS = int(os.environ.get("CHAOS_EVENTS", "100000"))
KILLS = int(os.environ.get("CHAOS_KILLS", "30"))
AWAY_S = float(os.environ.get("CHAOS_AWAY_S", "600"))
PACE_S = 0.5
PAUSE_S = (5.0, 15.0)
WEB_MAX_MB, WORKER_MAX_MB = 600, 900


def run() -> Iterable[Figure]:
    """Measure; progress goes to stderr."""
    with TemporaryDirectory() as folder, chaos_stack(Path(folder)) as stack:
        outcome = run_chaos(
            stack, ChaosPlan(events=EVENTS, kills=KILLS, pause_s=PAUSE_S, pace_s=PACE_S), _show_progress
        )
        yield Figure(name="kills", value=outcome.kills.total(), unit="kills", goal=Goal("value", ">=", KILLS))
        accepted, answers = outcome.answers["202"], outcome.answers.total()
        yield Figure(name="deliveries_that_failed", value=answers - accepted, unit="bodies", baseline=accepted)
        yield _equal("events_stored", outcome.stored_events, outcome.events, "events")
        yield _equal("distinct_uuids", outcome.distinct_events, outcome.events, "events")
        for name in SUMMED:
            yield _equal(f"sum_of_{name}", outcome.stored[name], outcome.sent[name], "tokens")
        yield Figure(name="rejected_events", value=outcome.rejected, unit="events", goal=Goal("value", "<=", 0))
        yield Figure(name="duration_s", value=outcome.duration_s, unit="s")
        away = run_outage(stack, away_s=AWAY_S, write=_show_progress)
        yield _equal("answered_202_while_away", away.answers["202"], away.answers.total(), "bodies")
        yield _equal("events_stored_after_outage", away.stored_events, away.calls, "events")
        yield Figure(name="web_peak_mb", value=away.web_mb, unit="MB", goal=Goal("value", "<=", WEB_MAX_MB))
        yield Figure(name="worker_peak_mb", value=away.worker_mb, unit="MB", goal=Goal("value", "<=", WORKER_MAX_MB))


def _equal(name: str, value: int, baseline: int, unit: str) -> Figure:
    """A figure that holds where it is the same as the senders'."""
    goal = Goal("value", ">=" if value <= baseline else "<=", baseline)
    return Figure(name=name, value=value, unit=unit, baseline=baseline, goal=goal)


def _show_progress(line: str) -> None:
    sys.stderr.write(f"{line}\n")
