"""
Which messages of alerts there are, which is next, and what became of it.

- An open alert is told to every destination once, and again when it got worse; one that is muted is not.
- That it is right again is told to those who have been told of it.
- To one destination messages of an alert go in their order. One that was not tried yet when a later one overtakes it
  is dropped.
- At least once, with one key: a delivery is claimed (committed) before it is sent and noted after. A crash between the
  two leaves the claim, which runs out after LEASE; it is then sent again. Claims count as attempts.

What is to be sent follows from the alerts as they are, so planning twice, or late, plans the same.
"""

import random
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from posthog.delivery.backoff import find_delay
from posthog.delivery.failure import DeliveryFailed
from posthog.encryption import Undecryptable
from posthog.llm_analytics.alerts.lifecycle import record_change
from posthog.llm_analytics.alerts.messages import SENDS
from posthog.models import AccountingAlert, AccountingAlertChange, AlertDelivery, AlertDestination

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
LONGEST_ERROR = 500
ENDED_LATELY = timedelta(days=30)
TELLING = (AccountingAlertChange.Kind.OPENED, AccountingAlertChange.Kind.WORSENED)
ENDING = (AccountingAlertChange.Kind.RESOLVED, AccountingAlertChange.Kind.ACCEPTED)

Clock = Callable[[], datetime]
Action = AlertDelivery.Action
Kind = AccountingAlertChange.Kind
State = AccountingAlert.State
Status = AlertDelivery.Status


@transaction.atomic
def plan_deliveries(*, now: datetime) -> int:
    """Make the deliveries that follow from the alerts; returns how many are new."""
    planned = [*_plan_triggers(now), *_plan_resolves(now)]
    made = AlertDelivery.objects.bulk_create(planned, ignore_conflicts=True, batch_size=500)
    return len(made)


def deliver_due(*, clock: Clock = timezone.now) -> Iterator[AlertDelivery]:
    """
    Send until nothing is due; yields each delivery with what became of it.

    A destination that failed is left alone for the rest: one that hangs delays the others once, not at each alert.
    """
    failed: set[UUID] = set()
    while (delivery := claim_next(now=clock(), failed=failed)) is not None:
        deliver(delivery, clock=clock)
        if delivery.status != Status.SENT:
            failed.add(delivery.destination_id)
        yield delivery


def claim_next(*, now: datetime, failed: Collection[UUID] = ()) -> AlertDelivery | None:
    """
    Take the delivery that has been due longest; nobody else gets it before LEASE has passed.

    Args:
        failed: Destinations that get none now.
    """
    _give_up_exhausted(now)
    _drop_needless_resolves()
    is_muted = Q(action=Action.TRIGGER, alert__muted_until__gt=now)
    due = _list_next().filter(next_attempt_at__lte=now, destination__is_enabled=True).exclude(is_muted)
    due = due.exclude(destination__in=failed)
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True, of=("self",))
        related = locked.select_related("destination", "alert__organization", "alert__team")
        delivery = related.order_by("next_attempt_at", "id").first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts", "next_attempt_at"])
    return delivery


def deliver(delivery: AlertDelivery, *, clock: Clock = timezone.now) -> None:
    """Send one claimed delivery and note what became of it."""
    try:
        SENDS[delivery.destination.kind](delivery, now=clock())
    except DeliveryFailed as failure:
        _note_failure(delivery, failure, now=clock())
    except Undecryptable:
        closed = DeliveryFailed("The destination's secret cannot be opened: ENCRYPTION_KEYS has lost its key")
        _note_failure(delivery, closed, now=clock())
    else:
        _note_sent(delivery, now=clock())


def _plan_triggers(now: datetime) -> Iterator[AlertDelivery]:
    told = Q(muted_until=None) | Q(muted_until__lte=now)
    for alert in AccountingAlert.objects.filter(told, state=State.OPEN):
        change = alert.changes.filter(kind__in=TELLING).latest("id")
        had = AlertDelivery.objects.filter(change=change, destination=OuterRef("pk"))
        enabled = AlertDestination.objects.filter(organization=alert.organization_id, is_enabled=True)
        for destination in enabled.exclude(Exists(had)):
            _drop_untried(alert, destination)
            yield _build(alert, change, destination, Action.TRIGGER, now)


def _plan_resolves(now: datetime) -> Iterator[AlertDelivery]:
    ended = Q(state=State.ACCEPTED) | Q(state=State.RESOLVED, resolved_at__gte=now - ENDED_LATELY)
    kept = AlertDelivery.objects.exclude(status=Status.DROPPED)
    for alert in AccountingAlert.objects.filter(ended, Exists(kept.filter(alert=OuterRef("pk")))):
        _drop_untried(alert)
        newest = kept.filter(alert=alert).order_by("destination", "-id").distinct("destination")
        told = [delivery for delivery in newest.select_related("destination") if delivery.action == Action.TRIGGER]
        change = alert.changes.filter(kind__in=ENDING).latest("id")
        for delivery in told:
            yield _build(alert, change, delivery.destination, Action.RESOLVE, now)


def _build(
    alert: AccountingAlert, change: AccountingAlertChange, destination: AlertDestination, action: str, now: datetime
) -> AlertDelivery:
    return AlertDelivery(alert=alert, change=change, destination=destination, action=action, next_attempt_at=now)


def _drop_untried(alert: AccountingAlert, destination: AlertDestination | None = None) -> None:
    untried = AlertDelivery.objects.filter(alert=alert, action=Action.TRIGGER, status=Status.PENDING, attempts=0)
    if destination is not None:
        untried = untried.filter(destination=destination)
    untried.update(status=Status.DROPPED)


def _list_next() -> QuerySet[AlertDelivery]:
    """Of each alert and destination the first that is not done with."""
    before = AlertDelivery.objects.filter(
        alert=OuterRef("alert"), destination=OuterRef("destination"), status=Status.PENDING, id__lt=OuterRef("id")
    )
    return AlertDelivery.objects.filter(status=Status.PENDING).exclude(Exists(before))


def _drop_needless_resolves() -> None:
    """Nobody there has been told of the alert: every attempt to was given up."""
    told = AlertDelivery.objects.filter(
        alert=OuterRef("alert"), destination=OuterRef("destination"), action=Action.TRIGGER, status=Status.SENT
    )
    _list_next().filter(action=Action.RESOLVE, attempts=0).exclude(Exists(told)).update(status=Status.DROPPED)


def _give_up_exhausted(now: datetime) -> None:
    """Those whose last attempt ended with its worker."""
    limit = settings.REPORT_DELIVERY_MAX_ATTEMPTS
    ended = AlertDelivery.objects.filter(status=Status.PENDING, attempts__gte=limit, next_attempt_at__lte=now)
    ended.update(status=Status.FAILED, last_error="The last attempt ended with its worker; see the worker's log")


def _note_sent(delivery: AlertDelivery, *, now: datetime) -> None:
    with transaction.atomic():
        delivery.status, delivery.sent_at, delivery.last_error = Status.SENT, now, ""
        delivery.save(update_fields=["status", "sent_at", "last_error"])
        _record(delivery, Kind.DELIVERED, now)
    log.info("accounting_alert_delivered", delivery_id=delivery.pk, attempts=delivery.attempts)


def _note_failure(delivery: AlertDelivery, failure: DeliveryFailed, *, now: datetime) -> None:
    """Try again later, or give up."""
    delivery.last_error = str(failure)[:LONGEST_ERROR]
    delay = find_delay(delivery.attempts, share=random.random(), retry_after_s=failure.retry_after_s)
    delivery.next_attempt_at = now + delay
    is_over = delivery.attempts >= settings.REPORT_DELIVERY_MAX_ATTEMPTS
    with transaction.atomic():
        if is_over:
            delivery.status = Status.FAILED
            _record(delivery, Kind.DELIVERY_FAILED, now)
        delivery.save(update_fields=["status", "last_error", "next_attempt_at"])
    log.warning("accounting_alert_not_delivered", delivery_id=delivery.pk, attempts=delivery.attempts, is_over=is_over)


def _record(delivery: AlertDelivery, kind: str, now: datetime) -> None:
    details = {"destination": delivery.destination.name, "action": str(delivery.action)}
    record_change(delivery.alert, kind, at=now, **details)
