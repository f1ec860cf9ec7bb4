"""
Reports days: measures them, and writes the versions that follow.

One run at a time (a lock of the database), a day at a time, each day in one transaction: all teams of an organization
and the organization itself have their versions, or none has. Everything can be repeated: an open day is refreshed in
place, and a closed one gets a version only where something differs.

A crash leaves the marks of changed hours (`report_marks.py`), which go after their days are written: the next run
reports these days again. A mark that was renewed meanwhile stays as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import connection, transaction

from posthog.llm_analytics.report_calendar import Bounds, DaySpan, cut_day, find_today, list_days
from posthog.llm_analytics.report_closing import (
    count_waiting_bodies,
    find_missing,
    is_closable,
    list_reporting_gateways,
    measure_gateways,
)
from posthog.llm_analytics.report_figures import TeamUsageReport
from posthog.llm_analytics.report_marks import ReportMark, list_due_marks, remove_marks
from posthog.llm_analytics.report_reasons import read_rows_since
from posthog.llm_analytics.report_versions import (
    DayVersions,
    MeasuredDay,
    StoredDay,
    find_team_changes,
    plan_closed_day,
    plan_open_day,
)
from posthog.llm_analytics.stored_reports import load_closed_bounds, load_stored_days
from posthog.llm_analytics.usage_report import build_span_reports
from posthog.models import Organization, OrganizationUsageReport, Team, UsageReport

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)
MARKS_AT_ONCE = 10_000
BATCH_ROWS = 500
LOCK = 0x5553_4147_4552_5054
"""A number of no meaning; nobody else of this project takes a lock by it."""

REFRESHED = (*("timezone", "starts_at", "ends_at", "figures", "missing", "rules_version", "refreshed_at", "closed_at"),)


@dataclass(slots=True)
class Refreshed:
    """What a run did: organizations' days that were reported, those of them that closed, and corrections."""

    days: int = 0
    closed: int = 0
    corrected: int = 0

    def count(self, versions: Iterable[DayVersions]) -> None:
        for each in versions:
            self.days += 1
            self.corrected += each.is_written and each.own.is_corrected
            self.closed += each.is_written and each.own.is_closed and not each.own.is_corrected


def refresh_reports(*, now: datetime) -> Refreshed:
    """
    Bring every report up to date: days that are open, that begin, and that changed since they were reported.

    Raises:
        ClickHouseError: Days that were written are; the next run goes on.
    """
    refreshed = Refreshed()
    days = list_routine_days(now=now)
    while True:
        marks = list_due_marks(now=now, limit=MARKS_AT_ONCE)
        for organization_id, changed in _find_marked_days(marks).items():
            days.setdefault(organization_id, set()).update(changed)
        for day in sorted({day for of_organization in days.values() for day in of_organization}):
            organization_ids = [each for each, of_organization in days.items() if day in of_organization]
            refreshed.count(report_day(day, organization_ids, now=now))
        remove_marks(marks)
        if len(marks) < MARKS_AT_ONCE:
            return refreshed
        days = {}


def report_day(
    day: date, organization_ids: Collection[UUID], *, now: datetime, is_dry_run: bool = False
) -> list[DayVersions]:
    """
    Report one day of some organizations; days that have not begun in their zone are left out.

    Args:
        now: Aware. Whether a day is due to be closed.
        is_dry_run: Write nothing; what is returned is what would be written.
    Raises:
        ClickHouseError: Nothing was written.
    """
    with transaction.atomic():
        lock_reports()
        stored = load_stored_days(organization_ids, day)
        measured = _measure(day, stored, now=now.astimezone(UTC))
        versions = [_plan(each, stored[each.organization.id]) for each in measured]
        if not is_dry_run:
            _write([each for each in versions if each.is_written])
    return versions


def lock_reports() -> None:
    """Wait until no other run is at work, and keep others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def list_routine_days(*, now: datetime) -> dict[UUID, set[date]]:
    """The days that every run reports: those open, and those from the last reported one on until today."""
    zones = {each.id: ZoneInfo(each.report_timezone) for each in Organization.objects.all()}
    today = now.astimezone(UTC).date()
    bounds = load_closed_bounds(zones.keys(), start=today - ONE_DAY, end=today + ONE_DAY)
    last_days = dict(
        OrganizationUsageReport.objects.order_by("organization_id", "-day")
        .distinct("organization_id")
        .values_list("organization_id", "day")
    )
    days: dict[UUID, set[date]] = {}
    for organization_id, zone in zones.items():
        last = find_today(now.astimezone(UTC), zone, bounds[organization_id])
        first = last_days.get(organization_id, last - ONE_DAY)
        days[organization_id] = {first + number * ONE_DAY for number in range((last - first).days + 1)}
    open_days = OrganizationUsageReport.objects.filter(closed_at__isnull=True)
    for organization_id, day in open_days.values_list("organization_id", "day"):
        days[organization_id].add(day)
    return days


def _find_marked_days(marks: Sequence[ReportMark]) -> dict[UUID, set[date]]:
    """The days that changed hours have a part of; hours of teams that are gone have none."""
    if not marks:
        return {}
    teams = Team.objects.filter(id__in={mark.team_id for mark in marks}).select_related("organization").in_bulk()
    hours: dict[Organization, set[datetime]] = {}
    for mark in marks:
        if mark.team_id in teams:
            hours.setdefault(teams[mark.team_id].organization, set()).add(mark.hour)
    start, end = (moment.astimezone(UTC).date() for moment in (marks[0].hour, marks[-1].hour))
    bounds = load_closed_bounds([each.id for each in hours], start=start - ONE_DAY, end=end + 2 * ONE_DAY)
    return {
        organization.id: _find_days(of_organization, organization, bounds[organization.id])
        for organization, of_organization in hours.items()
    }


def _find_days(hours: Iterable[datetime], organization: Organization, closed: Mapping[date, Bounds]) -> set[date]:
    zone = ZoneInfo(organization.report_timezone)
    return {day for hour in hours for day in list_days(hour, hour + HOUR, zone, closed)}


def _measure(day: date, stored: Mapping[UUID, StoredDay], *, now: datetime) -> Iterator[MeasuredDay]:
    """Measure the organizations whose day is the same stretch of time together."""
    bounds = load_closed_bounds(stored.keys(), start=day, end=day + ONE_DAY)
    together: dict[tuple[datetime, datetime], list[tuple[Organization, DaySpan]]] = {}
    for organization in Organization.objects.filter(id__in=stored.keys()).order_by("created_at", "id"):
        zone = _find_zone(organization, stored[organization.id])
        span = cut_day(day, zone, bounds[organization.id])
        if span.start <= now:
            together.setdefault((span.start, span.end), []).append((organization, span))
    for group in together.values():
        yield from _measure_together(group, now=now)


def _find_zone(organization: Organization, stored: StoredDay) -> ZoneInfo:
    """A closed day stays one of the zone that it was closed in."""
    if stored.is_closed:
        report = stored.own or next(iter(stored.teams.values()))
        return ZoneInfo(report.timezone)
    return ZoneInfo(organization.report_timezone)


def _measure_together(group: Sequence[tuple[Organization, DaySpan]], *, now: datetime) -> Iterator[MeasuredDay]:
    organization_ids = [organization.id for organization, _ in group]
    span = group[0][1]
    # Before the figures are read: what has left the inbox by now is among them.
    waiting = count_waiting_bodies(span, organization_ids)
    gateways = measure_gateways(span, organization_ids)
    reporting = list_reporting_gateways(pk for known in gateways.values() for pk, _ in known)
    teams = Team.objects.filter(organization_id__in=organization_ids)
    owners = dict(teams.values_list("id", "organization_id"))
    emptied = frozenset(teams.filter(events_deleted_before__isnull=False).values_list("id", flat=True))
    reports: dict[UUID, list[TeamUsageReport]] = {organization_id: [] for organization_id in organization_ids}
    for report in build_span_reports(span, team_ids=list(owners), now=now):
        known = gateways.get(owners[report.team_id], [])
        receipts = tuple(each for pk, each in known if pk in reporting.get(report.team_id, ()))
        reports[owners[report.team_id]].append(replace(report, gateways=receipts))
    for organization, own_span in group:
        receipts = tuple(each for _, each in gateways.get(organization.id, ()))
        missing = find_missing(waiting[organization.id], receipts)
        yield MeasuredDay(
            organization=organization,
            span=own_span,
            measured_at=now,
            reports=reports[organization.id],
            emptied_team_ids=emptied,
            gateways=receipts,
            missing=missing,
            is_closing=is_closable(own_span, missing, now=now),
        )


def _plan(measured: MeasuredDay, stored: StoredDay) -> DayVersions:
    if not stored.is_closed:
        return plan_open_day(measured, stored)
    changed = find_team_changes(measured, stored)
    since = {team_id: stored.teams[team_id].refreshed_at for team_id in changed if team_id in stored.teams}
    return plan_closed_day(measured, stored, read_rows_since(measured.span, since))


def _write(versions: Sequence[DayVersions]) -> None:
    """An open version goes over the one that stood there; a closed one is only ever added."""
    written = [report for each in versions for report in each.teams.values() if report.pk is None]
    UsageReport.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["team", "day", "version"],
        update_fields=REFRESHED,
        batch_size=BATCH_ROWS,
    )
    OrganizationUsageReport.objects.bulk_create(
        [each.own for each in versions],
        update_conflicts=True,
        unique_fields=["organization", "day", "version"],
        update_fields=[*REFRESHED, "team_versions"],
        batch_size=BATCH_ROWS,
    )
    for each in versions:
        if each.own.is_corrected:
            log.warning(
                "usage_report_corrected",
                organization_id=str(each.own.organization_id),
                day=each.own.day.isoformat(),
                version=each.own.version,
                reason=str(each.own.reason),
            )
