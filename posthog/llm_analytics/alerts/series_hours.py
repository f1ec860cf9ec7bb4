"""
Rows of `ai_events` → hourly sums of every series of some teams: one scan of typed columns.

Successful generations that a provider worked on, deduplicated; what a tally's fields mean: `posthog.llm_integrity`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from posthog.clickhouse.client import stream_rows
from posthog.llm_analytics.cell_sql import between_sql
from posthog.llm_integrity.expectations import RATIOS
from posthog.llm_integrity.tallies import Hour, Quotients, Series, Tally
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.sql import FLAGS_OF_ROWS

SeriesHours = dict[Series, list[Hour]]

IS_TALLIED = "e.event = '$ai_generation' AND e.call_kind = 'inference' AND e.is_error = 0"
USED_TOKENS = (
    "if(isNull(e.total_tokens) AND isNull(e.input_tokens) AND isNull(e.output_tokens), NULL, "
    "ifNull(e.total_tokens, ifNull(e.input_tokens, 0) + ifNull(e.output_tokens, 0)))"
)
"""NULL: nobody reported what the call used."""
IS_UNPRICED = "has(e.integrity_flags, 'unpriced_model')"


def _sum_quotients_sql(name: str, part: str, whole: str) -> str:
    """Three aggregates, see `Quotients`; of no call the sums are 0."""
    divisor = USED_TOKENS if whole == "total_tokens" else f"e.{whole}"
    condition = f"isNotNull(e.{part}) AND ifNull({divisor}, 0) > 0"
    quotient = f"(e.{part} / {divisor})"
    return (
        f"countIf({condition}) AS {name}_calls, sumIf({quotient}, {condition}) AS {name}_total, "
        f"sumIf({quotient} * {quotient}, {condition}) AS {name}_squares"
    )


SERIES_HOURS = f"""
    SELECT
        ifNull(e.gateway, '') AS series_gateway, ifNull(e.provider, '') AS series_provider,
        ifNull(e.model, '') AS series_model, e.is_stream AS series_is_stream,
        toUnixTimestamp(toStartOfHour(e.timestamp)) AS hour,
        count() AS calls,
        {", ".join(f"count(e.{name}) AS {name}_reported" for name in COUNT_COLUMNS)},
        {", ".join(_sum_quotients_sql(name, part, whole) for name, (part, whole) in RATIOS.items())},
        countIf(isNull(e.total_cost_usd) AND ifNull({USED_TOKENS}, 0) > 0 AND NOT {IS_UNPRICED}) AS costless_calls,
        countIf({IS_UNPRICED}) AS unpriced_calls,
        {FLAGS_OF_ROWS} AS flags
    FROM {TABLE} AS e FINAL
    PREWHERE e.team_id IN %(team_ids)s AND {between_sql("start", "end")}
    WHERE {IS_TALLIED}
    GROUP BY series_gateway, series_provider, series_model, series_is_stream, hour
    ORDER BY hour
"""


def read_series_hours(team_ids: Sequence[int], *, start: datetime, end: datetime) -> SeriesHours:
    """
    Sum full hours, each series' own ascending.

    Args:
        start, end: Aware, on full hours (UTC); end exclusive.
    Raises:
        ClickHouseError: The store could not be read.
    """
    if not team_ids or end <= start:
        return {}
    params = {"team_ids": list(team_ids), "start": start, "end": end}
    return _collect(map(_parse, stream_rows(SERIES_HOURS, params)))


def _collect(hours: Iterable[tuple[Series, Hour]]) -> SeriesHours:
    found: SeriesHours = {}
    for series, hour in hours:
        found.setdefault(series, []).append(hour)
    return found


def _parse(row: Mapping[str, Any]) -> tuple[Series, Hour]:
    is_stream = row["series_is_stream"]
    series = Series(
        row["series_gateway"],
        row["series_provider"],
        row["series_model"],
        None if is_stream is None else bool(is_stream),
    )
    return series, Hour(datetime.fromtimestamp(row["hour"], UTC), _parse_tally(row))


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
            yield name, Quotients(calls, row[f"{name}_total"], row[f"{name}_squares"])
