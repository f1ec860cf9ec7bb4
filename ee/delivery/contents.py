"""What a delivery carries: one version of an organization's day, with the versions of its teams that it sums."""

from dataclasses import dataclass
from typing import Any

from ee.models import ReportDelivery
from posthog.llm_analytics.report_figures import UsageFigures, parse_figures
from posthog.models import OrganizationUsageReport, UsageReport


@dataclass(frozen=True, slots=True)
class TeamPart:
    """One team's share of the day."""

    team_id: int
    name: str
    version: int
    figures: UsageFigures


@dataclass(frozen=True, slots=True)
class Contents:
    """Closed versions do not change, so two attempts carry the same; only names may be newer."""

    delivery: ReportDelivery
    report: OrganizationUsageReport
    figures: UsageFigures
    teams: tuple[TeamPart, ...]


def load_contents(delivery: ReportDelivery) -> Contents:
    """
    Raises:
        OrganizationUsageReport.DoesNotExist: The version is gone; nothing removes one but a person at the database.
    """
    report = OrganizationUsageReport.objects.get(
        organization=delivery.organization_id, day=delivery.day, version=delivery.version
    )
    return Contents(delivery, report, parse_figures(report.figures), tuple(_load_teams(report)))


def to_json(contents: Contents) -> dict[str, Any]:
    """The webhook's body: amounts as decimal text, null where nobody reported a figure."""
    report = contents.report
    return {
        "type": "llm_analytics_usage_report",
        "id": str(contents.delivery.idempotency_key),
        "organization": {"id": str(report.organization_id), "name": contents.delivery.organization.name},
        "day": report.day.isoformat(),
        "timezone": report.timezone,
        "period_start": report.starts_at.isoformat(),
        "period_end": report.ends_at.isoformat(),
        "version": report.version,
        "is_correction": report.is_corrected,
        "reason": report.reason or None,
        "changes": report.changes,
        "missing": report.missing,
        "closed_at": None if report.closed_at is None else report.closed_at.isoformat(),
        "figures": report.figures,
        "teams": [
            {"id": team.team_id, "name": team.name, "version": team.version, "figures": team.figures.to_json()}
            for team in contents.teams
        ],
    }


def _load_teams(report: OrganizationUsageReport) -> list[TeamPart]:
    """Teams that were deleted since are left out; what they used is still in the organization's figures."""
    versions = {int(team_id): version for team_id, version in report.team_versions.items()}
    stored = UsageReport.objects.filter(team_id__in=versions, day=report.day).select_related("team")
    return [
        TeamPart(each.team_id, each.team.name, each.version, parse_figures(each.figures))
        for each in stored.order_by("team_id")
        if versions[each.team_id] == each.version
    ]
