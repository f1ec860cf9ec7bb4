"""Messages of alerts: to whom, when, in which order, with what in them."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from pytest_django import Settings

from posthog.llm_analytics.alerts.acts import accept, mute
from posthog.llm_analytics.alerts.destinations import NewAlertDestination, add_alert_destination, set_enabled
from posthog.llm_analytics.alerts.lifecycle import record_change
from posthog.llm_analytics.alerts.outbox import deliver_due, plan_deliveries
from posthog.llm_integrity.findings import Subject
from posthog.models import AccountingAlert, AlertDelivery, AlertDestination
from tests.integration.alerts.stored_alerts import open_alert
from tests.integration.alerts.stored_hours import HOUR, NOW, list_changes
from tests.integration.factories import GatewaySetup
from tests.local_server import LocalServer, answer_with

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

ACTOR = "ada@example.com"
MINUTE = timedelta(minutes=1)


def add(setup: GatewaySetup, receiver: LocalServer, kind: str, name: str = "pager", **fields: str) -> tuple[Any, str]:
    address = f"http://127.0.0.1:{receiver.port}/hook"
    new = NewAlertDestination(name=name, kind=kind, **{"address": address, **fields})
    return add_alert_destination(setup.gateway.organization, new, actor=ACTOR)


def send_all(now: datetime = NOW) -> list[tuple[str, str]]:
    """Plan and send; action and status of each."""
    plan_deliveries(now=now)
    return [(str(delivery.action), str(delivery.status)) for delivery in deliver_due(clock=lambda: now)]


def resolve(alert: AccountingAlert, now: datetime = NOW + MINUTE) -> None:
    AccountingAlert.objects.filter(pk=alert.pk).update(state="resolved", resolved_at=now)
    record_change(alert, "resolved", at=now)


def read(request: bytes) -> tuple[dict[str, str], Any]:
    """Headers by their lower-case name, and the JSON body."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.partition(":") for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value.strip() for name, _, value in lines}, json.loads(body)


def read_all(receiver: LocalServer) -> list[Any]:
    return [read(request)[1] for request in receiver.requests]


def test_slack_gets_a_text_that_explains_itself(setup: GatewaySetup, receiver: LocalServer) -> None:
    """What is wrong, since when, what to do; names are no mark-up."""
    add(setup, receiver, "slack")
    open_alert(setup, subject=Subject("main", "openai", "<!channel> & co", False))
    assert send_all() == [("trigger", "sent")]
    (body,) = read_all(receiver)
    assert body["text"].startswith("CRITICAL: Too many calls of &lt;!channel&gt; &amp; co of openai")
    assert "50.00% of 60 calls" in body["text"]
    assert "docs/runbook.md#flag_share" in body["text"]
    assert "Since 2026-11-18 11:00 UTC" in body["text"]


def test_slack_shows_names_letter_for_letter(setup: GatewaySetup, receiver: LocalServer) -> None:
    """It is told to read no mark-up; there is no other way to write its signs."""
    add(setup, receiver, "slack")
    open_alert(setup, subject=Subject("main", "openai", "*my*_own_`model`", False))
    assert send_all() == [("trigger", "sent")]
    (body,) = read_all(receiver)
    assert "calls of *my*_own_`model` of openai" in body["text"]
    assert body["mrkdwn"] is False


def test_pagerduty_gets_trigger_and_resolve_of_one_key(setup: GatewaySetup, receiver: LocalServer) -> None:
    """So that the incident ends with the alert."""
    add(setup, receiver, "pagerduty", routing_key="R0UT1NG")
    alert = open_alert(setup)
    assert send_all() == [("trigger", "sent")]
    assert send_all(NOW + MINUTE) == []
    resolve(alert)
    assert send_all(NOW + 2 * MINUTE) == [("resolve", "sent")]
    bodies = read_all(receiver)
    assert [(body["event_action"], body["dedup_key"], body["routing_key"]) for body in bodies] == [
        (action, str(alert.id), "R0UT1NG") for action in ("trigger", "resolve")
    ]
    payload = bodies[0]["payload"]
    assert (payload["severity"], payload["source"], payload["class"]) == ("critical", "main", "flag_share")
    assert payload["custom_details"]["events"] == ["00000000-0000-4000-8000-000000000001"]
    assert list_changes(alert) == ["opened", "delivered", "resolved", "delivered"]


def test_webhook_is_signed(setup: GatewaySetup, receiver: LocalServer) -> None:
    """With the secret that was shown once; the key is the same at each attempt."""
    _, secret = add(setup, receiver, "webhook")
    receiver.answers = [answer_with("500 Oops", b"internal"), answer_with("200 OK")]
    alert = open_alert(setup)
    assert send_all() == [("trigger", "pending")]
    assert send_all(NOW + HOUR) == [("trigger", "sent")]
    (first, _), (headers, body) = (read(request) for request in receiver.requests)
    raw = receiver.requests[1].partition(b"\r\n\r\n")[2]
    stamp = headers["x-posthog-timestamp"].encode()
    expected = hmac.new(secret.encode(), stamp + b"." + raw, hashlib.sha256).hexdigest()
    assert headers["x-posthog-signature"] == f"v1={expected}"
    assert first["idempotency-key"] == headers["idempotency-key"] == body["id"]
    assert (body["type"], body["action"], body["alert"]["id"]) == ("ai_accounting_alert", "trigger", str(alert.id))
    assert AlertDelivery.objects.get().last_error == ""


def test_mail_explains_itself(setup: GatewaySetup, settings: Settings) -> None:
    """Messages of one alert make one thread."""
    settings.EMAIL_HOST = "mail.example.com"
    settings.CONFIGURED_SECRET_KEY = "s" * 50
    new = NewAlertDestination(name="mail", kind="email", address="ops@example.com")
    add_alert_destination(setup.gateway.organization, new, actor=ACTOR)
    alert = open_alert(setup)
    assert send_all() == [("trigger", "sent")]
    resolve(alert)
    assert send_all(NOW + HOUR) == [("resolve", "sent")]
    wrong, right = mail.outbox
    assert wrong.subject.startswith("CRITICAL: Too many calls of gpt-4o of openai")
    assert "What to do: Open one of the calls" in str(wrong.body)
    assert right.subject.startswith("RESOLVED: ")
    assert wrong.extra_headers["References"] == right.extra_headers["References"]
    assert wrong.extra_headers["Message-ID"] != right.extra_headers["Message-ID"]


def test_muted_alert_is_not_sent_until_the_time_is_over(setup: GatewaySetup, receiver: LocalServer) -> None:
    """Then it is, if it is still wrong."""
    add(setup, receiver, "slack")
    alert = open_alert(setup)
    mute(alert, NOW + HOUR, actor=ACTOR, now=NOW)
    assert send_all() == []
    assert send_all(NOW + HOUR) == [("trigger", "sent")]


def test_end_is_told_to_those_who_were_told_of_it(setup: GatewaySetup, receiver: LocalServer) -> None:
    """Also of a muted alert; a destination that was added later hears nothing."""
    add(setup, receiver, "slack", "first")
    alert = open_alert(setup)
    assert send_all() == [("trigger", "sent")]
    mute(alert, NOW + HOUR, actor=ACTOR, now=NOW)
    accept(alert, actor=ACTOR, now=NOW)
    add(setup, receiver, "slack", "second")
    assert send_all(NOW + MINUTE) == [("resolve", "sent")]
    assert read_all(receiver)[1]["text"].startswith("ACCEPTED: ")
    assert send_all(NOW + 2 * MINUTE) == []


def test_what_was_over_before_it_was_told_is_not_told(setup: GatewaySetup, receiver: LocalServer) -> None:
    """Neither its beginning nor its end."""
    destination, _ = add(setup, receiver, "slack")
    alert = open_alert(setup)
    plan_deliveries(now=NOW)
    resolve(alert)
    assert send_all(NOW + MINUTE) == []
    assert AlertDelivery.objects.get().status == "dropped"
    assert receiver.requests == []


def test_end_waits_for_its_beginning(setup: GatewaySetup, receiver: LocalServer) -> None:
    """A receiver that was away hears both, in their order."""
    add(setup, receiver, "pagerduty", routing_key="k")
    receiver.answers = [answer_with("503 Away"), answer_with("202 Accepted")]
    alert = open_alert(setup)
    assert send_all() == [("trigger", "pending")]
    resolve(alert)
    assert send_all(NOW + HOUR) == [("trigger", "sent"), ("resolve", "sent")]
    assert [body["event_action"] for body in read_all(receiver)] == ["trigger", "trigger", "resolve"]


def test_failing_destination_is_tried_once_a_run(
    setup: GatewaySetup, receiver: LocalServer, settings: Settings
) -> None:
    """However many alerts wait for it, the others wait for one attempt; the next run tries the next."""
    with LocalServer([answer_with("503 Away")]) as away:
        settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{server.port}" for server in (receiver, away)]
        add(setup, away, "slack", "away")
        add(setup, receiver, "slack", "well")
        open_alert(setup)
        open_alert(setup, subject=Subject("main", "openai", "gpt-4o-mini", False))
        assert sorted(status for _, status in send_all()) == ["pending", "sent", "sent"]
        assert send_all() == [("trigger", "pending")]
        assert away.connections == 2


def test_given_up_message_is_followed_by_none(setup: GatewaySetup, receiver: LocalServer, settings: Settings) -> None:
    """Whoever was not told of it needs not hear that it is over."""
    settings.REPORT_DELIVERY_MAX_ATTEMPTS = 1
    receiver.answers = [answer_with("404 Not Found")]
    add(setup, receiver, "slack")
    alert = open_alert(setup)
    assert send_all() == [("trigger", "failed")]
    resolve(alert)
    assert send_all(NOW + HOUR) == []
    assert list_changes(alert) == ["opened", "delivery_failed", "resolved"]
    assert set(AlertDelivery.objects.values_list("status", flat=True)) == {"failed", "dropped"}


def test_worse_is_told_again(setup: GatewaySetup, receiver: LocalServer) -> None:
    """Under the same key; the message before it, if it still waits, is overtaken."""
    destination, _ = add(setup, receiver, "pagerduty", routing_key="k")
    set_enabled(destination, is_enabled=False, actor=ACTOR)
    alert = open_alert(setup)
    assert send_all() == []
    set_enabled(destination, is_enabled=True, actor=ACTOR)
    plan_deliveries(now=NOW)
    record_change(alert, "worsened", at=NOW)
    assert send_all() == [("trigger", "sent")]
    assert len(receiver.requests) == 1


def test_inner_network_is_not_sent_to(setup: GatewaySetup, receiver: LocalServer, settings: Settings) -> None:
    """The refusal does not say what is there."""
    destination, _ = add(setup, receiver, "slack")
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = []
    settings.OUTBOUND_HTTP_REQUIRE_HTTPS = False
    open_alert(setup)
    assert send_all() == [("trigger", "pending")]
    assert AlertDelivery.objects.get().last_error.startswith("url: 127.0.0.1 is not on the public Internet")
    assert receiver.connections == 0


def test_address_is_encrypted(setup: GatewaySetup, receiver: LocalServer) -> None:
    """Whoever reads the database cannot post in our name."""
    destination, _ = add(setup, receiver, "slack")
    stored = AlertDestination.objects.get()
    assert b"127.0.0.1" not in bytes(stored.address)
    assert stored.open_address().endswith("/hook")


def test_claim_that_ran_out_is_sent_again(setup: GatewaySetup, receiver: LocalServer) -> None:
    """Its worker died between sending and noting; nobody else had it meanwhile."""
    add(setup, receiver, "slack")
    open_alert(setup)
    plan_deliveries(now=NOW)
    AlertDelivery.objects.update(attempts=F("attempts") + 1, next_attempt_at=NOW + 10 * MINUTE)
    assert send_all(NOW + MINUTE) == []
    assert send_all(NOW + 10 * MINUTE) == [("trigger", "sent")]
