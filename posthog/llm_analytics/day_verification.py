"""
Compares rolled-up days with their rolled-up hours, cell by cell; that the hours are right is `rollup_verification.py`.

A day with an hour that is marked is read from its hours, and one with an hour that drifts is summed again with it:
neither is looked at.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.cell_sql import BIG_QUERY, DAY_RANGES, list_day_run_params, list_sums
from posthog.llm_analytics.changed_hours import TeamHour, floor_day, list_marked
from posthog.llm_analytics.day_rollup import list_summed, sum_hours_sql
from posthog.llm_analytics.rollup_verification import Drift, Scope
from posthog.llm_analytics.whole_days import DAY
from posthog.models.ai_usage_hourly.grain import Grain
from posthog.models.ai_usage_hourly.sql import DAYS


def list_day_drifts(scope: Scope, *, drifting: Iterable[TeamHour] = ()) -> list[Drift]:
    """
    The days that touch the scope and are not what their hours sum up to, each as a drift of its first hour.

    Args:
        drifting: Hours that are known to differ from their rows.
    Raises:
        ClickHouseError: The store could not be read.
    """
    whole = Scope(start=floor_day(scope.start), end=_ceil_day(scope.end), team_ids=scope.team_ids)
    known = set(drifting)
    return [
        Drift(table=days.table, team_id=place.team_id, hour=place.hour, figures={})
        for hours, tables in DAYS.items()
        for days in tables
        for place in _list_different(hours, days, whole, known)
    ]


def _list_different(hours: Grain, days: Grain, scope: Scope, known: set[TeamHour]) -> list[TeamHour]:
    """Looked at twice: a day whose hours were being rolled up has either a mark still, or its new sums by then."""
    left_out = known | set(list_marked(scope.start, scope.end, scope.team_ids))
    suspects = _compare(hours, days, scope, left_out)
    if not suspects:
        return []
    left_out |= set(list_marked(scope.start, scope.end, scope.team_ids))
    again = set(_compare(hours, days, scope, left_out))
    marked = {
        TeamHour(team_id, floor_day(hour)) for team_id, hour in list_marked(scope.start, scope.end, scope.team_ids)
    }
    return [each for each in suspects if each in again - marked]


def _compare(hours: Grain, days: Grain, scope: Scope, left_out: Collection[TeamHour]) -> list[TeamHour]:
    params: dict[str, Any] = {"start": scope.start, "end": scope.end, "team_ids": list(scope.team_ids or ())}
    params |= list_day_run_params(left_out)
    chosen = "AND h.team_id IN %(team_ids)s" if scope.team_ids is not None else ""
    if left_out:
        chosen += f" AND (h.team_id, toStartOfDay(h.{{begin}})) NOT IN ({DAY_RANGES})"
    rows = query_rows(compare_days_sql(hours, days, chosen), params, settings=BIG_QUERY)
    return [TeamHour(row["team_id"], row["day"].replace(tzinfo=UTC)) for row in rows]


def compare_days_sql(hours: Grain, days: Grain, chosen: str) -> str:
    """
    One row a day that differs; a digest is the sum of its cells' hashes, so the order of cells does not matter.

    Args:
        chosen: More conditions on a row `h`, with `{begin}` for the column of its begin.
    """
    columns = ", ".join([*(dimension.name for dimension in days.dimensions), *list_sums(days)])
    return f"""
    SELECT team_id, day FROM (
        SELECT team_id, day, 0 AS is_stored, sum(cityHash64(toString(({", ".join(list_summed(days))})))) AS digest
        FROM ({sum_hours_sql(hours, days, _places("hour", chosen))})
        GROUP BY team_id, day
        UNION ALL
        SELECT team_id, day, 1 AS is_stored, sum(cityHash64(toString(({columns})))) AS digest
        FROM {days.table} AS h FINAL
        ARRAY JOIN {columns}
        WHERE {_places("day", chosen)}
        GROUP BY team_id, day
    )
    GROUP BY team_id, day
    HAVING sumIf(digest, is_stored) != sumIf(digest, NOT is_stored)
    ORDER BY day, team_id
    """


def _places(begin: str, chosen: str) -> str:
    within = f"h.{begin} >= toDateTime(%(start)s, 'UTC') AND h.{begin} < toDateTime(%(end)s, 'UTC')"
    return f"{within} {chosen.replace('{begin}', begin)}"


def _ceil_day(moment: datetime) -> datetime:
    return floor_day(moment) if moment == floor_day(moment) else floor_day(moment) + DAY
