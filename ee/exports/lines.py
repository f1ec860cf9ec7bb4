"""
What an export consists of: a line for each day, team, model, provider, product, key, gateway and price source.

Figures are those of the usage report, in its words: calls that a provider worked on, and beside them what the
gateway's own cache answered. Each column sums to the report's figure of the day; amounts keep all 18 digits, so that
the sum of the lines, rounded as the report rounds, is the report's. Read as of now: of a closed day whose late events
are not yet a correction, the lines are ahead of the report.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from posthog.clickhouse.client import stream_rows
from posthog.llm_analytics.cell_sql import BIG_QUERY
from posthog.llm_analytics.report_calendar import DaySpan, cut_day
from posthog.llm_analytics.report_figures import COST_SUMS, DERIVED_TOKEN_SUMS, TOKEN_SUMS
from posthog.llm_analytics.stored_reports import load_closed_bounds
from posthog.llm_analytics.usage_cells import CellQuery, DimensionName, build_sql
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.models import Organization, Team

ONE_DAY = timedelta(days=1)
STREAMED = {**BIG_QUERY, "max_block_size": 10_000}
"""Smaller blocks than ClickHouse's own: a block is the most that is in memory."""

Line = dict[str, Any]
"""By the names of COLUMNS; None: no call of the line reported the figure."""
ColumnType = Literal["day", "moment", "id", "text", "count", "amount"]

LABELS: tuple[DimensionName, ...] = ("model", "provider", "product", "api_key_alias", "gateway", "cost_source")
CACHE_SAVINGS = "saved_gateway_cache_cost_usd"

COLUMNS: tuple[tuple[str, ColumnType], ...] = (
    ("day", "day"),
    ("timezone", "text"),
    ("day_start", "moment"),
    ("day_end", "moment"),
    ("team_id", "id"),
    ("team", "text"),
    *((label, "text") for label in LABELS),
    *((name, "count") for name in ("calls", "failed_calls", "unpriced_calls")),
    *((name, "count") for name in (*TOKEN_SUMS, *DERIVED_TOKEN_SUMS)),
    *((name, "amount") for name in COST_SUMS),
    ("gateway_cache_hits", "count"),
    (CACHE_SAVINGS, "amount"),
)
"""Days are of the zone `timezone`; moments are UTC, the end excluded; amounts are US dollars."""
NAMES = tuple(name for name, _ in COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportScope:
    """
    Attributes:
        teams: Of this organization; its report zone decides what a day is.
        start: Inclusive day; `end` is exclusive.
    """

    organization: Organization
    teams: Sequence[Team]
    start: date
    end: date


def read_lines(scope: ExportScope, *, now: datetime) -> Iterator[Line]:
    """
    The lines, by day, team and labels; one block of the store's answer is in memory at a time.

    Args:
        now: Aware UTC; decides only what is read from rows, never the answer.
    Raises:
        ClickHouseError: The store could not be read; lines before it were given.
    """
    names = {team.id: team.name for team in scope.teams}
    for span in list_spans(scope):
        constant = {"day": span.day, "timezone": span.zone.key, "day_start": span.start, "day_end": span.end}
        sql, params = build_lines_sql(span, list(names), now=now)
        for row in stream_rows(sql, params, settings=STREAMED):
            yield {**constant, "team": names[row["team_id"]], **row}


def list_spans(scope: ExportScope) -> list[DaySpan]:
    """The days, each as long as it is in its report; days that a change of zone left empty are not among them."""
    bounds = load_closed_bounds([scope.organization.id], start=scope.start, end=scope.end)[scope.organization.id]
    zone = ZoneInfo(scope.organization.report_timezone)
    days = (scope.start + number * ONE_DAY for number in range((scope.end - scope.start).days))
    spans = (cut_day(day, zone, bounds) for day in days)
    return [span for span in spans if span.start < span.end]


def build_lines_sql(span: DaySpan, team_ids: Sequence[int], *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The statement of one day and its parameters."""
    dimensions: tuple[DimensionName, ...] = ("event", "call_kind", *LABELS)
    query = CellQuery(start=span.start, end=span.end, team_ids=team_ids or [0], dimensions=dimensions)
    cells, params = build_sql(query, now=now)
    keys = ", ".join(("team_id", *LABELS))
    is_call, is_cached = "c.call_kind = 'inference'", "c.call_kind = 'gateway_cache_hit'"
    sums = [
        f"sumIf(c.rows, {is_call}) AS calls",
        f"sumIf(c.failed_rows, {is_call}) AS failed_calls",
        f"sumIf(c.unpriced_rows, {is_call}) AS unpriced_calls",
        *(f"sumIf(c.{name}, {is_call}) AS {name}" for name in (*TOKEN_SUMS, *DERIVED_TOKEN_SUMS, *COST_SUMS)),
        f"sumIf(c.rows, {is_cached}) AS gateway_cache_hits",
        f"sumIf(c.saved_cache_cost_usd, {is_cached}) AS {CACHE_SAVINGS}",
    ]
    listed = ", ".join(f"c.{key} AS {key}" for key in ("team_id", *LABELS))
    sql = f"""
        SELECT {listed}, {", ".join(sums)}
        FROM ({cells}) AS c
        WHERE c.event IN %(counted_events)s AND c.call_kind IN ('inference', 'gateway_cache_hit')
        GROUP BY {keys}
        ORDER BY {keys}
    """
    return sql, params | {"counted_events": sorted(COUNTED_EVENTS)}
