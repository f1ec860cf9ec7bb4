"""
Sums days of their rolled-up hours, each replaced as a whole.

The rule is that of hours (`usage_rollup.py`): the version is taken once the hours are written and before they are
read, and the highest stays. So where the mark of an hour was removed, its day was summed by this roll-up or by one
that began to read later, and has the hour as it is stored. A day with a marked hour is read from its hours.

What an hour keeps of rows that retention dropped its day keeps, too; an hour emptied by a deletion empties its part.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings

from posthog.clickhouse.client import WAIT_FOR_SHARDS, sync_execute
from posthog.llm_analytics.cell_sql import BIG_QUERY, FLAGS, list_figures, list_sums, sum_cells_sql
from posthog.llm_analytics.changed_hours import Mark, TeamHour, floor_day, take_change_number
from posthog.models.ai_usage_hourly.grain import Grain
from posthog.models.ai_usage_hourly.sql import DAYS, insert_table

DAY = timedelta(days=1)


def roll_up_days(hours: Iterable[Mark | TeamHour]) -> None:
    """Sum the days of hours that are written, in one INSERT a table."""
    days = sorted({(each.team_id, floor_day(each.hour)) for each in hours})
    params: dict[str, Any] = {
        "version": take_change_number(),
        "team_ids": [team_id for team_id, _ in days],
        "days": [int(day.timestamp()) for _, day in days],
        "start": min(day for _, day in days),
        "end": max(day for _, day in days) + DAY,
    }
    for summed, tables in DAYS.items():
        for table in tables:
            sql = roll_up_days_sql(summed, table, settings.CLICKHOUSE_CLUSTER)
            sync_execute(sql, params, settings={**BIG_QUERY, **WAIT_FOR_SHARDS})


CHANGED_DAYS = """
    SELECT toInt64(mark.1) AS team_id, toDateTime(mark.2, 'UTC') AS day
    FROM (SELECT arrayJoin(arrayZip(%(team_ids)s, %(days)s)) AS mark)
"""


def roll_up_days_sql(hours: Grain, days: Grain, cluster: str = "") -> str:
    """The INSERT that replaces days; one that has no cells and had none is left out."""
    places = f"""h.hour >= toDateTime(%(start)s, 'UTC') AND h.hour < toDateTime(%(end)s, 'UTC')
            AND (h.team_id, toStartOfDay(h.hour)) IN ({CHANGED_DAYS})"""
    return f"""
{_insert_into(days, cluster)}
SELECT
    changed.team_id, changed.day, %(version)s,
    {_list_arrays(days)}
FROM ({CHANGED_DAYS}) AS changed
LEFT JOIN ({_sum_days_sql(hours, days, places)}) AS fresh ON fresh.team_id = changed.team_id AND fresh.day = changed.day
WHERE notEmpty(fresh.cells) OR (changed.team_id, changed.day) IN (
    SELECT team_id, day FROM {days.table} WHERE (team_id, day) IN ({CHANGED_DAYS})
)
"""


def fill_sql(hours: Grain, days: Grain, cluster: str = "") -> str:
    """The INSERT that sums every hour there is; any day that is rolled up afterwards replaces its own."""
    return f"""
{_insert_into(days, cluster)}
SELECT
    fresh.team_id, fresh.day, 0,
    {_list_arrays(days)}
FROM ({_sum_days_sql(hours, days, "1")}) AS fresh
""".strip()


def _insert_into(days: Grain, cluster: str) -> str:
    names = [name for name, _ in (*days.row_columns, *days.cell_columns)]
    return f"INSERT INTO {insert_table(days, cluster)} ({', '.join(names)})"


def _list_arrays(days: Grain) -> str:
    names = [name for name, _ in days.cell_columns]
    return ",\n    ".join(f"fresh.cells.{place} AS {name}" for place, name in enumerate(names, start=1))


def _sum_days_sql(hours: Grain, days: Grain, places: str) -> str:
    """Days and their `cells`, tuples as `usage_rollup.py` says why."""
    cell = ", ".join(f"cell.{name}" for name in list_summed(days))
    return f"""
    SELECT cell.team_id AS team_id, cell.day AS day, groupArray(({cell})) AS cells
    FROM ({sum_hours_sql(hours, days, places)}) AS cell
    GROUP BY cell.team_id, cell.day
"""


def list_summed(days: Grain) -> list[str]:
    """The columns of a day's cell as `sum_hours_sql` names them."""
    names = [dimension.name for dimension in days.dimensions]
    names += [figure.name for figure in days.figures]
    return [*names, *([f"{FLAGS}.1", f"{FLAGS}.2"] if days.flags_of_rows else [])]


def sum_hours_sql(hours: Grain, days: Grain, places: str) -> str:
    """Cells of days, summed from hours `h` that fulfil `places`; the flags as a pair of arrays."""
    names = [dimension.name for dimension in days.dimensions]
    columns = ", ".join([*names, *list_sums(hours)])
    keys = ["team_id", "day", *names]
    if days.events:
        places += f" AND event IN ({', '.join(map(repr, days.events))})"
    return f"""
        SELECT {", ".join(f"c.{key} AS {key}" for key in keys)},
        {sum_cells_sql(list_figures(hours), of=hours.figures)}
        FROM (
            SELECT h.team_id AS team_id, toStartOfDay(h.hour) AS day, {columns}
            FROM {hours.table} AS h FINAL
            ARRAY JOIN {columns}
            WHERE {places}
        ) AS c
        GROUP BY {", ".join(f"c.{key}" for key in keys)}
    """
