"""`delivery_destinations/` and `report_deliveries/`: made and switched by administrators; secrets are told once."""

import json
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from ee.delivery.outbox import plan_deliveries
from ee.models import DeliveryDestination, ReportDelivery
from posthog.models import AuditEntry
from tests.integration.api.llm_analytics.world import World, make_world
from tests.integration.ee.delivery.closed_reports import DAY, add, make_figures, store_report

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

WEBHOOK = {"name": "books", "kind": "webhook", "address": "https://books.example.com/usage"}
EMAIL = {"name": "finance", "kind": "email", "address": "finance@example.com"}
AGAIN = "report_delivered_again"


@pytest.fixture
def world(ai_events: str, db: None, private_cache: None, settings: Settings) -> World:
    settings.CONFIGURED_SECRET_KEY = "s" * 50
    return make_world()


def ask(world: World, resource: str, **query: str) -> Any:
    """Ask as the owner; the answer's JSON."""
    answer = world.owner.get(world.url(resource, query))
    assert answer.status_code == 200, answer.content
    return answer.json()


def switch(world: World, destination: Any, *, is_enabled: bool) -> Any:
    path = world.url(f"delivery_destinations/{destination}/")
    return world.owner.patch(path, json.dumps({"is_enabled": is_enabled}), content_type="application/json")


def test_webhooks_secret_is_told_once(world: World) -> None:
    """In the answer that makes it, which no cache keeps; stored encrypted, listed nowhere."""
    answer = world.owner.post(world.url("delivery_destinations/"), WEBHOOK, content_type="application/json")
    made = answer.json()
    secret = made.pop("signing_secret")
    assert (answer.status_code, answer.headers["Cache-Control"], secret[:4]) == (201, "no-store", "phs_")
    assert DeliveryDestination.objects.get(id=made["id"]).open_secret() == secret
    assert ask(world, "delivery_destinations/")["destinations"] == [made]
    assert made["first_day"] == timezone.now().date().isoformat()
    assert (made["pending"], made["sent"], made["failed"], made["last_sent_at"]) == (0, 0, 0, None)


def test_each_act_leaves_an_entry(world: World) -> None:
    """Who made and switched it, without a secret; a switch that changes nothing is no act."""
    made = world.post("delivery_destinations/", WEBHOOK, status=201)
    for is_enabled in (False, False, True):
        assert switch(world, made["id"], is_enabled=is_enabled).json()["is_enabled"] is is_enabled
    entries = list(AuditEntry.objects.order_by("id"))
    acts = ("created", "disabled", "enabled")
    assert [entry.action for entry in entries] == [f"delivery_destination_{act}" for act in acts]
    assert {(entry.organization_id, entry.actor[:6]) for entry in entries} == {(world.team.organization_id, "owner-")}
    assert made["signing_secret"] not in str([entry.details for entry in entries])


@pytest.mark.parametrize(
    ("body", "parameter", "rule"),
    [
        pytest.param({**EMAIL, "address": "finance"}, "address", "one e-mail address", id="no-address"),
        pytest.param({**WEBHOOK, "address": "http://books.example.com"}, "address", "https", id="not-encrypted"),
        pytest.param({**WEBHOOK, "kind": "posthog"}, "api_key", "expected one for a PostHog", id="no-key"),
        pytest.param({**EMAIL, "api_key": "phc_x"}, "api_key", "for nothing else", id="key-for-email"),
        pytest.param({**EMAIL, "name": "ours"}, "name", "already", id="name-twice"),
        pytest.param({**EMAIL, "kind": "fax"}, "kind", "not a valid choice", id="kind"),
        pytest.param({**EMAIL, "first_day": "soon"}, "first_day", "YYYY-MM-DD", id="no-day"),
    ],
)
def test_what_breaks_a_rule_is_named(world: World, body: dict[str, Any], parameter: str, rule: str) -> None:
    """And nothing is made."""
    add(world.team.organization, "email", "ours@example.com", name="ours")
    problem = world.post("delivery_destinations/", body, status=400)
    (error,) = problem["errors"]
    assert error["parameter"] == parameter
    assert rule in error["detail"]
    assert DeliveryDestination.objects.count() == 1


def test_deliveries_are_told_with_their_state(world: World) -> None:
    """What waits has its next attempt, what was taken its time; the destination counts both."""
    destination, _ = add(world.team.organization, "email", "finance@example.com")
    for day_version in (1, 2):
        store_report({world.team: make_figures()}, version=day_version)
    plan_deliveries(now=timezone.now())
    ReportDelivery.objects.filter(version=1).update(status="sent", sent_at=timezone.now())
    newest, oldest = ask(world, "report_deliveries/")["deliveries"]
    assert (newest["day"], newest["version"], newest["status"]) == (DAY.isoformat(), 2, "pending")
    assert (newest["next_attempt_at"] is None, oldest["next_attempt_at"] is None) == (False, True)
    assert (newest["sent_at"], oldest["destination"]) == (None, destination.name)
    (listed,) = ask(world, "delivery_destinations/")["destinations"]
    assert (listed["pending"], listed["sent"], listed["last_sent_at"]) == (1, 1, oldest["sent_at"])


def test_deliveries_are_narrowed(world: World) -> None:
    """By destination, status and number."""
    organization = world.team.organization
    first, _ = add(organization, "email", "a@example.com")
    add(organization, "email", "b@example.com")
    store_report({world.team: make_figures()})
    plan_deliveries(now=timezone.now())
    assert len(ask(world, "report_deliveries/")["deliveries"]) == 2
    assert len(ask(world, "report_deliveries/", limit="1")["deliveries"]) == 1
    (only,) = ask(world, "report_deliveries/", destination_id=str(first.id))["deliveries"]
    assert only["destination_id"] == str(first.id)
    assert ask(world, "report_deliveries/", status="failed")["deliveries"] == []


def make_delivery(world: World, **fields: Any) -> ReportDelivery:
    destination, _ = add(world.team.organization, "email", "finance@example.com")
    store_report({world.team: make_figures()})
    plan_deliveries(now=timezone.now())
    ReportDelivery.objects.update(**fields)
    return ReportDelivery.objects.get()


@pytest.mark.parametrize("status", ["sent", "failed"])
def test_report_is_delivered_again(world: World, status: str) -> None:
    """It is due like a new one, and the act leaves an entry."""
    delivery = make_delivery(world, status=status, attempts=8, last_error="answered 500")
    told = world.post(f"report_deliveries/{delivery.id}/again/", {}, status=200)
    assert (told["status"], told["attempts"], told["last_error"]) == ("pending", 0, "")
    assert told["next_attempt_at"] is not None
    entry = AuditEntry.objects.get(action=AGAIN)
    assert (entry.details["day"], entry.details["version"]) == (DAY.isoformat(), "1")


@pytest.mark.parametrize(
    ("status", "is_enabled"), [pytest.param("pending", True, id="waits"), pytest.param("sent", False, id="stopped")]
)
def test_report_that_cannot_be_sent_again_stays_as_it_is(world: World, status: str, is_enabled: bool) -> None:
    """A worker may be sending what waits; what is stopped is to send nothing. Neither is an act."""
    delivery = make_delivery(world, status=status, attempts=3)
    DeliveryDestination.objects.update(is_enabled=is_enabled)
    problem = world.post(f"report_deliveries/{delivery.id}/again/", {}, status=409)
    assert problem["code"] == "delivery_not_over"
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (status, 3)
    assert not AuditEntry.objects.filter(action=AGAIN).exists()


def test_another_organizations_delivery_is_none(world: World) -> None:
    """It is not sent again below a team of ours."""
    delivery = make_delivery(world, status="sent", organization=world.theirs.gateway.organization)
    problem = world.post(f"report_deliveries/{delivery.id}/again/", {}, status=404)
    assert problem["code"] == "delivery_unknown"


def test_switch_that_says_nothing_changes_nothing(world: World) -> None:
    """What is left out stays."""
    destination, _ = add(world.team.organization, "email", "finance@example.com")
    answer = world.owner.patch(
        world.url(f"delivery_destinations/{destination.id}/"), {}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["is_enabled"]) == (200, True)


def test_another_organizations_destination_is_none(world: World) -> None:
    """It is not listed, and cannot be switched below a team of ours."""
    theirs, _ = add(world.theirs.gateway.organization, "email", "theirs@example.com")
    assert ask(world, "delivery_destinations/")["destinations"] == []
    answer = switch(world, theirs.id, is_enabled=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "destination_unknown")
    assert DeliveryDestination.objects.get(id=theirs.id).is_enabled
