"""Sends what is due, one delivery after the other; each by the way of its destination's kind."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from django.utils import timezone

from ee.delivery.contents import Contents, load_contents
from ee.delivery.email import send_email
from ee.delivery.outbox import EVERYTHING, Selection, claim_next, note_failure, note_sent
from ee.delivery.posthog_event import send_posthog_event
from ee.delivery.webhook import send_webhook
from ee.models import DeliveryDestination, ReportDelivery
from posthog.delivery.failure import DeliveryFailed
from posthog.encryption import Undecryptable

Clock = Callable[[], datetime]


class Send(Protocol):
    """Raises DeliveryFailed or Undecryptable unless the receiver has it."""

    def __call__(self, contents: Contents, *, now: datetime) -> None: ...


SENDS: Mapping[str, Send] = {
    DeliveryDestination.Kind.POSTHOG: send_posthog_event,
    DeliveryDestination.Kind.WEBHOOK: send_webhook,
    DeliveryDestination.Kind.EMAIL: send_email,
}


def deliver_due(selection: Selection = EVERYTHING, *, clock: Clock = timezone.now) -> Iterator[ReportDelivery]:
    """Send until nothing is due; yields each delivery with what became of it."""
    while (delivery := claim_next(selection, now=clock())) is not None:
        deliver(delivery, clock=clock)
        yield delivery


def deliver(delivery: ReportDelivery, *, clock: Clock = timezone.now) -> None:
    """Send one claimed delivery and note what became of it."""
    try:
        SENDS[delivery.destination.kind](load_contents(delivery), now=clock())
    except DeliveryFailed as failure:
        note_failure(delivery, failure, now=clock())
    except Undecryptable:
        closed = DeliveryFailed("The destination's secret cannot be opened: ENCRYPTION_KEYS has lost its key")
        note_failure(delivery, closed, now=clock())
    else:
        note_sent(delivery, now=clock())
