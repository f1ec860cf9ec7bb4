"""
How long the answers of the query API take, for the largest team of an instance of three sizes; p50 and p95.

Each answer is that of the whole web application to a signed-in person, without the network. The team has a tenth of all
events of 30 days; almost every question is about all 30 (the overview about half of them, beside the half before), and
ends within the hour that is not over, which is read from rows. Models, ids and filters change from one to the next.
Tables tell the figures that the UI shows of them; `users_by_every_figure`, which it never asks, has no goal.

The two smaller sizes have the rows of all teams. Of the largest there are those of the asked team alone: rows and
rollups lie by team, and nobody reads the others'. Rollups are the product's own, made before; rows are read by what no
rollup knows (single calls, traces, errors). Beside each time stands the same question's at the smallest size.

QUERIES_EVENTS: the sizes, separated by commas; QUERIES_REPEATS: how often each question is asked. With the defaults and
two cores it takes most of an hour, and 6 GB.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from statistics import quantiles
from typing import Any

from benchmarks import Figure, Goal
from benchmarks._asked_team import AskedTeam, make_asked_team
from benchmarks._measuring import make_all, measure_s, say, start_afresh, wait_for_merges
from benchmarks._usage_events import LARGEST_TEAM, Stretch, count_of_largest, insert_usage_events
from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.rollup_rebuild import list_hours, rebuild
from posthog.llm_analytics.rollup_verification import Scope
from posthog.models.ai_events.sql import TABLE

SIZES = tuple(map(int, (os.environ.get("QUERIES_EVENTS") or "1000000,10000000,100000000").split(",")))
REPEATS = int(os.environ.get("QUERIES_REPEATS") or 40)
WARM_UPS = 2
DAYS = 30
BATCH_HOURS = 48
"""Hours rolled up at once: of so large a team a month of them would take gigabytes of memory."""
HOUR = timedelta(hours=1)
LONGEST_MS = 300.0
TABLE_FIGURES = (
    "total_cost_usd", "total_tokens", "calls", "saved_cache_cost_usd", "error_rate", "input_tokens",
    "cache_read_input_tokens", "cache_creation_input_tokens", "cache_hit_rate", "output_tokens", "reasoning_tokens",
    "mean_latency_s",
)  # fmt: skip
"""The columns of the UI's breakdowns."""
WITHOUT_GOAL = ("users_by_every_figure",)

Ask = Callable[[], object]
Times = Mapping[str, Sequence[float]]
"""Of each question: seconds of every answer."""


def run() -> Iterable[Figure]:
    """Size after size."""
    start_afresh()
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + 2 * HOUR
    start = end - timedelta(days=DAYS)
    asked = make_asked_team(LARGEST_TEAM, start=start, end=end)
    smallest: Times = {}
    for place, events in enumerate(SIZES):
        is_largest = place == len(SIZES) - 1 and place > 0
        _make_events(events, start, is_largest=is_largest)
        yield Figure(name=f"rows_of_the_team_of_{events}_events", value=_count_rows(), unit="events")
        times = _measure(asked, start, end, events)
        smallest = smallest or times
        for name in times:
            yield from _list_figures(name, events, times, smallest)


def _list_figures(name: str, events: int, times: Times, smallest: Times) -> Iterator[Figure]:
    for percentile in (50, 95):
        is_bound = percentile == 95 and events == SIZES[-1] and name not in WITHOUT_GOAL
        goal = Goal("value", "<=", LONGEST_MS) if is_bound else None
        baseline = None if events == SIZES[0] else _find_percentile_ms(smallest[name], percentile)
        value = _find_percentile_ms(times[name], percentile)
        yield Figure(
            name=f"{name}_of_{events}_events_p{percentile}_ms", value=value, unit="ms", baseline=baseline, goal=goal
        )


def _find_percentile_ms(times_s: Sequence[float], percentile: int) -> float:
    return quantiles(times_s, n=100, method="inclusive")[percentile - 1] * 1000


def _make_events(events: int, start: datetime, *, is_largest: bool) -> None:
    """Rows anew, and the rollups of the team that is asked about."""
    start_afresh()
    seconds = DAYS * 24 * 60 * 60
    stretch = Stretch(events=events, start=start, seconds=seconds)
    if is_largest:
        rows = count_of_largest(events)
        say(f"of {events:,} events only the {rows:,} rows of the largest team")
        stretch = Stretch(events=rows, start=start, seconds=seconds, teams=1)
    make_all(insert_usage_events(stretch), of=stretch.events, what=f"rows of {events:,} events")
    wait_for_merges()
    hours = list_hours(Scope(start=start, end=start + timedelta(days=DAYS), team_ids=[LARGEST_TEAM]))
    make_all(rebuild(hours, batch_hours=BATCH_HOURS), of=len(hours), what="hours of the team rolled up")
    wait_for_merges()


def _count_rows() -> int:
    sql = f"SELECT count() FROM {TABLE} FINAL WHERE team_id = %(team_id)s"
    return int(sync_execute(sql, {"team_id": LARGEST_TEAM})[0][0])


def _measure(asked: AskedTeam, start: datetime, end: datetime, events: int) -> Times:
    times: dict[str, list[float]] = {}
    for name, ask in _list_questions(asked, start, end).items():
        say(f"{events:,} events: {name}")
        for _ in range(WARM_UPS):
            ask()
        times[name] = [measure_s(ask) for _ in range(REPEATS)]
    return times


def _list_questions(asked: AskedTeam, start: datetime, end: datetime) -> dict[str, Ask]:
    """Name → what asks once; each time it may ask for another thing."""
    month = {"start": _write(start), "end": _write(end)}
    half = {"start": _write(end - timedelta(days=DAYS // 2)), "end": _write(end)}
    table = {"figure": TABLE_FIGURES}
    week = {"start": _write(end - timedelta(days=7)), "end": _write(end)}
    calls = cycle(_sample(end))
    uuids, traces, models = (_take(calls, name) for name in ("uuid", "trace_id", "model"))

    def ask(resource: str, **parameters: Any) -> Ask:
        return lambda: asked.ask(resource, **{name: _get(value) for name, value in parameters.items()})

    return {
        "overview": ask("overview/", **half),
        "overview_of_a_model": ask("overview/", **half, model=models),
        "time_series_by_day_and_model": ask("time_series/", **month, bucket="day", dimension="model"),
        "time_series_by_hour": ask("time_series/", **week, bucket="hour"),
        "top": ask("top/", **month, **table, dimension="product"),
        "models": ask("models/", **month, **table),
        "keys": ask("keys/", **month, **table),
        "users": ask("users/", **month, **table),
        "users_by_every_figure": ask("users/", **month),
        "generations": ask("generations/", **month),
        "generations_of_a_model_that_failed": ask("generations/", **month, model=models, is_error="true"),
        "generations_by_cost": ask("generations/", **month, order_by="-total_cost_usd"),
        "generations_found_by_trace": ask("generations/", **month, search=traces),
        "generation": lambda: asked.ask(f"generations/{uuids()}/"),
        "traces": ask("traces/", **month),
        "trace": lambda: asked.ask(f"traces/{traces()}/"),
        "errors": ask("errors/", **month),
        "integrity": ask("integrity/", **month),
        "completeness": ask("completeness/", **month),
    }


def _get(value: Any) -> Any:
    return value() if callable(value) else value


def _take(calls: Iterator[Mapping[str, Any]], name: str) -> Callable[[], Any]:
    return lambda: next(calls)[name]


def _sample(end: datetime) -> list[dict[str, Any]]:
    """Calls of the team from all over the range, in an order of no meaning."""
    sql = f"""
        SELECT uuid, trace_id, model FROM {TABLE}
        WHERE team_id = %(team_id)s AND timestamp < %(end)s AND trace_id != '' AND event = '$ai_generation'
        ORDER BY cityHash64(uuid) LIMIT 200
    """
    return query_rows(sql, {"team_id": LARGEST_TEAM, "end": end})


def _write(moment: datetime) -> str:
    return moment.isoformat()
