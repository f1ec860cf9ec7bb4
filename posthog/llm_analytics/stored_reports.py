"""Reads the stored versions of reports: of a day, and summed to months."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Q

from posthog.llm_analytics.report_calendar import NEAR, Bounds
from posthog.llm_analytics.report_figures import GatewayReceipts, UsageFigures, parse_figures, sum_figures
from posthog.llm_analytics.report_versions import StoredDay
from posthog.models import OrganizationUsageReport, Team, UsageReport

ONE_DAY = timedelta(days=1)
MONTH_AT_MOST = timedelta(days=31)

DayState = Literal["not_reported", "open", "closed", "corrected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """A day of a month; `version` None: it was not reported. `missing`: what was not there when it was closed."""

    day: date
    state: DayState
    version: int | None = None
    timezone: str = ""
    missing_events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReport:
    """An organization's month: `figures` are the sum of its days' latest versions, and nothing else."""

    organization_id: UUID
    month: date
    figures: UsageFigures
    days: tuple[MonthDay, ...]

    @property
    def is_closed(self) -> bool:
        """Whether every day is: no figure changes any more without a correction that says so."""
        return all(day.state in ("closed", "corrected") for day in self.days)

    def list_days(self, state: DayState) -> list[date]:
        return [day.day for day in self.days if day.state == state]


def find_stored_day(organization_id: UUID, day: date) -> StoredDay:
    """The latest versions of one organization's day."""
    return load_stored_days([organization_id], day)[organization_id]


def load_stored_days(organization_ids: Collection[UUID], day: date) -> dict[UUID, StoredDay]:
    """The latest versions of a day, by organization; one that was not reported has none."""
    own = OrganizationUsageReport.objects.latest_versions(organization_ids, start=day, end=day + ONE_DAY)
    owners = dict(Team.objects.filter(organization_id__in=organization_ids).values_list("id", "organization_id"))
    teams: dict[UUID, dict[int, UsageReport]] = {organization_id: {} for organization_id in organization_ids}
    for report in UsageReport.objects.latest_versions(owners, start=day, end=day + ONE_DAY):
        teams[owners[report.team_id]][report.team_id] = report
    by_organization = {report.organization_id: report for report in own}
    return {each: StoredDay(own=by_organization.get(each), teams=teams[each]) for each in organization_ids}


def load_closed_bounds(organization_ids: Collection[UUID], *, start: date, end: date) -> dict[UUID, dict[date, Bounds]]:
    """The bounds of every closed day from `start` to before `end` and near them, by organization."""
    bounds: dict[UUID, dict[date, Bounds]] = {organization_id: {} for organization_id in organization_ids}
    is_near = Q(day__gte=start - NEAR, day__lt=end + NEAR, closed_at__isnull=False, version=1)
    of_teams = UsageReport.objects.filter(is_near, team__organization_id__in=organization_ids)
    own = OrganizationUsageReport.objects.filter(is_near, organization_id__in=organization_ids)
    found = of_teams.values_list("team__organization_id", "day", "starts_at", "ends_at").distinct()
    for organization_id, day, starts_at, ends_at in [
        *found,
        *own.values_list("organization_id", "day", "starts_at", "ends_at"),
    ]:
        bounds[organization_id][day] = Bounds(starts_at, ends_at)
    return bounds


def sum_month(organization_id: UUID, month: date) -> MonthReport:
    """
    Add up the days of a month.

    Args:
        month: Any day of it.
    """
    first = month.replace(day=1)
    end = (first + MONTH_AT_MOST).replace(day=1)
    reports = {
        r.day: r for r in OrganizationUsageReport.objects.latest_versions([organization_id], start=first, end=end)
    }
    days = [first + number * ONE_DAY for number in range((end - first).days)]
    figures = [parse_figures(report.figures) for report in reports.values()]
    return MonthReport(
        organization_id=organization_id,
        month=first,
        figures=_sum_days(figures),
        days=tuple(_describe_day(day, reports.get(day)) for day in days),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMonth:
    """A team's month, or the part of it that was asked for; `figures` are the sum of its days' latest versions."""

    month: date
    figures: UsageFigures
    days: tuple[MonthDay, ...]

    def count_days(self, state: DayState) -> int:
        return sum(day.state == state for day in self.days)

    @property
    def state(self) -> DayState:
        """Closed or corrected: every day is, and no figure changes any more without a version that says so."""
        if not self.count_days("closed") + self.count_days("corrected") + self.count_days("open"):
            return "not_reported"
        if self.count_days("open") or self.count_days("not_reported"):
            return "open"
        return "corrected" if self.count_days("corrected") else "closed"


def sum_team_months(team_id: int, *, start: date, end: date) -> list[TeamMonth]:
    """Add up a team's days from `start` to before `end`, month by month, in order."""
    reports = {r.day: r for r in UsageReport.objects.latest_versions([team_id], start=start, end=end)}
    days_by_month: dict[date, list[date]] = {}
    for number in range((end - start).days):
        day = start + number * ONE_DAY
        days_by_month.setdefault(day.replace(day=1), []).append(day)
    return [
        TeamMonth(
            month=month,
            figures=_sum_days([parse_figures(reports[day].figures) for day in days if day in reports]),
            days=tuple(_describe_day(day, reports.get(day)) for day in days),
        )
        for month, days in days_by_month.items()
    ]


def _sum_days(figures: list[UsageFigures]) -> UsageFigures:
    return replace(sum_figures(figures), gateways=_add_receipts(figures))


def _describe_day(day: date, report: OrganizationUsageReport | UsageReport | None) -> MonthDay:
    if report is None:
        return MonthDay(day=day, state="not_reported")
    closed: DayState = "corrected" if report.is_corrected else "closed"
    return MonthDay(
        day=day,
        state=closed if report.is_closed else "open",
        version=report.version,
        timezone=report.timezone,
        missing_events=report.missing.get("events", 0),
    )


def _add_receipts(parts: Iterable[UsageFigures]) -> tuple[GatewayReceipts, ...]:
    """Each hour of a gateway is in one day alone, so over days its receipts add up."""
    by_name: dict[str, GatewayReceipts] = {}
    for receipts in (receipts for part in parts for receipts in part.gateways):
        known = by_name.get(receipts.gateway, GatewayReceipts(gateway=receipts.gateway))
        by_name[receipts.gateway] = replace(
            known, received=known.received + receipts.received, missing=known.missing + receipts.missing
        )
    return tuple(by_name[name] for name in sorted(by_name))
