"""`reports/` as they are stored; `completeness/` as the shippers' numbers say; why an answer is not complete."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from posthog.llm_analytics.report_runs import report_day
from posthog.models import ShipperReceipt, Team, UsageReport
from tests.integration.api.llm_analytics.sent_sums import sum_sent, tell_told
from tests.integration.api.llm_analytics.world import World, call_at, usage
from tests.integration.factories import deliver

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-02", "end": "2026-11-03", "timezone": "UTC"}
DAY = date(2026, 11, 2)


def test_report_of_a_day_is_told_with_its_state(world: World) -> None:
    """The figures are the sums of what was sent; a day that was closed says so, another was not reported."""
    calls = [call_at(f"2026-11-02T1{n}:00:00", n, metadata={"usage_object": usage(n, 1)}) for n in range(5)]
    world.send(*calls)
    report_day(DAY, [world.team.organization_id], now=timezone.now())
    (report,) = world.get("reports/", start="2026-11-01", end="2026-11-05")["reports"]
    assert (report["day"], report["version"], report["state"]) == ("2026-11-02", 1, "closed")
    assert tell_told(report["figures"]) == sum_sent(calls)
    detail = world.get("reports/2026-11-02/")
    assert [version["version"] for version in detail["versions"]] == [1]
    assert world.get("reports/2026-11-01/", status=404)["code"] == "report_unknown"


def test_correction_is_told_with_what_changed_and_why(world: World) -> None:
    """The version that counts comes first; the one that was closed stays."""
    world.send(call_at("2026-11-02T10:00:00", 1, metadata={"usage_object": usage(10, 1)}))
    report_day(DAY, [world.team.organization_id], now=timezone.now())
    world.send(call_at("2026-11-02T11:00:00", 2, metadata={"usage_object": usage(5, 1)}))
    report_day(DAY, [world.team.organization_id], now=timezone.now())
    latest, first = world.get("reports/2026-11-02/")["versions"]
    assert (latest["state"], latest["reason"], latest["changes"]["input_tokens"]) == (
        "corrected",
        "late_events",
        [10, 15],
    )
    assert (first["version"], first["figures"]["input_tokens"]) == (1, 10)


def test_reports_of_other_teams_are_not_listed(world: World) -> None:
    """A colleague's team's day is another report."""
    stored = {"starts_at": timezone.now(), "ends_at": timezone.now(), "figures": {}, "rules_version": "1"}
    for team in (world.ours.beta, world.theirs.alpha):
        UsageReport.objects.create(team=team, day=DAY, **stored)
    assert world.get("reports/", start="2026-11-01", end="2026-11-05")["reports"] == []


def add_receipts(world: World, *runs: tuple[int, int]) -> None:
    """Numbers of one shipper of our gateway that arrived in an hour of the range."""
    for first, last in runs:
        ShipperReceipt.objects.create(
            gateway=world.ours.gateway,
            shipper_id="s1",
            hour=datetime(2026, 11, 2, 10, tzinfo=UTC),
            first_sequence=first,
            last_sequence=last,
            received_at=timezone.now(),
        )


def test_holes_of_a_gateway_are_told_by_hour(world: World) -> None:
    """And every answer about the range says that it is not complete."""
    add_receipts(world, (1, 10), (13, 20))
    (gateway,) = world.get("completeness/", RANGE)["gateways"]
    assert (gateway["received"], gateway["missing"], gateway["completeness"]) == (18, 2, 0.9)
    assert gateway["hours"] == [{"hour": "2026-11-02T10:00:00Z", "received": 18, "backfilled": 0, "missing": 2}]
    assert [(hole["first_sequence"], hole["last_sequence"], hole["backfilled"]) for hole in gateway["holes"]] == [
        (11, 12, 0)
    ]
    reasons = world.get("overview/", RANGE)["completeness"]["reasons"]
    assert [(reason["code"], reason["count"], reason["gateway"]) for reason in reasons] == [("shipper_gap", 2, "main")]


def test_gateway_of_another_organization_is_not_told(world: World) -> None:
    """Neither its hours nor its holes."""
    add_receipts(world, (1, 10), (13, 20))
    answer = world.stranger.get(world.url("completeness/", RANGE, team=world.theirs.alpha)).json()
    assert [gateway["missing"] for gateway in answer["gateways"]] == [0]


def test_waiting_body_makes_answers_incomplete(world: World) -> None:
    """Calls of the range may be in it; those of a range after its arrival cannot."""
    deliver(world.ours, [call_at("2026-11-02T10:00:00", 1)])
    answer = world.get("overview/", RANGE)["completeness"]
    assert (answer["complete"], [reason["code"] for reason in answer["reasons"]]) == (False, ["inbox_not_drained"])
    later = timezone.now().date() + timedelta(days=1)
    after = world.get("overview/", start=later, end=later + timedelta(days=1), timezone="UTC")["completeness"]
    assert [reason["code"] for reason in after["reasons"]] == ["period_not_over"]


def test_retention_and_deletion_are_reasons(world: World) -> None:
    """What is no longer kept is not counted as if it had never been."""
    Team.objects.filter(id=world.team.id).update(retention_days=10, events_deleted_before=timezone.now())
    reasons = world.get("overview/", RANGE)["completeness"]["reasons"]
    assert [reason["code"] for reason in reasons] == ["past_retention", "events_deleted"]
