"""Which reports are delivered, when again, and when no more: each version once to each destination, come what may."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from ee.delivery.outbox import LEASE, Selection, claim_next, note_failure, note_sent, plan_deliveries, request_again
from ee.models import DeliveryDestination, ReportDelivery
from posthog.delivery.failure import DeliveryFailed
from posthog.models import Team
from tests.integration.ee.delivery.closed_reports import DAY, NOW, add, find_only, make_figures, store_report
from tests.integration.usage_report.report_events import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("receiver")]

Status = ReportDelivery.Status


@pytest.fixture
def destination(team: Team) -> DeliveryDestination:
    return add(team.organization, "webhook", "https://example.com/hook")[0]


def test_closed_day_is_planned_once(team: Team, destination: DeliveryDestination) -> None:
    """However often it is planned."""
    store_report({team: make_figures()})
    assert [plan_deliveries(now=NOW) for _ in range(3)] == [1, 0, 0]
    assert (find_only().destination, find_only().version, find_only().status) == (destination, 1, Status.PENDING)


def test_open_day_is_not_planned(team: Team, destination: DeliveryDestination) -> None:
    """Its figures still change."""
    store_report({team: make_figures()}, is_closed=False)
    assert plan_deliveries(now=NOW) == 0


def test_correction_is_planned_as_well(team: Team, destination: DeliveryDestination) -> None:
    """It is another version, with another key."""
    for version in (1, 2):
        store_report({team: make_figures(calls=version)}, version=version)
        assert plan_deliveries(now=NOW) == 1
    keys = {delivery.idempotency_key for delivery in ReportDelivery.objects.all()}
    assert len(keys) == 2


def test_days_before_the_first_are_sent_only_by_name(team: Team) -> None:
    """A new destination does not get all of history."""
    add(team.organization, "webhook", "https://example.com/hook", first_day=DAY + timedelta(days=1))
    store_report({team: make_figures()})
    assert plan_deliveries(now=NOW) == 0
    assert plan_deliveries(Selection(day=DAY), now=NOW) == 1


def test_reports_of_others_are_not_planned(team: Team, destination: DeliveryDestination) -> None:
    """A destination gets those of its own organization."""
    store_report({make_team(): make_figures()})
    assert plan_deliveries(now=NOW) == 0


def test_disabled_destination_is_left_alone(team: Team, destination: DeliveryDestination) -> None:
    """Neither planned for nor sent to; resumed, it gets what it missed."""
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    DeliveryDestination.objects.update(is_enabled=False)
    assert claim_next(now=NOW) is None
    DeliveryDestination.objects.update(is_enabled=True)
    assert claim_next(now=NOW) == find_only()


def test_claimed_delivery_is_nobody_elses(team: Team, destination: DeliveryDestination) -> None:
    """Until its worker must be dead; then it has the same key as before."""
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    first = claim_next(now=NOW)
    assert first is not None
    assert claim_next(now=NOW + LEASE - timedelta(seconds=1)) is None
    again = claim_next(now=NOW + LEASE)
    assert again is not None
    assert (again, again.attempts, again.idempotency_key) == (first, 2, first.idempotency_key)


def test_sent_delivery_is_over(team: Team, destination: DeliveryDestination) -> None:
    """It is not due any more."""
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    delivery = claim_next(now=NOW)
    assert delivery is not None
    note_sent(delivery, now=NOW)
    assert (find_only().status, find_only().sent_at) == (Status.SENT, NOW)
    assert claim_next(now=NOW + timedelta(days=30)) is None


def test_failure_is_tried_again_later_and_at_last_given_up(
    team: Team, destination: DeliveryDestination, settings: Settings
) -> None:
    """Each wait is bounded, and so is their number."""
    settings.REPORT_DELIVERY_MAX_ATTEMPTS = 3
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    now, statuses = NOW, []
    while (delivery := claim_next(now=now)) is not None:
        note_failure(delivery, DeliveryFailed("The receiver answered 500"), now=now)
        statuses.append(find_only().status)
        assert timedelta(seconds=30) <= find_only().next_attempt_at - now <= timedelta(hours=6)
        now = find_only().next_attempt_at
    assert statuses == [Status.PENDING, Status.PENDING, Status.FAILED]
    assert find_only().last_error == "The receiver answered 500"


def test_delivery_that_kills_its_worker_is_given_up(
    team: Team, destination: DeliveryDestination, settings: Settings
) -> None:
    """A claim is an attempt, whether or not anything was noted after it."""
    settings.REPORT_DELIVERY_MAX_ATTEMPTS = 2
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    claims = [claim_next(now=NOW + number * LEASE) for number in range(3)]
    assert [claim is not None for claim in claims] == [True, True, False]
    assert find_only().status == Status.FAILED


def test_sent_and_failed_deliveries_can_be_asked_for_again(team: Team, destination: DeliveryDestination) -> None:
    """With the key that they had."""
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    ReportDelivery.objects.update(status=Status.FAILED, attempts=12, last_error="x")
    key = find_only().idempotency_key
    assert request_again(Selection(day=DAY, destination_id=destination.id), now=NOW) == 1
    delivery = claim_next(now=NOW)
    assert delivery is not None
    assert (delivery.idempotency_key, delivery.attempts, delivery.last_error) == (key, 1, "")


@pytest.mark.parametrize("other", [Selection(day=DAY + timedelta(days=1)), Selection()], ids=["day", "all"])
def test_selection_narrows_what_is_claimed(team: Team, destination: DeliveryDestination, other: Selection) -> None:
    """None of a field means all."""
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    assert (claim_next(other, now=NOW) is None) == (other.day is not None)


def test_two_ways_to_one_project_are_one_event(team: Team) -> None:
    """The event's uuid is the version's; a webhook's key is the destination's own."""
    for name in ("a", "b"):
        add(team.organization, "posthog", "https://eu.i.posthog.com", name=name)
    store_report({team: make_figures()})
    plan_deliveries(now=NOW)
    deliveries = list(ReportDelivery.objects.all())
    assert len({delivery.report_uuid for delivery in deliveries}) == 1
    assert len({delivery.idempotency_key for delivery in deliveries}) == 2


@pytest.mark.django_db(transaction=True)
def test_delivery_in_another_workers_hands_is_skipped(team: Team, destination: DeliveryDestination) -> None:
    """Two workers that claim at once get different ones, without waiting."""
    for number in range(2):
        store_report({team: make_figures()}, day=DAY + timedelta(days=number))
    plan_deliveries(now=NOW)
    first = ReportDelivery.objects.order_by("day")[0]
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM ee_reportdelivery WHERE id = %s FOR UPDATE", [first.pk])
        claimed = claim_next(now=NOW)
        cursor.execute("ROLLBACK")
    assert claimed is not None
    assert claimed.day == DAY + timedelta(days=1)
