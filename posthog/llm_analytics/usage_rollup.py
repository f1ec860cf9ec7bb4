"""
Rolls up hours: each is summed again from its deduplicated rows and replaced as a whole.

Any number may run at once, and each may die after any step:

1. marks are read, then a version is taken, a number above theirs; 2. the hours are summed and written with it, then
their days of them (`day_rollup.py`); 3. those of the marks go that nobody renewed meanwhile.

Of two roll-ups of an hour the one with the higher version stays, and it began to read later. So where a mark was
removed, what is stored has every row that was there when the mark was made. A crash before 3 leaves the mark, and the
hour is read from its rows until it is rolled up again.

An hour that has fewer rows than were summed has lost them to retention and keeps its sums; only where rows were
deleted on purpose (`may_shrink`) the rows have the last word. A late event of such an hour is in no sum, for what its
rows came to before cannot be told apart any more: that is logged, and counted in `llm_usage_rollup_hours_outlived`.
"""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from django.conf import settings

from posthog.clickhouse.client import WAIT_FOR_SHARDS, sync_execute
from posthog.llm_analytics.cell_sql import BIG_QUERY, between_sql, sum_rows_by_hour_sql
from posthog.llm_analytics.changed_hours import Mark, TeamHour, list_due, remove_marks, take_change_number
from posthog.llm_analytics.day_rollup import roll_up_days
from posthog.llm_analytics.outlived_hours import find_outlived
from posthog.metrics import ROLLUP_HOURS_OUTLIVED
from posthog.models import ChangedUsageHour
from posthog.models.ai_usage_hourly.grain import HOUR_COLUMNS, Grain
from posthog.models.ai_usage_hourly.sql import HOURLY, insert_table

log = structlog.get_logger(__name__)

Step = Literal["seen", "written", "removed"]

LATENESS = timedelta(minutes=5)
"""An hour is rolled up first when it is over for so long; until then it is read from its rows, see `usage_cells`."""
BATCH_HOURS = 1000
"""Hours of one INSERT: a full hour of as many teams."""


def roll_up_changed(*, now: datetime, team_id: int | None = None, batch_hours: int = BATCH_HOURS) -> int:
    """
    Roll up the due hours that are over, one batch; returns how many: fewer than `batch_hours` when none is left.

    Raises:
        ClickHouseError: The batch's marks stand.
    """
    hours = 0
    for step, marks in roll_up_in_steps(now=now, team_id=team_id, batch_hours=batch_hours):
        if step == "removed":
            hours = len(marks)
    return hours


def roll_up_in_steps(
    *, now: datetime, team_id: int | None = None, batch_hours: int = BATCH_HOURS
) -> Generator[tuple[Step, Sequence[Mark]]]:
    """Roll up one batch, pausing after each step that a crash may follow; no step where nothing is due."""
    marks = list_due(due_at=now, over_at=now - LATENESS, limit=batch_hours, team_id=team_id)
    if not marks:
        return
    yield "seen", marks
    roll_up(marks)
    _tell_left_out(marks, now=now)
    yield "written", marks
    removed = remove_marks(marks)
    log.info("usage_rolled_up", hours=len(marks), changed_again=len(marks) - removed)
    yield "removed", marks


def _tell_left_out(marks: Sequence[Mark], *, now: datetime) -> None:
    """Before the marks go: nothing else would ever say that rows of these hours were not summed."""
    outlived = find_outlived((TeamHour(mark.team_id, mark.hour) for mark in marks if not mark.may_shrink), now=now)
    ROLLUP_HOURS_OUTLIVED.inc(sum(rows > 0 for rows in outlived.values()))
    for team_id in sorted({each.team_id for each, rows in outlived.items() if rows}):
        left_out = [rows for each, rows in outlived.items() if each.team_id == team_id and rows]
        log.warning("late_rows_not_summed", team_id=team_id, hours=len(left_out), rows=sum(left_out))


def roll_up_before(end: datetime, *, team_id: int) -> None:
    """Sum a team's marked hours that begin before `end`, whose rows are about to go by retention; marks stay."""
    marked = ChangedUsageHour.objects.filter(team_id=team_id, hour__lt=end).order_by("hour")
    marks = [Mark(*values) for values in marked.values_list("team_id", "hour", "change", "may_shrink")]
    for first in range(0, len(marks), BATCH_HOURS):
        roll_up(marks[first : first + BATCH_HOURS])


def roll_up(marks: Sequence[Mark]) -> None:
    """Sum the marked hours again, in one INSERT a grain, then their days; the marks stay."""
    version = take_change_number()
    params: dict[str, Any] = {
        "version": version,
        "team_ids": [mark.team_id for mark in marks],
        "hours": [int(mark.hour.timestamp()) for mark in marks],
        "may_shrink": [int(mark.may_shrink) for mark in marks],
        "start": min(mark.hour for mark in marks),
        "end": max(mark.hour for mark in marks) + timedelta(hours=1),
    }
    for grain in HOURLY:
        sync_execute(roll_up_sql(grain, settings.CLICKHOUSE_CLUSTER), params, settings={**BIG_QUERY, **WAIT_FOR_SHARDS})
    roll_up_days(marks)


CHANGED = """
    SELECT toInt64(mark.1) AS team_id, toDateTime(mark.2, 'UTC') AS hour, mark.3 AS may_shrink
    FROM (SELECT arrayJoin(arrayZip(%(team_ids)s, %(hours)s, %(may_shrink)s)) AS mark)
"""


def roll_up_sql(grain: Grain, cluster: str = "") -> str:
    """
    The INSERT that replaces hours of one grain.

    `groupArray` leaves NULLs out, and the arrays would no longer be of one length: so it takes whole tuples.
    """
    places = f"""{between_sql("start", "end")}
            AND (e.team_id, toStartOfHour(e.timestamp)) IN (SELECT team_id, hour FROM ({CHANGED}))"""
    names = [name for name, _ in grain.cell_columns]
    columns = [name for name, _ in HOUR_COLUMNS] + names
    cell = ", ".join(f"cell.{name}" for name in names)
    arrays = ",\n    ".join(f"fresh.cells.{place} AS {name}" for place, name in enumerate(names, start=1))
    return f"""
INSERT INTO {insert_table(grain, cluster)} ({", ".join(columns)})
SELECT
    changed.team_id, changed.hour, %(version)s, fresh.rows_kept_until, fresh.hour_rows,
    {arrays}
FROM ({CHANGED}) AS changed
LEFT JOIN (
    SELECT
        cell.team_id AS team_id, cell.hour AS hour,
        min(cell.kept_until) AS rows_kept_until, sum(cell.rows) AS hour_rows,
        groupArray(({cell})) AS cells
    FROM ({sum_rows_by_hour_sql(grain, places, more=[("kept_until", "min(e.drop_date)")])}) AS cell
    GROUP BY cell.team_id, cell.hour
) AS fresh ON fresh.team_id = changed.team_id AND fresh.hour = changed.hour
LEFT JOIN (
    SELECT s.team_id AS team_id, s.hour AS hour, s.hour_rows AS hour_rows
    FROM {grain.table} AS s FINAL
    WHERE (s.team_id, s.hour) IN (SELECT team_id, hour FROM ({CHANGED}))
) AS stored ON stored.team_id = changed.team_id AND stored.hour = changed.hour
WHERE (fresh.hour_rows > 0 OR stored.hour_rows > 0)
    AND (fresh.hour_rows >= stored.hour_rows OR changed.may_shrink)
"""
