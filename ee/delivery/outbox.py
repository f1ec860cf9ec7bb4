"""
Which deliveries there are, which is next, and what became of it.

At least once, with one key: a delivery is claimed (committed) before it is sent and noted after. A crash between the
two leaves the claim, which runs out after LEASE; the delivery is then sent again with the same idempotency key, by
which the receiver knows it. Claims count as attempts, so that one that kills its worker each time is given up as well.

Only closed days are delivered; each correction is a version and is delivered again.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ee.models import DeliveryDestination, ReportDelivery
from posthog.delivery.backoff import find_delay
from posthog.delivery.failure import DeliveryFailed
from posthog.models import OrganizationUsageReport

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
LONGEST_ERROR = 500
Status = ReportDelivery.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which deliveries are meant; None: all."""

    day: date | None = None
    organization_id: UUID | None = None
    destination_id: UUID | None = None

    def to_filter(self, *, destination: str = "destination_id") -> Q:
        """
        Args:
            destination: Name of the field that holds the destination's id.
        """
        chosen = {"organization_id": self.organization_id, destination: self.destination_id}
        return Q(**{name: value for name, value in chosen.items() if value is not None})


EVERYTHING = Selection()


def plan_deliveries(selection: Selection = EVERYTHING, *, now: datetime) -> int:
    """Make a delivery of each closed version that a destination has not had; returns how many are new."""
    destinations = DeliveryDestination.objects.filter(selection.to_filter(destination="id"), is_enabled=True)
    missing = [
        ReportDelivery(
            organization_id=destination.organization_id,
            destination=destination,
            day=day,
            version=version,
            next_attempt_at=now,
        )
        for destination in destinations
        for day, version in _list_undelivered(destination, selection.day)
    ]
    ReportDelivery.objects.bulk_create(missing, ignore_conflicts=True, batch_size=500)
    return len(missing)


def request_again(selection: Selection, *, now: datetime) -> int:
    """Let what was sent or given up be sent once more, with its own key; returns how many."""
    return _put_back(_select(selection).filter(destination__is_enabled=True), now)


def request_delivery_again(delivery: ReportDelivery, *, now: datetime) -> bool:
    """The same for one; False: its destination is stopped, or a worker may be sending it just now."""
    done = ReportDelivery.objects.exclude(status=Status.PENDING)
    return _put_back(done.filter(pk=delivery.pk, destination__is_enabled=True), now) == 1


def claim_next(selection: Selection = EVERYTHING, *, now: datetime) -> ReportDelivery | None:
    """Take the delivery that has been due longest; nobody else gets it before LEASE has passed."""
    _give_up_exhausted(now)
    due = _select(selection).filter(status=Status.PENDING, next_attempt_at__lte=now, destination__is_enabled=True)
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("destination", "organization")
        delivery = locked.order_by("next_attempt_at", "day", "version", "id").first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts", "next_attempt_at"])
    return delivery


def note_sent(delivery: ReportDelivery, *, now: datetime) -> None:
    """The receiver has it."""
    delivery.status, delivery.sent_at, delivery.last_error = Status.SENT, now, ""
    delivery.save(update_fields=["status", "sent_at", "last_error"])
    log.info("report_delivered", **_describe(delivery))


def note_failure(delivery: ReportDelivery, failure: DeliveryFailed, *, now: datetime) -> None:
    """Try again later, or give up."""
    delivery.last_error = str(failure)[:LONGEST_ERROR]
    share = random.random()
    delay = find_delay(delivery.attempts, share=share, retry_after_s=failure.retry_after_s)
    delivery.next_attempt_at = now + delay
    if delivery.attempts >= settings.REPORT_DELIVERY_MAX_ATTEMPTS:
        delivery.status = Status.FAILED
    delivery.save(update_fields=["status", "last_error", "next_attempt_at"])
    log.warning("report_delivery_failed", status=str(delivery.status), **_describe(delivery))


def _put_back(deliveries: QuerySet[ReportDelivery], now: datetime) -> int:
    return deliveries.update(status=Status.PENDING, attempts=0, next_attempt_at=now, last_error="")


def _list_undelivered(
    destination: DeliveryDestination, day: date | None
) -> QuerySet[OrganizationUsageReport, tuple[date, int]]:
    had = ReportDelivery.objects.filter(destination=destination, day=OuterRef("day"), version=OuterRef("version"))
    days = Q(day__gte=destination.first_day) if day is None else Q(day=day)
    closed = OrganizationUsageReport.objects.filter(
        days, organization=destination.organization_id, closed_at__isnull=False
    )
    return closed.exclude(Exists(had)).order_by("day", "version").values_list("day", "version")


def _select(selection: Selection) -> QuerySet[ReportDelivery]:
    chosen = ReportDelivery.objects.filter(selection.to_filter())
    return chosen if selection.day is None else chosen.filter(day=selection.day)


def _give_up_exhausted(now: datetime) -> None:
    """Those whose last attempt ended with its worker."""
    limit = settings.REPORT_DELIVERY_MAX_ATTEMPTS
    ended = ReportDelivery.objects.filter(status=Status.PENDING, attempts__gte=limit, next_attempt_at__lte=now)
    ended.update(status=Status.FAILED, last_error="The last attempt ended with its worker; see the worker's log")


def _describe(delivery: ReportDelivery) -> dict[str, object]:
    return {
        "delivery_id": delivery.pk,
        "destination_id": str(delivery.destination_id),
        "day": delivery.day.isoformat(),
        "version": delivery.version,
        "attempts": delivery.attempts,
    }
