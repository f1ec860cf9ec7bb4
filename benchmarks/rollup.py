"""
What the hourly rollups cost and what they save, on generated rows of a month.

What they save depends on how many rows fall to a team's hour: with the defaults 42, as with 30 million events of 1,000
teams. ROLLUP_EVENTS: rows of the month; ROLLUP_TEAMS: teams they are spread over.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from django.core.management import call_command

from benchmarks import Figure, Goal
from benchmarks._generated_rows import insert_generated_rows
from posthog.clickhouse.client import query_rows, sync_execute
from posthog.clickhouse.migrate import apply_migrations
from posthog.llm_analytics.cell_sql import between_sql, sum_rows_sql
from posthog.llm_analytics.rollup_rebuild import list_hours, rebuild
from posthog.llm_analytics.rollup_verification import Scope, verify
from posthog.llm_analytics.time_buckets import list_bucket_starts, parse_zone
from posthog.llm_analytics.usage_cells import CellQuery, DimensionName, read_cells
from posthog.llm_analytics.usage_rollup import roll_up
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.sql import END_USER, END_USERS, USAGE

EVENTS = int(os.environ.get("ROLLUP_EVENTS") or 3_000_000)
TEAMS = int(os.environ.get("ROLLUP_TEAMS") or 100)
DAYS = 30
START = datetime(2026, 10, 1, tzinfo=UTC)
END = START + timedelta(days=DAYS)
AFTER = END + timedelta(days=1)
REPEATS = 5


def run() -> Iterable[Figure]:
    """Generate, roll up, compare."""
    call_command("migrate", verbosity=0)
    list(apply_migrations())
    seconds = measure_s(lambda: list(insert_generated_rows(EVENTS, teams=TEAMS, start=START, days=DAYS)))
    yield Figure(name="rows_generated_per_s", value=EVENTS / seconds, unit="rows/s")
    yield from _measure_rolling_up()
    yield from _measure_size()
    yield from _measure_reading()


def _measure_rolling_up() -> Iterator[Figure]:
    hour = Scope(start=START, end=START + timedelta(hours=1))
    marks = list_hours(hour)
    keys = [("team_id", "e.team_id"), *((each.name, each.of_row) for each in USAGE.dimensions)]
    params = {"start": hour.start, "end": hour.end}
    bare_s = take_median_s(
        lambda: query_rows(f"SELECT count() FROM ({sum_rows_sql(keys, between_sql('start', 'end'))})", params)
    )
    yield Figure(
        name="hour_of_all_teams_rolled_up_ms",
        value=take_median_s(lambda: roll_up(marks)) * 1000,
        unit="ms",
        baseline=bare_s * 1000,
    )
    month = Scope(start=START, end=END)
    hours = list_hours(month)
    seconds = measure_s(lambda: list(rebuild(hours)))
    yield Figure(name="hours_rolled_up_per_s", value=len(hours) / seconds, unit="hours/s")
    yield Figure(name="month_of_all_teams_rolled_up_s", value=seconds, unit="s")
    days = [Scope(start=START + timedelta(days=day), end=START + timedelta(days=day + 1)) for day in range(3)]
    outcomes: list[int] = []
    seconds = measure_s(lambda: outcomes.extend(len(verify(day, now=AFTER).drifts) for day in days))
    yield Figure(name="rollup_drifts", value=sum(outcomes), unit="hours", goal=Goal("value", "<=", 0))
    yield Figure(name="day_verified_s", value=seconds / len(days), unit="s")


def _measure_size() -> Iterator[Figure]:
    for table in (TABLE, USAGE.table, END_USERS.table):
        sync_execute(f"OPTIMIZE TABLE {table} FINAL")
    rows_mb = measure_mb(TABLE)
    for grain in (USAGE, END_USERS):
        yield Figure(name=f"{grain.table}_mb", value=measure_mb(grain.table), unit="MB", baseline=rows_mb)
    keys = ", ".join(["team_id", "toStartOfInterval(timestamp, INTERVAL 30 MINUTE)", *_list_values()])
    (together,) = sync_execute(f"SELECT uniq({keys}, {END_USER.of_row}) FROM {TABLE} AS e")[0]
    (apart,) = sync_execute(f"SELECT sum(length(half)) FROM {USAGE.table}")[0]
    (of_users,) = sync_execute(f"SELECT sum(length(half)) FROM {END_USERS.table}")[0]
    yield Figure(name="cells", value=apart, unit="cells", baseline=EVENTS)
    yield Figure(name="end_user_cells", value=of_users, unit="cells", baseline=EVENTS)
    yield Figure(name="cells_if_end_user_were_one_more_dimension", value=together, unit="cells", baseline=EVENTS)


def _measure_reading() -> Iterator[Figure]:
    days = list_bucket_starts(START, END, interval="day", zone=parse_zone("UTC"))
    figures = ("total_tokens", "total_cost_usd")
    of_day: tuple[DimensionName, ...] = ("event", "call_kind", "model", "provider")
    day = START + timedelta(days=9)
    queries = {
        "month_of_a_team_by_day_and_model": CellQuery(
            start=START, end=END, team_ids=[7], dimensions=["model"], bucket_starts=days
        ),
        "month_of_a_team_two_figures": CellQuery(start=START, end=END, team_ids=[7], figures=figures),
        "month_of_a_team_by_end_user": CellQuery(start=START, end=END, team_ids=[7], dimensions=["end_user"]),
        "day_of_all_teams_by_model": CellQuery(start=day, end=day + timedelta(days=1), dimensions=of_day),
        "month_of_all_teams_two_figures": CellQuery(start=START, end=END, figures=figures),
    }
    yield from (_compare(name, query) for name, query in queries.items())


def _compare(name: str, query: CellQuery) -> Figure:
    """By rollups, beside the same from rows: at a moment at which none of the hours is over, all are read from rows."""
    rolled_up, scanned = read_cells(query, now=AFTER), read_cells(query, now=query.start)
    assert rolled_up == scanned, name
    value = take_median_s(lambda: read_cells(query, now=AFTER))
    baseline = take_median_s(lambda: read_cells(query, now=query.start))
    return Figure(name=f"{name}_ms", value=value * 1000, unit="ms", baseline=baseline * 1000)


def _list_values() -> list[str]:
    return [dimension.of_row for dimension in USAGE.dimensions]


def measure_s(work: Callable[[], object]) -> float:
    started_at = time.perf_counter()
    work()
    return time.perf_counter() - started_at


def take_median_s(work: Callable[[], object]) -> float:
    return median(measure_s(work) for _ in range(REPEATS))


def measure_mb(table: str) -> float:
    of_table = "active AND database = currentDatabase() AND table = %(table)s"
    return (
        float(sync_execute(f"SELECT sum(bytes_on_disk) FROM system.parts WHERE {of_table}", {"table": table})[0][0])
        / 1e6
    )
