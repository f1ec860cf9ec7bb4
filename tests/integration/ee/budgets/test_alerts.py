"""Alerts: each threshold once in a period, told to whoever the budget names."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from ee.budgets.alert_outbox import deliver_alerts
from ee.budgets.alerts import raise_alerts
from ee.models import Budget, BudgetAlert, DeliveryDestination
from ee.tasks.budgets import check_budgets
from posthog.clickhouse.client import ClickHouseError, close_connection
from posthog.models import Team
from tests.integration.ee.budgets.stored_budgets import NOW, UNPRICED, at, make_budget, use_tokens
from tests.integration.ee.delivery.closed_reports import add
from tests.integration.ee.delivery.test_http_deliveries import parse_request
from tests.local_server import LocalServer, answer_with

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

Status = BudgetAlert.Status


def raise_at(now: datetime = NOW) -> list[int]:
    """The thresholds that were raised anew."""
    return [alert.threshold for alert in raise_alerts(now=now)]


def send_all(now: datetime = NOW) -> list[str]:
    return [str(alert.status) for alert in deliver_alerts(clock=lambda: now)]


def test_threshold_is_raised_once_when_it_is_reached(team: Team) -> None:
    """One token below it nothing is raised; what was raised is not raised again."""
    make_budget(team, "100")
    use_tokens(team, "2026-03-10T09:00", 49)
    assert raise_at() == []
    use_tokens(team, "2026-03-10T09:01", 1)
    assert [raise_at(), raise_at()] == [[50], []]
    use_tokens(team, "2026-03-10T09:02", 60)
    assert [raise_at(), raise_at()] == [[80, 100], []]


def test_alert_keeps_the_figures_of_its_moment(team: Team) -> None:
    """Whatever is used later, or whatever limit holds then."""
    budget = make_budget(team, "2", unit="usd", thresholds=(50,))
    use_tokens(team, "2026-03-10T09:00", 1, response_cost=1.25)
    raise_at()
    Budget.objects.filter(id=budget.id).update(limit=Decimal(9))
    alert = BudgetAlert.objects.get()
    assert (alert.used, alert.limit, alert.threshold, alert.raised_at) == (Decimal("1.25"), Decimal(2), 50, NOW)
    assert (alert.period_start, alert.period_end) == (at("2026-03-10T00:00"), at("2026-03-11T00:00"))
    assert (alert.is_lower_bound, alert.status) == (False, Status.UNSENT)


def test_next_period_raises_anew(team: Team) -> None:
    """Its own use counts."""
    make_budget(team, "100", thresholds=(50,))
    use_tokens(team, "2026-03-10T09:00", 50)
    use_tokens(team, "2026-03-11T09:00", 50)
    assert [raise_at(), raise_at(NOW + timedelta(days=1))] == [[50], [50]]
    assert {alert.first_day.day for alert in BudgetAlert.objects.all()} == {10, 11}


def test_correction_takes_no_alert_back_and_raises_none_twice(team: Team) -> None:
    """Used less, then as much again: it was told."""
    make_budget(team, "100", thresholds=(50,))
    for tokens, raised in [(50, [50]), (10, []), (50, [])]:
        use_tokens(team, "2026-03-10T09:00", tokens)
        assert raise_at() == raised


def test_change_of_the_zone_raises_nothing_twice(team: Team) -> None:
    """The day is the same, whenever it begins."""
    make_budget(team, "100", thresholds=(50,))
    use_tokens(team, "2026-03-10T09:00", 50)
    assert raise_at() == [50]
    team.organization.report_timezone = "Asia/Kolkata"
    team.organization.save()
    assert raise_at() == []


def test_call_that_is_reported_after_midnight_is_not_missed(team: Team) -> None:
    """For an hour the day that is over is looked at, too; then no more."""
    make_budget(team, "100", thresholds=(50, 100))
    use_tokens(team, "2026-03-10T23:59:59", 50)
    assert raise_at(at("2026-03-11T00:10")) == [50]
    assert BudgetAlert.objects.get().first_day.day == 10
    use_tokens(team, "2026-03-10T23:59:58", 50)
    assert raise_at(at("2026-03-11T01:00:01")) == []


def test_new_budget_says_nothing_of_a_day_before_it(team: Team) -> None:
    """It was not there."""
    budget = make_budget(team, "100", thresholds=(50,))
    Budget.objects.filter(id=budget.id).update(created_at=at("2026-03-11T00:05"))
    use_tokens(team, "2026-03-10T23:00", 50)
    assert raise_at(at("2026-03-11T00:10")) == []


def test_budget_that_is_off_raises_nothing(team: Team) -> None:
    """Until it is on again."""
    budget = make_budget(team, "100", thresholds=(50,), is_enabled=False)
    use_tokens(team, "2026-03-10T09:00", 50)
    assert raise_at() == []
    Budget.objects.filter(id=budget.id).update(is_enabled=True)
    assert raise_at() == [50]


def test_lower_bound_says_so(team: Team) -> None:
    """Calls without a price are missing from the dollars."""
    make_budget(team, "1", unit="usd", thresholds=(50,))
    use_tokens(team, "2026-03-10T09:00", 5, **UNPRICED)
    use_tokens(team, "2026-03-10T09:01", 5, response_cost=0.5)
    raise_at()
    assert BudgetAlert.objects.get().is_lower_bound


def test_webhook_gets_the_alert_signed(team: Team, receiver: LocalServer) -> None:
    """With its figures as text, under a key by which a second attempt is known."""
    destination, _ = add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    make_budget(team, "100", thresholds=(80,), api_key_alias="ci", destination=destination)
    use_tokens(team, "2026-03-10T09:00", 90, key="ci")
    raise_at()
    assert send_all() == [Status.SENT]
    headers, sent = parse_request(receiver.requests[0])
    body = json.loads(sent)
    assert headers["x-posthog-signature"].startswith("v1=")
    assert headers["idempotency-key"] == body["id"] == str(BudgetAlert.objects.get().id)
    assert (body["type"], body["threshold"], body["budget"]["api_key_alias"]) == (
        "llm_analytics_budget_alert", 80, "ci",
    )  # fmt: skip
    figures = {name: body[name] for name in ("limit", "used", "remaining", "is_exhausted", "is_lower_bound")}
    assert figures == {
        "limit": "100", "used": "90", "remaining": "10", "is_exhausted": False, "is_lower_bound": False,
    }  # fmt: skip


def test_posthog_gets_the_alert_as_an_event(team: Team, receiver: LocalServer) -> None:
    """With the alert's id as its uuid, so that it counts once."""
    destination, _ = add(team.organization, "posthog", f"http://127.0.0.1:{receiver.port}")
    make_budget(team, "100", thresholds=(50,), destination=destination)
    use_tokens(team, "2026-03-10T09:00", 50)
    raise_at()
    assert send_all() == [Status.SENT]
    (event,) = json.loads(parse_request(receiver.requests[0])[1])["batch"]
    assert (event["event"], event["uuid"]) == ("llm analytics budget alert", str(BudgetAlert.objects.get().id))
    assert event["properties"]["used"] == "50"


def test_mail_says_what_was_used(team: Team, settings: Settings) -> None:
    """And that it is at least that, where prices are missing."""
    settings.EMAIL_HOST = "mail.example.com"
    destination, _ = add(team.organization, "email", "finance@example.com")
    make_budget(team, "1", unit="usd", thresholds=(50,), destination=destination)
    use_tokens(team, "2026-03-10T09:00", 5, **UNPRICED)
    use_tokens(team, "2026-03-10T09:01", 5, response_cost=0.75)
    raise_at()
    assert send_all() == [Status.SENT]
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("50 % of a budget used, Alpha", ["finance@example.com"])
    assert "used:      at least 0.75 of 1 usd" in str(message.body)


def test_refused_alert_is_tried_again_under_its_id(team: Team, receiver: LocalServer) -> None:
    """Until the receiver takes it; its answer is not shown."""
    receiver.answers = [answer_with("500 Oops", b"secret", "Retry-After: 600"), answer_with("200 OK")]
    destination, _ = add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    make_budget(team, "100", thresholds=(50,), destination=destination)
    use_tokens(team, "2026-03-10T09:00", 50)
    raise_at()
    assert send_all() == [Status.PENDING]
    alert = BudgetAlert.objects.get()
    assert (alert.last_error, alert.next_attempt_at) == ("The receiver answered 500", NOW + timedelta(minutes=10))
    assert send_all(alert.next_attempt_at) == [Status.SENT]
    keys = {parse_request(request)[0]["idempotency-key"] for request in receiver.requests}
    assert keys == {str(alert.id)}


def test_alert_is_given_up_after_its_last_attempt(team: Team, receiver: LocalServer, settings: Settings) -> None:
    """It stays visible, with the reason."""
    settings.REPORT_DELIVERY_MAX_ATTEMPTS = 1
    receiver.answers = [answer_with("404 Not Found")]
    destination, _ = add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    make_budget(team, "100", thresholds=(50,), destination=destination)
    use_tokens(team, "2026-03-10T09:00", 50)
    raise_at()
    assert send_all() == [Status.FAILED]
    assert send_all(NOW + timedelta(days=1)) == []


def test_destination_that_is_off_gets_its_alerts_later_and_one_that_is_gone_none(
    team: Team, receiver: LocalServer
) -> None:
    """What cannot be sent any more says so."""
    destination, _ = add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    make_budget(team, "100", thresholds=(50,), destination=destination)
    use_tokens(team, "2026-03-10T09:00", 50)
    DeliveryDestination.objects.update(is_enabled=False)
    raise_at()
    assert send_all() == []
    assert BudgetAlert.objects.get().status == Status.PENDING
    destination.delete()
    assert send_all() == []
    assert BudgetAlert.objects.get().status == Status.UNSENT


@pytest.fixture
def clickhouse_away(settings: Settings) -> Iterator[None]:
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    yield
    close_connection()
    settings.CLICKHOUSE_PORT = port


def test_check_fails_loudly_while_the_store_is_away(team: Team, clickhouse_away: Any) -> None:
    """Nothing is raised on a guess; the next run raises it."""
    make_budget(team, "100")
    with pytest.raises(ClickHouseError):
        check_budgets()
    assert not BudgetAlert.objects.exists()


def test_beat_task_raises_and_sends(team: Team, receiver: LocalServer) -> None:
    """In one run."""
    destination, _ = add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    make_budget(team, "100", period="monthly", thresholds=(50,), destination=destination)
    use_tokens(team, datetime.now(NOW.tzinfo).isoformat(), 50)
    check_budgets()
    assert BudgetAlert.objects.get().status == Status.SENT
