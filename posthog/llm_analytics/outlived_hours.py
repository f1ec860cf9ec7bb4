"""
Marked hours that their rollup has outlived: it has sums of rows that retention has dropped since.

Such an hour is not read from its rows, marked or not: a late event would else hide the sums of all that went, until
the hour is rolled up, and a closed report would be corrected by what nobody deleted. The rule is that of rolling up
(`usage_rollup.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.cell_sql import BIG_QUERY, HOUR_RANGES, OF_PLACES, list_run_params
from posthog.llm_analytics.changed_hours import TeamHour
from posthog.models import ChangedUsageHour
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.sql import USAGE

SHORTEST_RETENTION = timedelta(days=1)
"""No team's rows go earlier, so younger hours are not looked at."""

OUTLIVED = f"""
    SELECT stored.team_id AS team_id, stored.hour AS hour, fresh.hour_rows AS rows
    FROM (
        SELECT team_id, hour, hour_rows FROM {USAGE.table} FINAL WHERE (team_id, hour) IN ({HOUR_RANGES})
    ) AS stored
    LEFT JOIN (
        SELECT e.team_id AS team_id, toStartOfHour(e.timestamp) AS hour, count() AS hour_rows
        FROM {TABLE} AS e FINAL
        PREWHERE {OF_PLACES}
        GROUP BY e.team_id, toStartOfHour(e.timestamp)
    ) AS fresh ON fresh.team_id = stored.team_id AND fresh.hour = stored.hour
    WHERE fresh.hour_rows < stored.hour_rows
"""


def drop_outlived(marked: Sequence[TeamHour], *, now: datetime) -> list[TeamHour]:
    """
    The marked hours that must be read from their rows.

    Raises:
        ClickHouseError: The store could not be read.
    """
    outlived = set(find_outlived(marked, now=now))
    if outlived:
        outlived -= _list_shrinking(outlived)
    return [each for each in marked if each not in outlived]


def find_outlived(hours: Iterable[TeamHour], *, now: datetime) -> dict[TeamHour, int]:
    """
    Those of the hours whose rollup has more rows than are there, each with how many are.

    Raises:
        ClickHouseError: The store could not be read.
    """
    old = [each for each in hours if each.hour <= now - SHORTEST_RETENTION]
    if not old:
        return {}
    rows = query_rows(OUTLIVED, list_run_params(old), settings=BIG_QUERY)
    return {TeamHour(row["team_id"], row["hour"].replace(tzinfo=UTC)): row["rows"] for row in rows}


def _list_shrinking(hours: set[TeamHour]) -> set[TeamHour]:
    """Those from which rows were deleted on purpose: there the rows have the last word."""
    marks = ChangedUsageHour.objects.filter(
        may_shrink=True, team_id__in={each.team_id for each in hours}, hour__in={each.hour for each in hours}
    )
    return {TeamHour(*values) for values in marks.values_list("team_id", "hour")}
