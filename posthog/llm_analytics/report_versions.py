"""
From what a day comes to now and what is stored of it: the versions to write. Pure but for the model classes.

An open day's first version takes the new figures. A closed day's latest version stays as it is; where the new figures
differ, the next version has them, with what changed and why, and is closed from its first moment.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from posthog.llm_analytics.report_calendar import DaySpan
from posthog.llm_analytics.report_changes import Changes, find_changes
from posthog.llm_analytics.report_closing import Missing
from posthog.llm_analytics.report_figures import (
    GatewayReceipts,
    TeamUsageReport,
    UsageFigures,
    parse_figures,
    sum_figures,
)
from posthog.llm_analytics.report_reasons import Cause, RowsSince, find_cause, join_causes
from posthog.llm_usage.accounting import RULES_VERSION
from posthog.models import Organization, OrganizationUsageReport, UsageReport


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDay:
    """The latest versions there are of an organization's day: its own (None: not reported yet), its teams' by id."""

    own: OrganizationUsageReport | None = None
    teams: Mapping[int, UsageReport] = field(default_factory=dict)

    @property
    def is_closed(self) -> bool:
        if self.own is not None:
            return self.own.is_closed
        return any(report.is_closed for report in self.teams.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDay:
    """
    What an organization's day comes to now, team by team, and what is known to be missing from it.

    Attributes:
        emptied_team_ids: Teams whose events were deleted at some time: that they have none is no loss by retention.
    """

    organization: Organization
    span: DaySpan
    measured_at: datetime
    reports: Sequence[TeamUsageReport]
    emptied_team_ids: Collection[int] = ()
    gateways: Sequence[GatewayReceipts] = ()
    missing: Missing = field(default_factory=dict)
    is_closing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DayVersions:
    """
    The latest versions of an organization's day once those that are new or refreshed are written.

    Attributes:
        measured: What they were made from; `stored`: what stood there before.
        is_written: False where the day is closed and nothing differs.
    """

    own: OrganizationUsageReport
    teams: Mapping[int, UsageReport]
    measured: MeasuredDay
    stored: StoredDay
    is_written: bool = True

    @property
    def changes(self) -> dict[int, Changes]:
        """
        Of each team that differs from what was stored, by id; a team that was not stored differs in all.

        Compared when asked for: the hourly refresh of open days writes them whatever differs.
        """
        return find_team_changes(self.measured, self.stored)


def find_team_changes(measured: MeasuredDay, stored: StoredDay) -> dict[int, Changes]:
    """What differs, by team; teams without a difference are left out, and so are those whose events retention took."""
    compared = {
        report.team_id: find_changes(_find_figures(stored, report.team_id), _only_figures(report))
        for report in measured.reports
        if report.events or report.team_id in measured.emptied_team_ids or not stored.is_closed
    }
    return {team_id: changes for team_id, changes in compared.items() if changes}


def plan_open_day(measured: MeasuredDay, stored: StoredDay) -> DayVersions:
    """The refreshed first versions; stamped where the day closes with them."""
    teams = {
        report.team_id: UsageReport(
            team_id=report.team_id,
            figures=_only_figures(report).to_json(),
            **_list_common(measured, stored.teams.get(report.team_id), is_closed=measured.is_closing),
        )
        for report in measured.reports
    }
    own = OrganizationUsageReport(
        organization=measured.organization,
        figures=_sum_organization(measured, measured.reports).to_json(),
        team_versions=_list_versions(teams),
        **_list_common(measured, stored.own, is_closed=measured.is_closing),
    )
    return DayVersions(own=own, teams=teams, measured=measured, stored=stored)


def plan_closed_day(measured: MeasuredDay, stored: StoredDay, written: Mapping[int, RowsSince]) -> DayVersions:
    """
    The corrections of a closed day.

    Args:
        written: What was written since the stored versions, by team.
    """
    changes = find_team_changes(measured, stored)
    if stored.own is not None and not changes:
        return DayVersions(own=stored.own, teams=stored.teams, measured=measured, stored=stored, is_written=False)
    causes = {
        report.team_id: _find_cause(report, stored, changes[report.team_id], written.get(report.team_id, RowsSince()))
        for report in measured.reports
        if report.team_id in changes
    }
    corrected = {
        report.team_id: _correct_team(measured, report, stored, changes[report.team_id], causes[report.team_id])
        for report in measured.reports
        if report.team_id in changes
    }
    teams = {**stored.teams, **corrected}
    own = _correct_organization(measured, stored, teams, causes)
    return DayVersions(own=own, teams=teams, measured=measured, stored=stored)


def _correct_team(
    measured: MeasuredDay, report: TeamUsageReport, stored: StoredDay, changes: Changes, cause: Cause
) -> UsageReport:
    before = stored.teams.get(report.team_id)
    figures = _keep_observations(_only_figures(report), before, measured)
    return UsageReport(
        team_id=report.team_id,
        figures=figures.to_json(),
        **_list_common(measured, is_closed=True),
        **_follow(before, changes, cause),
    )


def _correct_organization(
    measured: MeasuredDay, stored: StoredDay, teams: Mapping[int, UsageReport], causes: Mapping[int, Cause]
) -> OrganizationUsageReport:
    figures = _sum_organization(measured, (parse_figures(report.figures) for report in teams.values()))
    before = parse_figures(stored.own.figures) if stored.own else UsageFigures()
    return OrganizationUsageReport(
        organization=measured.organization,
        figures=figures.to_json(),
        team_versions=_list_versions(teams),
        **_list_common(measured, is_closed=True),
        **_follow(stored.own, find_changes(before, figures), _name_gone_teams(join_causes(causes), stored, teams)),
    )


def _name_gone_teams(cause: Cause, stored: StoredDay, teams: Mapping[int, UsageReport]) -> Cause:
    """Teams that were deleted, or moved to another organization, since the last version: their sums go with them."""
    counted = map(int, stored.own.team_versions if stored.own else ())
    gone = sorted(team_id for team_id in counted if team_id not in teams)
    return replace(cause, evidence={**cause.evidence, "teams_gone": gone}) if gone else cause


def _follow(before: UsageReport | OrganizationUsageReport | None, changes: Changes, cause: Cause) -> dict[str, Any]:
    """The fields by which a version says what it follows; the first one follows nothing."""
    if before is None:
        return {"evidence": dict(cause.evidence)}
    return {
        "version": before.version + 1,
        "changes": changes,
        "reason": cause.reason,
        "evidence": dict(cause.evidence),
    }


def _find_cause(report: TeamUsageReport, stored: StoredDay, changes: Changes, written: RowsSince) -> Cause:
    before = stored.teams.get(report.team_id)
    events = (sum(before.figures["events"].values()) if before else 0, sum(report.events.values()))
    rules_version = before.rules_version if before else RULES_VERSION
    return find_cause(changes, events=events, rules_version=rules_version, written=written)


def _list_common(
    measured: MeasuredDay, refreshed: UsageReport | OrganizationUsageReport | None = None, *, is_closed: bool
) -> dict[str, Any]:
    """The fields that every version has; `refreshed`: the open one that it takes the place of."""
    return {
        "day": measured.span.day,
        "timezone": measured.span.zone.key,
        "starts_at": measured.span.start,
        "ends_at": measured.span.end,
        "rules_version": RULES_VERSION,
        "refreshed_at": measured.measured_at,
        "closed_at": measured.measured_at if is_closed else None,
        "missing": measured.missing if is_closed else {},
        "created_at": refreshed.created_at if refreshed else measured.measured_at,
    }


def _sum_organization(measured: MeasuredDay, teams: Iterable[UsageFigures]) -> UsageFigures:
    return replace(sum_figures(teams), gateways=tuple(measured.gateways))


def _list_versions(teams: Mapping[int, UsageReport]) -> dict[str, int]:
    return {str(team_id): teams[team_id].version for team_id in sorted(teams)}


def _find_figures(stored: StoredDay, team_id: int) -> UsageFigures:
    report = stored.teams.get(team_id)
    return parse_figures(report.figures) if report else UsageFigures()


def _only_figures(report: TeamUsageReport) -> UsageFigures:
    return UsageFigures(**{each.name: getattr(report, each.name) for each in fields(UsageFigures)})


def _keep_observations(figures: UsageFigures, before: UsageReport | None, measured: MeasuredDay) -> UsageFigures:
    """Rejects are removed by age: what was known of an old day's stays known."""
    kept_for = timedelta(days=settings.LLM_GATEWAY_REJECT_RETENTION_DAYS)
    if before is None or measured.span.start >= measured.measured_at - kept_for:
        return figures
    return replace(figures, rejected_events=parse_figures(before.figures).rejected_events)
