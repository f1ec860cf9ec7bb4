"""
What the usage report of one day of all teams costs, beside other ways to the same figures, on the same machine.

(a) A bare `sum()` over the same columns of the same deduplicated rows: as cheap as one scan can be.
(b) Upstream's way, see `_extracting_queries.py`: a query a figure, each of which parses JSON.
(c) A Postgres table like LiteLLM's spend log, see `_spend_log.py`; it has fewer rows and is compared per row: events of
    the day by the second of our whole report, rows by the second of its sum of each team. That is our report with all
    its breakdowns beside totals alone. The sums of each team alone, and the report with breakdowns on both sides, stand
    beside it, the latter once more as it is in life: measured, summed by organization and stored in Postgres.

The report is read from the rollups, as in life; what rolling up the day cost before is told, too, and so is the
report read from rows alone. Before, it is measured without history, and then again with days of it in the same tables.

REPORT_EVENTS: of the day; REPORT_HISTORY_DAYS; REPORT_HISTORY_EVENTS: of each day of history, fewer than of the day
itself where the disk could not hold them; REPORT_SPEND_ROWS: of the Postgres table. With the defaults and two cores it
takes most of an hour, and 15 GB.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

from benchmarks import Figure, Goal
from benchmarks._extracting_queries import EVENTS_TABLE, copy_events, list_queries
from benchmarks._measuring import make_all, measure_s, say, start_afresh, take_median_s, wait_for_merges
from benchmarks._spend_log import SHARES_SQL, SUMS_SQL, fill_spend_log, run_on_spend_log
from benchmarks._usage_events import TEAMS, Stretch, insert_usage_events
from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.cell_sql import between_sql
from posthog.llm_analytics.report_cells import ReportScope, read_sums
from posthog.llm_analytics.report_figures import COST_SUMS, TOKEN_SUMS
from posthog.llm_analytics.report_runs import report_day
from posthog.llm_analytics.rollup_rebuild import list_hours, rebuild
from posthog.llm_analytics.rollup_verification import Scope
from posthog.llm_analytics.usage_report import TeamUsageReport, build_usage_reports
from posthog.llm_analytics.usage_rollup import BATCH_HOURS
from posthog.models import Organization, OrganizationUsageReport, Team, UsageReport
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.sql import TABLES

EVENTS = int(os.environ.get("REPORT_EVENTS") or 10_000_000)
HISTORY_DAYS = int(os.environ.get("REPORT_HISTORY_DAYS") or 30)
HISTORY_EVENTS = int(os.environ.get("REPORT_HISTORY_EVENTS") or 1_000_000)
SPEND_ROWS = int(os.environ.get("REPORT_SPEND_ROWS") or 1_000_000)
SHARE_OF_DISK = 0.3
"""Of the free space, what history may take: merging needs as much again."""
HISTORY_BATCH_HOURS = 20 * BATCH_HOURS
"""An hour of a team has few events there, and each batch its statements."""
DAY_S = 24 * 60 * 60
END = datetime(2026, 11, 1, tzinfo=UTC)
START = END - timedelta(days=1)
AFTER = END + timedelta(days=1)
WHILE_OPEN = END + timedelta(hours=1)
TEAMS_OF_ORGANIZATION = 20
REPEATS = 5


@dataclass(slots=True)
class Measured:
    """Seconds of each way."""

    rolled_up: float
    without_history: float
    with_history: float = 0.0
    from_rows: float = 0.0
    bare_sum: float = 0.0
    extracting: float = 0.0
    sums: float = 0.0
    stored: float = 0.0
    spend_sums: float = 0.0
    spend_report: float = 0.0


def run() -> Iterable[Figure]:
    """Make the day, report it; make history, report it again, and ask the others."""
    start_afresh()
    measured = _measure_day()
    history = _make_history()
    yield Figure(name="events_of_the_day", value=_count_rows(START), unit="events")
    yield Figure(name="events_of_history", value=history, unit="events")
    yield from _count_cells()
    _measure_with_history(measured)
    yield from _list_own_figures(measured)
    measured.extracting = _measure_extracting()
    yield _beside("json_extract", EVENTS / measured.with_history, EVENTS / measured.extracting, goal=100)
    yield _beside(
        "json_extract_with_rolling_up",
        EVENTS / (measured.with_history + measured.rolled_up),
        EVENTS / measured.extracting,
    )
    _measure_spend_log(measured)
    yield from _list_beside_postgres(measured)


def _list_own_figures(measured: Measured) -> Iterator[Figure]:
    yield Figure(
        name="report_s_beside_a_bare_sum",
        value=measured.with_history,
        unit="s",
        baseline=measured.bare_sum,
        goal=Goal("ratio", "<=", 3),
    )
    yield Figure(
        name="report_s_beside_no_history",
        value=measured.with_history,
        unit="s",
        baseline=measured.without_history,
        goal=Goal("ratio", "<=", 1.2),
    )
    yield Figure(name="sums_of_teams_s", value=measured.sums, unit="s", baseline=measured.bare_sum)
    yield Figure(name="report_measured_and_stored_s", value=measured.stored, unit="s", baseline=measured.bare_sum)
    yield Figure(name="report_from_rows_alone_s", value=measured.from_rows, unit="s", baseline=measured.bare_sum)
    yield Figure(name="day_rolled_up_s", value=measured.rolled_up, unit="s", baseline=measured.bare_sum)


def _list_beside_postgres(measured: Measured) -> Iterator[Figure]:
    sums, report = SPEND_ROWS / measured.spend_sums, SPEND_ROWS / measured.spend_report
    yield _beside("postgres_sums", EVENTS / measured.with_history, sums, goal=50)
    yield _beside("postgres_sums_with_storing", EVENTS / measured.stored, sums)
    yield _beside("postgres_sums_sums_alone", EVENTS / measured.sums, sums)
    yield _beside("postgres_report", EVENTS / measured.with_history, report)
    yield _beside("postgres_report_with_storing", EVENTS / measured.stored, report)


def _beside(what: str, ours: float, theirs: float, *, goal: float | None = None) -> Figure:
    bound = None if goal is None else Goal("ratio", ">=", goal)
    return Figure(name=f"events_per_s_beside_{what}", value=ours, unit="events/s", baseline=theirs, goal=bound)


def _measure_day() -> Measured:
    """The day alone in the tables, as on an instance's first day."""
    _make_events(Stretch(events=EVENTS, start=START, seconds=DAY_S), "events of the day")
    wait_for_merges()
    rolled_up_s = _roll_up(START, END)
    wait_for_merges()
    say("the report without history")
    return Measured(rolled_up=rolled_up_s, without_history=take_median_s(_report, repeats=REPEATS))


def _make_history() -> int:
    """The days before; returns their events."""
    per_day = min(HISTORY_EVENTS, _count_events_that_fit() // HISTORY_DAYS) if HISTORY_DAYS else 0
    if per_day < EVENTS:
        say(f"history: {HISTORY_DAYS} days of {per_day:,} events each, not of {EVENTS:,}")
    if not per_day:
        return 0
    start = START - timedelta(days=HISTORY_DAYS)
    stretch = Stretch(events=per_day * HISTORY_DAYS, start=start, seconds=HISTORY_DAYS * DAY_S, seed=1)
    _make_events(stretch, "events of history")
    _roll_up(start, START, batch_hours=HISTORY_BATCH_HOURS)
    return stretch.events


def _count_events_that_fit() -> int:
    row_bytes = sync_execute(
        "SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE active AND database = currentDatabase() "
        "AND table = %(table)s",
        {"table": TABLE},
    )[0][0]
    free_bytes = sync_execute("SELECT min(free_space) FROM system.disks WHERE type = 'Local'")[0][0]
    return int(free_bytes * SHARE_OF_DISK / row_bytes)


def _make_events(stretch: Stretch, what: str) -> None:
    make_all(insert_usage_events(stretch), of=stretch.events, what=what)


def _roll_up(start: datetime, end: datetime, *, batch_hours: int = BATCH_HOURS) -> float:
    hours = list_hours(Scope(start=start, end=end))
    return make_all(rebuild(hours, batch_hours=batch_hours), of=len(hours), what="hours of teams rolled up")


def _measure_with_history(measured: Measured) -> None:
    wait_for_merges()
    say("the report with history, from rows alone, and the bare sum")
    measured.with_history = take_median_s(_report, repeats=REPEATS)
    measured.sums = take_median_s(_read_sums, repeats=REPEATS)
    measured.stored = _measure_storing()
    measured.from_rows = take_median_s(_report_from_rows, repeats=2)
    measured.bare_sum = take_median_s(_sum, repeats=REPEATS)
    assert _report() == _report_from_rows(), "rollups and rows differ"


def _report() -> list[TeamUsageReport]:
    return build_usage_reports(START.date(), now=AFTER)


def _report_from_rows() -> list[TeamUsageReport]:
    """At a moment at which none of its hours is over, the day is read from rows."""
    return build_usage_reports(START.date(), now=START)


def _read_sums() -> None:
    read_sums(ReportScope(start=START, end=END), now=AFTER)


def _measure_storing() -> float:
    """Seconds of a day that is reported for the first time: measured, summed by organization, stored."""
    organization_ids = list(_make_organizations())
    seconds = []
    for _ in range(REPEATS + 1):
        UsageReport.objects.all().delete()
        OrganizationUsageReport.objects.all().delete()
        seconds.append(measure_s(lambda: report_day(START.date(), organization_ids, now=WHILE_OPEN)))
    assert UsageReport.objects.count() == TEAMS, "each team has its report"
    return median(seconds[1:])


def _make_organizations() -> Iterator[UUID]:
    """The teams of the events, and whose they are."""
    Organization.objects.all().delete()
    for first in range(1, TEAMS + 1, TEAMS_OF_ORGANIZATION):
        organization = Organization.objects.create(name=f"Organization {first}")
        ids = range(first, first + TEAMS_OF_ORGANIZATION)
        Team.objects.bulk_create(Team(id=pk, organization=organization, name=f"Team {pk}") for pk in ids)
        yield organization.id


def _sum() -> None:
    sums = ", ".join(f"sum(e.{column})" for column in (*TOKEN_SUMS, *COST_SUMS))
    sql = f"SELECT count(), {sums} FROM {TABLE} AS e FINAL PREWHERE {between_sql('start', 'end')}"
    sync_execute(sql, {"start": START, "end": END})


def _measure_extracting() -> float:
    """Seconds of the whole set, each query once."""
    say(f"the same events to {EVENTS_TABLE}")
    copy_events(START, END)
    wait_for_merges()
    queries = list(list_queries())
    params = {"start": START, "end": END}
    counted = query_rows(queries[0], params)
    assert {row["team_id"]: row["figure"] for row in counted} == {
        report.team_id: report.events["$ai_generation"] for report in _report() if "$ai_generation" in report.events
    }, "both count the same events"
    steps = (min(1, len(query_rows(sql, params))) for sql in queries)
    return make_all(steps, of=len(queries), what="queries that extract from JSON")


def _measure_spend_log(measured: Measured) -> None:
    make_all(fill_spend_log(SPEND_ROWS, start=START, teams=TEAMS), of=SPEND_ROWS, what="rows of a spend log")
    measured.spend_sums = take_median_s(lambda: run_on_spend_log(SUMS_SQL, START), repeats=3)
    shares = take_median_s(lambda: run_on_spend_log(SHARES_SQL, START), repeats=1)
    measured.spend_report = measured.spend_sums + shares


def _count_rows(day: datetime) -> int:
    sql = f"SELECT count() FROM {TABLE} FINAL WHERE toDate(timestamp) = toDate(%(day)s)"
    return int(sync_execute(sql, {"day": day.date()})[0][0])


def _count_cells() -> Iterator[Figure]:
    """How many the report reads, beside the events that they stand for."""
    for grain in TABLES:
        begin = grain.row_columns[1][0]
        sql = f"SELECT sum(length(rows)) FROM {grain.table} FINAL WHERE {begin} >= toDateTime(%(start)s, 'UTC')"
        cells = sync_execute(sql, {"start": START})[0][0]
        yield Figure(name=f"cells_of_{grain.table}", value=cells, unit="cells", baseline=EVENTS)
