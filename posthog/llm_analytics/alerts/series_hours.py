"""
Hourly sums of every series of some teams: from the rollup `ai_integrity_hourly`, and from rows of `ai_events` where an
hour has changed since it was rolled up, or is not over for long.

Successful generations that a provider worked on, deduplicated; what a tally's fields mean: `posthog.llm_integrity`.
Whichever of the two is read, the sums are the same to the last digit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from posthog.clickhouse.client import stream_rows
from posthog.llm_analytics.cell_sql import (
    BIG_QUERY,
    HOUR_RANGES,
    OF_PLACES,
    between_sql,
    list_run_params,
    list_sums,
    sum_rows_by_hour_sql,
)
from posthog.llm_analytics.changed_hours import floor_hour, list_marked
from posthog.llm_analytics.outlived_hours import drop_outlived
from posthog.llm_analytics.usage_rollup import LATENESS
from posthog.llm_integrity.expectations import RATIOS
from posthog.llm_integrity.tallies import Hour, Quotients, Series, Tally
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_integrity_hourly.sql import INTEGRITY
from posthog.models.ai_usage_hourly.grain import FLAGS_OF_CELLS

SeriesHours = dict[Series, list[Hour]]

SERIES = ("gateway", "provider", "model", "is_stream")
COLUMNS = ", ".join([*(key.name for key in INTEGRITY.keys), *list_sums(INTEGRITY)])
SUMS = ", ".join(f"{figure.of_cells} AS {figure.name}" for figure in INTEGRITY.figures if figure.name != "rows")


def read_series_hours(team_ids: Sequence[int], *, start: datetime, end: datetime, now: datetime) -> SeriesHours:
    """
    Sum full hours, each series' own ascending.

    Args:
        start, end: Aware, on full hours (UTC); end exclusive.
        now: Aware UTC; decides only which hours are read from rows, never the answer.
    Raises:
        ClickHouseError: The store could not be read.
    """
    if not team_ids or end <= start:
        return {}
    sql, params = build_sql(team_ids, start=start, end=end, now=now)
    return _collect(map(_parse, stream_rows(sql, params, settings=BIG_QUERY)))


def build_sql(team_ids: Sequence[int], *, start: datetime, end: datetime, now: datetime) -> tuple[str, dict[str, Any]]:
    """The statement and its parameters; asks Postgres which hours are marked."""
    params: dict[str, Any] = {"team_ids": list(team_ids), "start": start, "end": end}
    params["rolled_up_end"] = min(end, max(start, floor_hour(now - LATENESS)))
    cells = "1"
    sources = []
    if params["rolled_up_end"] < end:
        sources.append(_rows_sql(between_sql("rolled_up_end", "end")))
    if changed := drop_outlived(list_marked(start, params["rolled_up_end"], team_ids), now=now):
        params |= list_run_params(changed)
        cells = f"(h.team_id, h.hour) NOT IN ({HOUR_RANGES})"
        sources.append(_rows_sql(f"{between_sql('start', 'rolled_up_end')} AND {OF_PLACES}"))
    sources.append(_cells_sql(cells))
    listed = ", ".join(f"c.{name} AS series_{name}" for name in SERIES)
    sql = f"""
    SELECT {listed}, toUnixTimestamp(c.hour) AS series_hour, {SUMS}, {FLAGS_OF_CELLS} AS flags
    FROM ({" UNION ALL ".join(sources)}) AS c
    WHERE c.calls > 0
    GROUP BY {", ".join(f"series_{name}" for name in SERIES)}, series_hour
    ORDER BY series_hour
    """
    return sql, params


def _rows_sql(places: str) -> str:
    rows = sum_rows_by_hour_sql(INTEGRITY, f"e.team_id IN %(team_ids)s AND {places}")
    return f"SELECT hour, {COLUMNS} FROM ({rows})"


def _cells_sql(places: str) -> str:
    """All versions of an hour share the key, so `PREWHERE` may ask for it before `FINAL`."""
    return f"""
        SELECT h.hour AS hour, {COLUMNS}
        FROM {INTEGRITY.table} AS h FINAL
        ARRAY JOIN {COLUMNS}
        PREWHERE h.team_id IN %(team_ids)s AND {places}
            AND h.hour >= toDateTime(%(start)s, 'UTC') AND h.hour < toDateTime(%(rolled_up_end)s, 'UTC')
    """


def _collect(hours: Iterable[tuple[Series, Hour]]) -> SeriesHours:
    found: SeriesHours = {}
    for series, hour in hours:
        found.setdefault(series, []).append(hour)
    return found


def _parse(row: Mapping[str, Any]) -> tuple[Series, Hour]:
    is_stream = row["series_is_stream"]
    series = Series(
        row["series_gateway"],
        _make_storable(row["series_provider"]),
        _make_storable(row["series_model"]),
        None if is_stream is None else bool(is_stream),
    )
    return series, Hour(datetime.fromtimestamp(row["series_hour"], UTC), _parse_tally(row))


def _make_storable(name: str) -> str:
    """Callers may name anything; what Postgres cannot hold would end every look at the organization."""
    return name.replace("\x00", "�")


def _parse_tally(row: Mapping[str, Any]) -> Tally:
    flag_names, flag_calls = row["flags"]
    return Tally(
        calls=row["calls"],
        reported={name: calls for name in COUNT_COLUMNS if (calls := row[f"{name}_reported"])},
        quotients=dict(_parse_quotients(row)),
        costless_calls=row["costless_calls"],
        unpriced_calls=row["unpriced_calls"],
        flags=dict(zip(flag_names, flag_calls, strict=True)),
    )


def _parse_quotients(row: Mapping[str, Any]) -> Iterator[tuple[str, Quotients]]:
    for name in RATIOS:
        if calls := row[f"{name}_calls"]:
            yield name, Quotients(calls, float(row[f"{name}_total"]), float(row[f"{name}_squares"]))
