"""
The usage report of one stretch of time, a day in somebody's zone: what each team used.

What the figures mean and how they add up: `report_figures.py`. What they are read from: `report_cells.py`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from posthog.llm_analytics.report_calendar import DaySpan, cut_day
from posthog.llm_analytics.report_cells import ReportScope, ShareRow, read_end_users, read_shares, read_sums
from posthog.llm_analytics.report_figures import (
    BREAKDOWNS,
    COST_SUMS,
    DERIVED_TOKEN_SUMS,
    SHARE_TOKENS,
    TOKEN_SUMS,
    USD_DIGITS,
    TeamUsageReport,
    UsageShare,
    add_counts,
    order_shares,
    round_usd,
)
from posthog.llm_analytics.usage_cells import UsageCell
from posthog.llm_analytics.usage_sums import UsageSums, sum_usage
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.models import RejectedEvent

__all__ = [
    "COST_SUMS",
    "TOKEN_SUMS",
    "USD_DIGITS",
    "TeamUsageReport",
    "UsageShare",
    "build_span_reports",
    "build_usage_reports",
]

Shares = dict[str, list[UsageShare]]
"""Of one team, by breakdown."""


def build_usage_reports(
    day: date, *, team_ids: Collection[int] | None = None, zone: ZoneInfo | None = None, now: datetime | None = None
) -> list[TeamUsageReport]:
    """
    Sum one day.

    Args:
        team_ids: Only these teams, each with a report even if it had no event; None: every team with events.
        zone: Whose day; None: UTC's.
        now: Aware; decides only what is read from rows, never the answer. None: the clock's.
    Returns:
        One report a team, by team id.
    Raises:
        ClickHouseError: The store could not be read.
    """
    return build_span_reports(cut_day(day, zone or ZoneInfo("UTC")), team_ids=team_ids, now=now or timezone.now())


def build_span_reports(span: DaySpan, *, team_ids: Collection[int] | None, now: datetime) -> list[TeamUsageReport]:
    """The same of a day whose bounds are known."""
    if team_ids is not None and not team_ids:
        return []
    scope = ReportScope(start=span.start, end=span.end, team_ids=team_ids)
    now = now.astimezone(UTC)
    sums = _group_cells(read_sums(scope, now=now))
    shares = _group_shares(read_shares(scope, now=now) if sums else (), read_end_users(scope, now=now) if sums else ())
    rejected = _count_rejected(span)
    return [
        _build_report(team_id, span.day, sums.get(team_id, ()), shares.get(team_id, {}), rejected.get(team_id, 0))
        for team_id in sorted(sums if team_ids is None else team_ids)
    ]


def _group_cells(cells: Iterable[UsageCell]) -> dict[int, list[UsageCell]]:
    grouped: dict[int, list[UsageCell]] = {}
    for cell in cells:
        assert cell.team_id is not None
        grouped.setdefault(cell.team_id, []).append(cell)
    return grouped


def _group_shares(folds: Iterable[ShareRow], users: Iterable[ShareRow]) -> dict[int, Shares]:
    """Shares by team and breakdown."""
    fields = {column: breakdown for breakdown, column in BREAKDOWNS.items()}
    grouped: dict[int, Shares] = {}
    for row in (*folds, *users):
        shares = grouped.setdefault(row["team_id"], {})
        shares.setdefault(fields[row.get("fold", "end_user")], []).append(_build_share(row))
    return grouped


def _build_report(
    team_id: int, day: date, cells: Sequence[UsageCell], shares: Shares, rejected_events: int
) -> TeamUsageReport:
    calls = sum_usage(cell.sums for cell in cells if _is_call(cell, "inference"))
    cached = sum_usage(cell.sums for cell in cells if _is_call(cell, "gateway_cache_hit"))
    breakdowns: dict[str, Any] = {breakdown: order_shares(listed) for breakdown, listed in shares.items()}
    return TeamUsageReport(
        team_id=team_id,
        day=day,
        events=add_counts({cell.labels["event"]: cell.sums.rows} for cell in cells),
        calls=calls.rows,
        failed_calls=calls.failed_rows,
        **_take_columns(calls),
        gateway_cache_hits=cached.rows,
        saved_gateway_cache_cost_usd=round_usd(cached.saved_cache_cost_usd),
        **breakdowns,
        flags=add_counts(cell.sums.flags for cell in cells),
        unpriced_calls=calls.unpriced_rows,
        rejected_events=rejected_events,
    )


def _is_call(cell: UsageCell, call_kind: str) -> bool:
    return cell.labels["event"] in COUNTED_EVENTS and cell.labels["call_kind"] == call_kind


def _take_columns(sums: UsageSums) -> dict[str, Any]:
    """Every token and cost figure of the report by its field: int or Decimal, None where no call reported it."""
    tokens = {name: getattr(sums, name) for name in (*TOKEN_SUMS, *DERIVED_TOKEN_SUMS)}
    return tokens | {name: round_usd(getattr(sums, name)) for name in COST_SUMS}


def _build_share(row: ShareRow) -> UsageShare:
    return UsageShare(
        name=row["name"],
        calls=row["rows"],
        unpriced_calls=row["unpriced_rows"],
        total_cost_usd=round_usd(row["total_cost_usd"]),
        **{name: row[name] for name in SHARE_TOKENS},
    )


def _count_rejected(span: DaySpan) -> dict[int, int]:
    """Rejects of deliveries that arrived on the day, by team; those of nobody's team are not in it."""
    of_day = RejectedEvent.objects.filter(
        received_at__gte=span.start, received_at__lt=span.end, team__isnull=False, replayed_at=None
    )
    return dict(of_day.values_list("team_id").annotate(Count("id")))
