"""SQL that rollups, reading and verification share: rows of `ai_events` summed into cells, sets of (team, hour)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from posthog.llm_analytics.changed_hours import TeamHour, floor_day
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.grain import FLAG_COLUMNS, FLAGS_OF_CELLS, FLAGS_OF_ROWS, HOUR_S, Figure, Grain
from posthog.models.ai_usage_hourly.sql import FIGURES

DAY_S = 24 * HOUR_S

FLAGS = "flags"
ALL_FIGURES = frozenset({FLAGS, *(figure.name for figure in FIGURES)})

HOUR_RANGES = f"""
    SELECT run.1 AS team_id, toDateTime(arrayJoin(range(run.2, run.3, {HOUR_S})), 'UTC') AS hour
    FROM (SELECT arrayJoin(arrayZip(%(run_team_ids)s, %(run_firsts)s, %(run_ends)s)) AS run)
"""
"""Pairs of (team, hour) out of runs of hours: thousands of marks fit into a query that way."""

DAY_RANGES = f"""
    SELECT run.1 AS team_id, toDateTime(arrayJoin(range(run.2, run.3, {DAY_S})), 'UTC') AS day
    FROM (SELECT arrayJoin(arrayZip(%(day_run_team_ids)s, %(day_run_firsts)s, %(day_run_ends)s)) AS run)
"""
"""The same of days."""

OF_PLACES = f"(e.team_id, toStartOfHour(e.timestamp)) IN ({HOUR_RANGES})"

BIG_QUERY = {"max_query_size": 64 * 1024 * 1024}


def list_cell_columns(figures: Collection[str] = ALL_FIGURES, *, of: Sequence[Figure] = FIGURES) -> list[str]:
    """The columns of a cell that hold these figures, of those that it has."""
    names = [figure.name for figure in of if figure.name in figures]
    return names + ([name for name, _ in FLAG_COLUMNS] if FLAGS in figures else [])


def list_figures(grain: Grain) -> list[str]:
    """Every figure of a grain's cells, and FLAGS where they have flags."""
    return [*(figure.name for figure in grain.figures), *([FLAGS] if grain.flags_of_rows else [])]


def list_sums(grain: Grain) -> list[str]:
    """The columns of a grain's cell that are no key."""
    return list_cell_columns(list_figures(grain), of=grain.figures)


def between_sql(start: str, end: str) -> str:
    """The condition that a row's hour touches the range of two parameters, datetimes; see `places` below."""
    hour = "toStartOfHour(e.timestamp)"
    return (
        f"{hour} >= toStartOfHour(toDateTime64(%({start})s, 6, 'UTC')) AND {hour} < toDateTime64(%({end})s, 6, 'UTC')"
    )


def sum_cells_sql(figures: Collection[str] = ALL_FIGURES, *, of: Sequence[Figure] = FIGURES) -> str:
    """What a SELECT lists to sum these figures of cells `c`; the flags as a pair of arrays."""
    sums = [f"{figure.of_cells} AS {figure.name}" for figure in of if figure.name in figures]
    return ",\n        ".join(sums + ([f"{FLAGS_OF_CELLS} AS {FLAGS}"] if FLAGS in figures else []))


def sum_rows_sql(
    keys: Sequence[tuple[str, str]],
    places: str,
    where: str = "",
    *,
    figures: Collection[str] = ALL_FIGURES,
    of: Sequence[Figure] = FIGURES,
) -> str:
    """
    Rows → cells.

    `PREWHERE` filters before `FINAL` compares versions, which makes a short range of a long table several times as
    fast. So `places` may depend on the sorting key's team and hour alone, which all versions of a row share.

    Args:
        keys: Name of each key and its value in a row `e`.
        places: Condition on `e.team_id` and `toStartOfHour(e.timestamp)`.
        where: Any further condition; '' for none.
        figures: Names of those `of` a cell that are asked for.
    """
    sums = [(figure.name, figure.of_rows) for figure in of if figure.name in figures]
    if FLAGS in figures:
        sums += _list_flag_sums(FLAGS_OF_ROWS)
    return _select_rows_sql(keys, sums, places, where)


def sum_rows_by_hour_sql(
    grain: Grain, places: str, *, more: Sequence[tuple[str, str]] = (), by_cell: bool = True
) -> str:
    """
    Rows → an hour grain's cells of teams' hours.

    Args:
        places: As of `sum_rows_sql`.
        more: Name of each further aggregate and what it is.
        by_cell: False: each hour is one cell.
    """
    keys = [("team_id", "e.team_id"), ("hour", "toStartOfHour(e.timestamp)")]
    if by_cell:
        keys += [(key.name, key.of_row) for key in grain.keys]
    sums = [(figure.name, figure.of_rows) for figure in grain.figures]
    flags = _list_flag_sums(grain.flags_of_rows) if grain.flags_of_rows else []
    return _select_rows_sql(keys, [*more, *sums, *flags], places)


def _list_flag_sums(of_rows: str) -> list[tuple[str, str]]:
    return [("flag_names", f"({of_rows} AS {FLAGS}).1"), ("flag_rows", f"{FLAGS}.2")]


def _select_rows_sql(
    keys: Sequence[tuple[str, str]], sums: Sequence[tuple[str, str]], places: str, where: str = ""
) -> str:
    columns = ",\n            ".join(f"{value} AS {name}" for name, value in (*keys, *sums))
    group = f"GROUP BY {', '.join(value for _, value in keys)}" if keys else "HAVING count() > 0"
    return f"""
        SELECT
            {columns}
        FROM {TABLE} AS e FINAL
        PREWHERE {places}
        {f"WHERE {where}" if where else ""}
        {group}
    """


def list_run_params(hours: Iterable[TeamHour]) -> dict[str, Any]:
    """The parameters of `HOUR_RANGES`; hours in any order, without repeats, at least one."""
    return _list_runs(hours, timedelta(seconds=HOUR_S), "run")


def list_day_run_params(hours: Iterable[TeamHour]) -> dict[str, Any]:
    """The parameters of `DAY_RANGES`: the UTC days of the hours, at least one."""
    return _list_runs({(team_id, floor_day(hour)) for team_id, hour in hours}, timedelta(seconds=DAY_S), "day_run")


def _list_runs(places: Iterable[tuple[int, datetime]], step: timedelta, name: str) -> dict[str, Any]:
    runs: list[tuple[int, datetime, datetime]] = []
    for team_id, begin in sorted(places):
        if runs and runs[-1][0] == team_id and runs[-1][2] == begin:
            runs[-1] = (team_id, runs[-1][1], begin + step)
        else:
            runs.append((team_id, begin, begin + step))
    return {
        f"{name}_team_ids": [team_id for team_id, _, _ in runs],
        f"{name}_firsts": [int(first.timestamp()) for _, first, _ in runs],
        f"{name}_ends": [int(end.timestamp()) for _, _, end in runs],
    }
