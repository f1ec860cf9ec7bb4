"""
The usage report of one stretch of time, a day in somebody's zone: what each team used.

What the figures mean and how they add up: `report_figures.py`. What they are read from: `report_cells.py`.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from posthog.llm_analytics.report_calendar import DaySpan, cut_day
from posthog.llm_analytics.report_cells import ReportScope, Shares, SumsRow, read_report
from posthog.llm_analytics.report_figures import (
    COST_SUMS,
    DERIVED_TOKEN_SUMS,
    TOKEN_SUMS,
    USD_DIGITS,
    TeamUsageReport,
    UsageShare,
    order_shares,
    round_usd,
)
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
    lines, shares = read_report(scope, now=now)
    sums = {line["team_id"]: line for line in lines}
    rejected = _count_rejected(span)
    return [
        TeamUsageReport(
            team_id=team_id,
            day=span.day,
            rejected_events=rejected.get(team_id, 0),
            **(_take_sums(sums[team_id]) if team_id in sums else {}),
            **_take_shares(shares.get(team_id, {})),
        )
        for team_id in sorted(sums if team_ids is None else team_ids)
    ]


def _take_sums(row: SumsRow) -> dict[str, Any]:
    """A team's line → the fields of its report; tokens and amounts are None where no call reported them."""
    return {
        "events": _count(row["events"]),
        "calls": row["rows"],
        "failed_calls": row["failed_rows"],
        **{name: row[name] for name in (*TOKEN_SUMS, *DERIVED_TOKEN_SUMS)},
        **{name: round_usd(row[name]) for name in COST_SUMS},
        "gateway_cache_hits": row["hit_rows"],
        "saved_gateway_cache_cost_usd": round_usd(row["saved_hit_cost_usd"]),
        "flags": _count(row["flags"]),
        "unpriced_calls": row["unpriced_rows"],
    }


def _take_shares(shares: Shares) -> dict[str, Any]:
    return {breakdown: order_shares(listed) for breakdown, listed in shares.items()}


def _count(pair: tuple[Sequence[str], Sequence[int]]) -> dict[str, int]:
    """Rows by name, in the order of the names."""
    return dict(sorted(zip(*pair, strict=True)))


def _count_rejected(span: DaySpan) -> dict[int, int]:
    """Rejects of deliveries that arrived on the day, by team; those of nobody's team are not in it."""
    of_day = RejectedEvent.objects.filter(
        received_at__gte=span.start, received_at__lt=span.end, team__isnull=False, replayed_at=None
    )
    return dict(of_day.values_list("team_id").annotate(Count("id")))
