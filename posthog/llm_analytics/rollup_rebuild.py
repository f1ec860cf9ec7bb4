"""Rolls up whole ranges again, marked or not, in batches of hours; see `usage_rollup.py`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.changed_hours import Mark
from posthog.llm_analytics.rollup_verification import Scope
from posthog.llm_analytics.usage_rollup import BATCH_HOURS, roll_up
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.sql import USAGE


def list_hours(scope: Scope, *, may_shrink: bool = False) -> list[Mark]:
    """The hours of the scope that have rows or a rollup, by team and hour, as if each were marked."""
    params: dict[str, Any] = {"start": scope.start, "end": scope.end, "team_ids": list(scope.team_ids or ())}
    of_teams = "AND team_id IN %(team_ids)s" if scope.team_ids is not None else ""
    sql = f"""
        SELECT DISTINCT team_id, hour FROM (
            SELECT team_id, toStartOfHour(timestamp) AS hour FROM {TABLE}
            WHERE timestamp >= %(start)s AND timestamp < %(end)s {of_teams}
            UNION ALL
            SELECT team_id, hour FROM {USAGE.table}
            WHERE hour >= toDateTime(%(start)s, 'UTC') AND hour < toDateTime(%(end)s, 'UTC') {of_teams}
        )
        ORDER BY team_id, hour
    """
    return [Mark(row["team_id"], _aware(row["hour"]), 0, may_shrink) for row in query_rows(sql, params)]


def rebuild(hours: list[Mark], *, batch_hours: int = BATCH_HOURS) -> Iterator[int]:
    """
    Roll the hours up; yields how many each time some are done.

    Raises:
        ClickHouseError: What was yielded is done; rolling up again changes nothing.
    """
    for first in range(0, len(hours), batch_hours):
        batch = hours[first : first + batch_hours]
        roll_up(batch)
        yield len(batch)


def _aware(hour: datetime) -> datetime:
    return hour.replace(tzinfo=UTC)
