"""Stored versions of days, and destinations, with valid defaults."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ee.delivery.administration import NewDestination, add_destination
from ee.models import DeliveryDestination, ReportDelivery
from posthog.llm_analytics.report_changes import find_changes
from posthog.llm_analytics.report_figures import UsageFigures, UsageShare, parse_figures, sum_figures
from posthog.models import Organization, OrganizationUsageReport, Team, UsageReport

DAY = date(2026, 2, 3)
NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)


def make_figures(calls: int = 2, cost: str = "0.5", model: str = "claude-sonnet-5") -> UsageFigures:
    """Figures of one model; the output's cost is not known."""
    share = UsageShare(name=model, calls=calls, input_tokens=900, total_tokens=1000, total_cost_usd=Decimal(cost))
    return UsageFigures(
        events={"$ai_generation": calls},
        calls=calls,
        input_tokens=900,
        output_tokens=100,
        total_tokens=1000,
        cache_read_input_tokens=0,
        total_cost_usd=Decimal(cost),
        models=(share,),
    )


def store_report(
    teams: dict[Team, UsageFigures], *, day: date = DAY, version: int = 1, is_closed: bool = True
) -> OrganizationUsageReport:
    """One version of an organization's day and of its teams'; from version 2 on a correction."""
    organization = next(iter(teams)).organization
    common = _build_common(day, version, is_closed=is_closed)
    for team, figures in teams.items():
        UsageReport.objects.create(team=team, figures=figures.to_json(), **common)
    total = sum_figures(teams.values())
    before = OrganizationUsageReport.objects.filter(organization=organization, day=day, version=version - 1).first()
    changes = find_changes(parse_figures(before.figures), total) if before else {}
    return OrganizationUsageReport.objects.create(
        organization=organization,
        figures=total.to_json(),
        team_versions={str(team.id): version for team in teams},
        changes=changes,
        **common,
    )


def add(organization: Organization, kind: str, address: str, **fields: Any) -> tuple[DeliveryDestination, str]:
    """A destination and its signing secret."""
    defaults = {"name": f"{kind} {address}", "first_day": DAY, "api_key": "phc_key" if kind == "posthog" else ""}
    new = NewDestination(kind=kind, address=address, **{**defaults, **fields})
    return add_destination(organization, new, actor="test")


def find_only() -> ReportDelivery:
    return ReportDelivery.objects.select_related("destination", "organization").get()


def _build_common(day: date, version: int, *, is_closed: bool) -> dict[str, Any]:
    starts_at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {
        "day": day,
        "version": version,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(days=1),
        "reason": "late_events" if version > 1 else "",
        "rules_version": "1",
        "closed_at": starts_at + timedelta(days=1, hours=version) if is_closed else None,
    }
