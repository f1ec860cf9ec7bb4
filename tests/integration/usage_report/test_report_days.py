"""Days of a zone: each call in exactly one, also where the clock or the organization moves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from posthog.llm_analytics.report_runs import refresh_reports, report_day
from posthog.llm_analytics.report_timezone import set_report_timezone
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import AuditEntry, Organization, OrganizationUsageReport, Team
from tests.integration.usage_report.report_events import build_call_row, make_team, store_call, store_rows

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

YEAR_END = datetime(2026, 11, 20, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


def count_calls(team: Team, days: list[str], now: datetime = YEAR_END) -> list[int]:
    """Calls of each day, as reported."""
    return [
        each.own.figures["calls"]
        for day in days
        for each in report_day(date.fromisoformat(day), [team.organization_id], now=now)
    ]


@pytest.mark.parametrize("is_rolled_up", [False, True], ids=["rows", "rollups"])
@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        pytest.param("Asia/Kolkata", "2026-04-01", "2026-03-31T18:30", "2026-04-01T18:29", id="kolkata"),
        pytest.param("America/St_Johns", "2026-07-01", "2026-07-01T02:30", "2026-07-02T02:29", id="st-johns"),
        pytest.param("America/St_Johns", "2026-03-08", "2026-03-08T03:30", "2026-03-09T02:29", id="st-johns-spring"),
        pytest.param("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", "2026-03-29T21:59", id="berlin-spring"),
        pytest.param("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", "2026-10-25T22:59", id="berlin-autumn"),
    ],
)
def test_call_belongs_to_the_zones_day(zone: str, day: str, first: str, last: str, is_rolled_up: bool) -> None:
    """From the zone's midnight to its next, from rows and from rollups alike."""
    team = make_team(zone=zone)
    before = datetime.fromisoformat(first) - timedelta(microseconds=1)
    after = datetime.fromisoformat(last) + timedelta(minutes=1)
    moments = [before.isoformat(), f"{first}:00", f"{last}:59.999999", after.isoformat()]
    store_rows([build_call_row(team, f"{moment}Z", id=str(number)) for number, moment in enumerate(moments)])
    if is_rolled_up:
        roll_up_changed(now=YEAR_END)
    neighbours = [(date.fromisoformat(day) + number * ONE_DAY).isoformat() for number in (-1, 0, 1)]
    assert count_calls(team, neighbours) == [1, 2, 1]


def move(team: Team, zone: str, now: datetime) -> None:
    organization = Organization.objects.get(id=team.organization_id)
    set_report_timezone(organization, zone, actor="ada@example.com", now=now)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("UTC", "Asia/Kolkata", id="east"),
        pytest.param("Asia/Kolkata", "America/St_Johns", id="half-hours-west"),
        pytest.param("Pacific/Kiritimati", "Etc/GMT+12", id="across-the-date-line-west"),
    ],
)
def test_no_hour_is_lost_or_counted_twice_when_the_zone_changes(before: str, after: str) -> None:
    """A call in every hour of six days, and the zone changes in their middle: the days add up to all of them."""
    team = make_team(zone=before)
    start = datetime(2026, 4, 1, tzinfo=UTC)
    hours = [start + number * timedelta(hours=1) for number in range(6 * 24)]
    store_rows([build_call_row(team, hour.isoformat(), id=str(number)) for number, hour in enumerate(hours)])
    for number in range(-1, 9):
        now = start + number * ONE_DAY + timedelta(hours=9)
        if number == 3:
            closed = list(list_reports(team).filter(closed_at__isnull=False).values_list("day", "ends_at", "figures"))
            move(team, after, now)
        refresh_reports(now=now)
    reports = list(list_reports(team))
    assert sum(report.figures["calls"] for report in reports) == len(hours)
    assert all(one.ends_at == next_.starts_at for one, next_ in zip(reports, reports[1:], strict=False))
    assert {report.version for report in reports} == {1}
    kept = {report.day: (report.ends_at, report.figures, report.timezone) for report in reports}
    assert closed
    assert all(kept[day] == (ends_at, figures, before) for day, ends_at, figures in closed)


def list_reports(team: Team) -> Any:
    return OrganizationUsageReport.objects.filter(organization=team.organization_id).order_by("day")


def test_correction_of_a_day_keeps_its_zone() -> None:
    """A late event of a day that was closed in another zone corrects that day, as it was cut then."""
    team = make_team(zone="Asia/Kolkata")
    count_calls(team, ["2026-04-01"])
    move(team, "UTC", YEAR_END)
    store_call(team, "2026-03-31T19:00:00Z")
    refresh_reports(now=YEAR_END)
    corrected = list_reports(team).get(version=2)
    assert (corrected.day, corrected.timezone, corrected.figures["calls"]) == (date(2026, 4, 1), "Asia/Kolkata", 1)


def test_day_that_has_not_begun_in_its_zone_is_left_out() -> None:
    """Ada in Los Angeles still has the day before."""
    team = make_team(zone="America/Los_Angeles")
    assert count_calls(team, ["2026-04-02"], now=datetime(2026, 4, 2, 3, tzinfo=UTC)) == []


def test_command_sets_the_zone(team: Team) -> None:
    """And leaves who, what and when."""
    call_command("set_report_timezone", "Asia/Kolkata", organization=team.organization.name)
    assert Organization.objects.get(id=team.organization_id).report_timezone == "Asia/Kolkata"
    entry = AuditEntry.objects.get(action="report_timezone_changed")
    assert (entry.details, entry.organization_id) == ({"before": "UTC", "after": "Asia/Kolkata"}, team.organization_id)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Nowhere"])
def test_command_refuses_a_zone_by_name(team: Team, zone: str) -> None:
    with pytest.raises(CommandError, match=f"report_timezone: expected .*{zone}"):
        call_command("set_report_timezone", zone, organization=team.organization.name)
