"""
Sends alerts that have a destination, as `ee/delivery/outbox.py` sends reports.

At least once, with one key: an alert is claimed (committed) before it is sent and noted after. A crash between the two
leaves the claim, which runs out after LEASE; it is then sent again under the same id. Claims count as attempts.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ee.budgets.alert_messages import SENDS
from ee.delivery.outbox import LEASE, LONGEST_ERROR
from ee.models import BudgetAlert
from posthog.delivery.backoff import find_delay
from posthog.delivery.failure import DeliveryFailed
from posthog.encryption import Undecryptable

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Status = BudgetAlert.Status


def deliver_alerts(*, clock: Clock = timezone.now) -> Iterator[BudgetAlert]:
    """Send until nothing is due; yields each alert with what became of it."""
    while (alert := claim_next(now=clock())) is not None:
        deliver(alert, clock=clock)
        yield alert


def claim_next(*, now: datetime) -> BudgetAlert | None:
    """Take the alert that has been due longest; nobody else gets it before LEASE has passed."""
    pending = BudgetAlert.objects.filter(status=Status.PENDING)
    pending.filter(destination=None).update(status=Status.UNSENT)
    ended = pending.filter(attempts__gte=settings.REPORT_DELIVERY_MAX_ATTEMPTS, next_attempt_at__lte=now)
    ended.update(status=Status.FAILED, last_error="The last attempt ended with its worker; see the worker's log")
    due = pending.filter(next_attempt_at__lte=now, destination__is_enabled=True)
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True, of=("self",))
        related = locked.select_related("destination", "budget__team__organization")
        alert = related.order_by("next_attempt_at", "threshold", "id").first()
        if alert is None:
            return None
        alert.attempts += 1
        alert.next_attempt_at = now + LEASE
        alert.save(update_fields=["attempts", "next_attempt_at"])
    return alert


def deliver(alert: BudgetAlert, *, clock: Clock = timezone.now) -> None:
    """Send one claimed alert and note what became of it."""
    assert alert.destination is not None  # what has none is not claimed
    try:
        SENDS[alert.destination.kind](alert, alert.destination, now=clock())
    except DeliveryFailed as failure:
        _note_failure(alert, failure, now=clock())
    except Undecryptable:
        closed = DeliveryFailed("The destination's secret cannot be opened: ENCRYPTION_KEYS has lost its key")
        _note_failure(alert, closed, now=clock())
    else:
        alert.status, alert.sent_at, alert.last_error = Status.SENT, clock(), ""
        alert.save(update_fields=["status", "sent_at", "last_error"])
        log.info("budget_alert_delivered", alert_id=str(alert.pk), attempts=alert.attempts)


def _note_failure(alert: BudgetAlert, failure: DeliveryFailed, *, now: datetime) -> None:
    """Try again later, or give up."""
    alert.last_error = str(failure)[:LONGEST_ERROR]
    share = random.random()
    alert.next_attempt_at = now + find_delay(alert.attempts, share=share, retry_after_s=failure.retry_after_s)
    if alert.attempts >= settings.REPORT_DELIVERY_MAX_ATTEMPTS:
        alert.status = Status.FAILED
    alert.save(update_fields=["status", "last_error", "next_attempt_at"])
    log.warning("budget_alert_failed", alert_id=str(alert.pk), status=str(alert.status), attempts=alert.attempts)
