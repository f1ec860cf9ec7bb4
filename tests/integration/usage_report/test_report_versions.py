"""Days that are open, close, and are corrected in sight of everybody."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.inbox import IncomingBody, store_body
from posthog.llm_analytics.report_figures import UsageFigures
from posthog.llm_analytics.report_marks import list_due_marks, remove_marks
from posthog.llm_analytics.report_runs import refresh_reports, report_day
from posthog.llm_analytics.stored_reports import find_stored_day
from posthog.llm_analytics.team_administration import delete_team_events
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import (
    ChangedReportHour,
    Gateway,
    GatewayCredential,
    GatewayTeam,
    OrganizationUsageReport,
    ShipperReceipt,
    Team,
    UsageReport,
)
from tests.integration.usage_report.report_events import (
    build_call_row,
    list_organization_versions,
    list_versions,
    make_team,
    store_call,
    store_rows,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

DAY = date(2026, 4, 1)
CALL = "2026-04-01T10:00:00Z"
EARLY = datetime(2026, 4, 1, 12, tzinfo=UTC)
OPEN = datetime(2026, 4, 2, 23, 59, tzinfo=UTC)
CLOSING = datetime(2026, 4, 3, tzinfo=UTC)
LATER = datetime(2026, 4, 20, 9, tzinfo=UTC)


def report(team: Team, now: datetime) -> None:
    report_day(DAY, [team.organization_id], now=now)


def store_first_call(team: Team, **fields: Any) -> None:
    store_call(team, CALL, EARLY, **{"id": "1", **fields})


def test_open_day_is_refreshed_in_place(team: Team) -> None:
    """One version, as of the last run, created by the first."""
    store_first_call(team)
    report(team, EARLY)
    store_call(team, "2026-04-01T11:00:00Z", EARLY, id="2")
    report(team, OPEN)
    (version,) = list_versions(team, DAY)
    assert (version.version, version.figures["calls"], version.is_closed) == (1, 2, False)
    assert (version.created_at, version.refreshed_at) == (EARLY, OPEN)
    (own,) = list_organization_versions(team.organization, DAY)
    assert (own.figures["calls"], own.created_at, own.team_versions) == (2, EARLY, {str(team.id): 1})


def test_day_closes_a_day_after_its_end(team: Team) -> None:
    """Team and organization together, with nothing missing."""
    store_first_call(team)
    report(team, OPEN)
    report(team, CLOSING)
    for version in (*list_versions(team, DAY), *list_organization_versions(team.organization, DAY)):
        assert (version.version, version.closed_at, version.missing, version.changes) == (1, CLOSING, {}, {})


def test_day_closes_when_the_setting_says(team: Team, settings: Settings) -> None:
    settings.LLM_ANALYTICS_REPORT_CLOSE_AFTER_HOURS = 2
    report(team, datetime(2026, 4, 2, 1, 59, tzinfo=UTC))
    assert not find_stored_day(team.organization_id, DAY).is_closed
    report(team, datetime(2026, 4, 2, 2, tzinfo=UTC))
    assert find_stored_day(team.organization_id, DAY).is_closed


@pytest.fixture
def gateway(team: Team) -> Gateway:
    gateway = Gateway.objects.create(organization=team.organization, name="main")
    GatewayTeam.objects.create(gateway=gateway, gateway_team_id="alpha", team=team)
    return gateway


def leave_body_waiting(gateway: Gateway, received_at: datetime) -> None:
    credential, _ = GatewayCredential.objects.create_with_token(gateway=gateway, label="test")
    store_body(IncomingBody(compressed=b"", body_bytes=0), credential=credential, received_at=received_at)


def lose_events(gateway: Gateway) -> None:
    """Its shipper numbered 1 to 10, and 4 to 6 never came."""
    for first, last in ((1, 3), (7, 10)):
        ShipperReceipt.objects.create(
            gateway=gateway, shipper_id="s", hour=EARLY, first_sequence=first, last_sequence=last, received_at=EARLY
        )


@pytest.mark.parametrize(
    ("lack", "missing"),
    [
        pytest.param(lambda gateway: leave_body_waiting(gateway, OPEN), {"waiting_bodies": 1}, id="inbox"),
        pytest.param(lose_events, {"events": 3}, id="shipper"),
    ],
)
def test_day_waits_for_what_is_missing_and_then_names_it(
    team: Team, gateway: Gateway, lack: Callable[[Gateway], None], missing: dict[str, int]
) -> None:
    """Three days after its end it is closed all the same."""
    lack(gateway)
    for hours, is_closed in ((24, False), (71, False), (72, True)):
        report(team, datetime(2026, 4, 2, tzinfo=UTC) + timedelta(hours=hours))
        stored = find_stored_day(team.organization_id, DAY)
        assert stored.is_closed is is_closed
    assert stored.own is not None
    assert (stored.own.missing, stored.teams[team.id].missing) == (missing, missing)


def test_bodies_that_arrived_since_do_not_keep_a_day_open(team: Team, gateway: Gateway) -> None:
    """A busy inbox is never empty."""
    leave_body_waiting(gateway, CLOSING + timedelta(minutes=5))
    report(team, CLOSING + timedelta(minutes=20))
    assert find_stored_day(team.organization_id, DAY).is_closed


def test_report_says_how_complete_its_gateways_are(team: Team, gateway: Gateway) -> None:
    """Received and missing, for the organization and for the teams that the gateway reports for."""
    other = make_team("Beta", team.organization)
    lose_events(gateway)
    report(team, OPEN)
    stored = find_stored_day(team.organization_id, DAY)
    known = [{"gateway": "main", "received": 7, "missing": 3}]
    assert stored.own is not None
    assert (stored.own.figures["gateways"], stored.teams[team.id].figures["gateways"]) == (known, known)
    assert stored.teams[other.id].figures["gateways"] == []


def test_late_event_makes_a_visible_correction(team: Team) -> None:
    """What changed, when and why; what was closed stays as it was."""
    store_first_call(team)
    report(team, CLOSING)
    (closed,) = list_versions(team, DAY)
    ingested_at = LATER - timedelta(minutes=3)
    store_call(team, "2026-04-01T23:59:00Z", ingested_at, id="2", response_cost=0.25)
    report(team, LATER)
    kept, corrected = list_versions(team, DAY)
    assert (kept.figures, kept.closed_at, kept.refreshed_at) == (closed.figures, CLOSING, CLOSING)
    assert (corrected.version, corrected.reason, corrected.closed_at) == (2, "late_events", LATER)
    assert corrected.changes["calls"] == [1, 2]
    assert corrected.changes["total_cost_usd"] == ["0.000375", "0.250375"]
    assert corrected.changes["models"]["gpt-4o"]["calls"] == [1, 2]
    assert corrected.changes["events"] == {"$ai_generation": [1, 2]}
    assert corrected.evidence["events"] == [1, 2]
    assert (corrected.evidence["rows_written_since"], corrected.evidence["newest_ingested_at"]) == (
        *(1, "2026-04-20T08:57:00Z"),
    )


def test_correction_of_a_team_is_one_of_its_organization(team: Team) -> None:
    """The organization's next version names the versions that it is the sum of."""
    other = make_team("Beta", team.organization)
    store_first_call(team)
    store_call(other, CALL, EARLY, id="2")
    report(team, CLOSING)
    store_call(other, "2026-04-01T11:00:00Z", LATER, id="3")
    report(team, LATER)
    first, second = list_organization_versions(team.organization, DAY)
    assert (first.figures["calls"], second.figures["calls"]) == (2, 3)
    assert (second.reason, second.changes["calls"], second.closed_at) == ("late_events", [2, 3], LATER)
    assert second.evidence["teams"] == {str(other.id): "late_events"}
    assert second.team_versions == {str(team.id): 1, str(other.id): 2}
    assert len(list_versions(team, DAY)) == 1


def test_team_that_is_gone_is_named_by_the_correction_that_loses_it(team: Team) -> None:
    """Deleting it alone corrects nothing; the next correction has no sums of it any more, and says why."""
    other = make_team("Beta", team.organization)
    store_first_call(team)
    store_call(other, CALL, EARLY, id="2")
    report(team, CLOSING)
    gone = other.pk
    other.delete()
    report(team, LATER)
    assert len(list_organization_versions(team.organization, DAY)) == 1
    store_call(team, "2026-04-01T11:00:00Z", LATER, id="3", response_cost=0.25)
    report(team, LATER)
    _, corrected = list_organization_versions(team.organization, DAY)
    assert (corrected.figures["calls"], corrected.evidence["teams_gone"]) == (2, [gone])


def test_closed_day_without_a_difference_gets_no_version(team: Team) -> None:
    """Delivered again, counted once: nothing to correct."""
    store_first_call(team)
    report(team, CLOSING)
    store_call(team, CALL, LATER, id="1")
    report(team, LATER)
    assert len(list_versions(team, DAY)) == len(list_organization_versions(team.organization, DAY)) == 1


def test_first_event_of_a_team_after_closing_is_a_first_version(team: Team) -> None:
    """The team was not reported; the organization was, without it."""
    report(team, CLOSING)
    other = make_team("Beta", team.organization)
    store_call(other, CALL, LATER)
    report(team, LATER)
    (first,) = list_versions(other, DAY)
    assert (first.version, first.reason, first.closed_at, first.evidence["events"]) == (1, "", LATER, [0, 1])
    assert [own.figures["calls"] for own in list_organization_versions(team.organization, DAY)] == [0, 1]


def redeliver(team: Team) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
    store_call(team, CALL, LATER, id="1", metadata={"usage_object": usage})


def reprice(team: Team) -> None:
    store_call(team, CALL, LATER, id="1", response_cost=0.5)


def renormalize(team: Team) -> None:
    row = build_call_row(team, CALL, ingested_at=LATER, id="1")
    store_rows([row | {"output_tokens": 25, "usage_rules_version": "tomorrow's"}])


def delete(team: Team) -> None:
    delete_team_events(team, actor="test", now=LATER)


@pytest.mark.parametrize(
    ("act", "reason", "figure"),
    [
        pytest.param(redeliver, "redelivered", "input_tokens", id="redelivered"),
        pytest.param(reprice, "repriced", "total_cost_usd", id="repriced"),
        pytest.param(renormalize, "renormalized", "output_tokens", id="renormalized"),
        pytest.param(delete, "deleted", "calls", id="deleted"),
    ],
)
def test_correction_says_why(team: Team, act: Callable[[Team], None], reason: str, figure: str) -> None:
    """Each reason follows from the rows."""
    store_first_call(team)
    report(team, CLOSING)
    act(team)
    report(team, LATER + timedelta(hours=1))
    corrected = list_versions(team, DAY)[-1]
    assert (corrected.version, corrected.reason) == (2, reason)
    assert figure in corrected.changes


def test_late_event_takes_nothing_away_that_retention_had_dropped(team: Team) -> None:
    """The closed sums outlive their rows; a run that finds the hour marked does not take the loss for a deletion."""
    store_first_call(team)
    store_call(team, CALL, EARLY, id="2")
    roll_up_changed(now=LATER)
    report(team, CLOSING)
    sync_execute("ALTER TABLE ai_events DELETE WHERE team_id = %(id)s", {"id": team.id}, settings={"mutations_sync": 2})
    store_call(team, CALL, LATER, id="3")
    refresh_reports(now=LATER)
    assert [version.figures["calls"] for version in list_versions(team, DAY)] == [2]


def close_by_hand(team: Team, **fields: Any) -> UsageReport:
    values: dict[str, Any] = {
        "day": DAY,
        "starts_at": datetime(2026, 4, 1, tzinfo=UTC),
        "ends_at": datetime(2026, 4, 2, tzinfo=UTC),
        "closed_at": CLOSING,
        "refreshed_at": CLOSING,
        "figures": UsageFigures().to_json(),
    }
    return UsageReport.objects.create(team=team, **values | fields)


def test_report_that_was_built_otherwise_is_rebuilt(team: Team) -> None:
    """Rows from before the closing that the stored figures lack: the difference is no fault of the rows."""
    store_first_call(team)
    close_by_hand(team, figures=UsageFigures(events={"$ai_generation": 1}, calls=1).to_json())
    report(team, LATER)
    assert list_versions(team, DAY)[-1].reason == "rebuilt"


def test_reports_of_an_earlier_release_gain_their_organization(team: Team) -> None:
    """
    Closed team reports alone are a closed day; their organization's first version is their sum.

    Their events went by retention before there were rollups: what was reported of them stays.
    """
    close_by_hand(team, figures={"calls": 4, "input_tokens": 9, "events": {"$ai_generation": 4}})
    store_call(make_team("Beta", team.organization), CALL, EARLY)
    report(team, LATER)
    (own,) = list_organization_versions(team.organization, DAY)
    assert (own.is_closed, own.figures["calls"], own.figures["input_tokens"]) == (True, 5, 109)
    assert [version.version for version in list_versions(team, DAY)] == [1]


def update_by_save(version: UsageReport) -> None:
    version.figures = {}
    version.save()


def update_by_query(version: UsageReport) -> None:
    UsageReport.objects.filter(pk=version.pk).update(closed_at=None)


def update_by_sql(version: UsageReport) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE posthog_usagereport SET figures = '{}' WHERE id = %s", [version.pk])


@pytest.mark.parametrize("update", [update_by_save, update_by_query, update_by_sql])
def test_closed_version_cannot_be_changed(team: Team, update: Callable[[UsageReport], None]) -> None:
    """No code path, shell or script gets past the database."""
    version = close_by_hand(team)
    with pytest.raises(IntegrityError, match="is closed; a difference makes the next version"), transaction.atomic():
        update(version)


def test_closed_organization_version_cannot_be_changed(team: Team) -> None:
    report(team, CLOSING)
    own = OrganizationUsageReport.objects.get(organization=team.organization)
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        OrganizationUsageReport.objects.filter(pk=own.pk).update(figures={})


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"version": 2, "reason": ""}, id="correction-without-a-reason"),
        pytest.param({"version": 2, "reason": "late_events", "closed_at": None}, id="correction-of-an-open-day"),
        pytest.param({"version": 1, "reason": "late_events"}, id="first-version-with-a-reason"),
        pytest.param({"ends_at": datetime(2026, 3, 1, tzinfo=UTC)}, id="day-that-ends-before-it-starts"),
    ],
)
def test_database_refuses_a_version_that_cannot_be(team: Team, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        close_by_hand(team, **fields)


def test_run_finds_a_late_event_of_a_closed_day(team: Team) -> None:
    """By the mark of its hour, which goes when the day is corrected."""
    refresh_reports(now=CLOSING)
    report(team, CLOSING)
    store_call(team, CALL, LATER)
    assert refresh_reports(now=LATER).corrected == 1
    assert [version.figures["calls"] for version in list_versions(team, DAY)] == [0, 1]
    assert not ChangedReportHour.objects.exists()


def test_run_waits_for_rows_that_are_announced(team: Team) -> None:
    """A mark that is not due yet stays for a later run: its rows may still be on their way."""
    store_rows([build_call_row(team, CALL)], marked_at=LATER)
    refresh_reports(now=LATER)
    assert ChangedReportHour.objects.count() == 1
    refresh_reports(now=LATER + timedelta(minutes=1))
    assert not ChangedReportHour.objects.exists()


def test_mark_that_was_renewed_meanwhile_stays(team: Team) -> None:
    """Rows came while the day was reported: it is reported again."""
    store_first_call(team)
    seen = list_due_marks(now=LATER, limit=10)
    store_first_call(team)
    remove_marks(seen)
    (renewed,) = list_due_marks(now=LATER, limit=10)
    assert renewed.change > seen[0].change
    remove_marks([renewed])
    assert list_due_marks(now=LATER, limit=10) == []


def test_run_reports_the_days_that_it_missed(team: Team) -> None:
    """Days on which no run was at work are there afterwards, empty ones, too."""
    refresh_reports(now=datetime(2026, 4, 1, 12, tzinfo=UTC))
    refresh_reports(now=datetime(2026, 4, 6, 12, tzinfo=UTC))
    days = UsageReport.objects.filter(team=team).order_by("day").values_list("day", "closed_at")
    assert [day.day for day, _ in days] == [31, 1, 2, 3, 4, 5, 6]
    assert [closed_at is not None for _, closed_at in days] == [True] * 5 + [False] * 2


def test_dry_run_writes_nothing(team: Team) -> None:
    """It returns what would be written."""
    store_first_call(team)
    (planned,) = report_day(DAY, [team.organization_id], now=CLOSING, is_dry_run=True)
    assert (planned.own.figures["calls"], planned.changes[team.id]["calls"]) == (1, [0, 1])
    assert not UsageReport.objects.exists()
    assert not OrganizationUsageReport.objects.exists()


def test_marks_of_a_team_that_is_gone_are_removed() -> None:
    ChangedReportHour.objects.create(team_id=987654, hour=EARLY, change=1, due_at=EARLY)
    refresh_reports(now=LATER)
    assert not ChangedReportHour.objects.exists()


def test_organizations_of_one_zone_are_reported_together(team: Team) -> None:
    """And each has its own."""
    other = make_team(f"Gamma {uuid4().hex[:4]}")
    store_first_call(team)
    store_call(other, CALL, EARLY, id="9")
    versions = report_day(DAY, [team.organization_id, other.organization_id], now=OPEN)
    assert [each.own.figures["calls"] for each in versions] == [1, 1]
    assert [list(each.teams) for each in versions] == [[team.id], [other.id]]
