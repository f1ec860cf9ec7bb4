"""Making and switching destinations; each act leaves an audit entry."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from ee.delivery.outbox import request_delivery_again
from ee.models import DeliveryDestination, ReportDelivery
from posthog.encryption import encrypt
from posthog.errors import AccountingError
from posthog.llm_analytics.audit import record_act
from posthog.models import Organization
from posthog.outbound_http import OutboundRefused, parse_target

SIGNING_SECRET_PREFIX = "phs_"
LONGEST_NAME = 200
Kind = DeliveryDestination.Kind


class InvalidDestination(AccountingError):
    """
    What was given cannot be delivered to.

    Args:
        field: Its name.
        rule: Completes the sentence that the field's name begins.
    """

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDestination:
    """
    Attributes:
        api_key: Of the PostHog project; of the kind `posthog` alone.
        first_day: The first day that is delivered by itself.
    """

    name: str
    kind: str
    address: str
    first_day: date
    api_key: str = ""


@transaction.atomic
def add_destination(organization: Organization, new: NewDestination, *, actor: str) -> tuple[DeliveryDestination, str]:
    """
    Make a destination; returns it and, of a webhook, its signing secret, which is nowhere else from here on.

    Raises:
        InvalidDestination: Its address, key or name breaks a rule.
    """
    _require_valid(organization, new)
    signing_secret = SIGNING_SECRET_PREFIX + secrets.token_urlsafe(32) if new.kind == Kind.WEBHOOK else ""
    secret = signing_secret or new.api_key
    destination = DeliveryDestination.objects.create(
        organization=organization,
        name=new.name,
        kind=new.kind,
        address=new.address,
        secret=encrypt(secret.encode()) if secret else None,
        first_day=new.first_day,
    )
    _record("delivery_destination_created", destination, actor, kind=new.kind, first_day=new.first_day.isoformat())
    return destination, signing_secret


@transaction.atomic
def set_enabled(destination: DeliveryDestination, *, is_enabled: bool, actor: str) -> None:
    """Stop or resume deliveries; what closed meanwhile is sent when it is resumed."""
    destination.is_enabled = is_enabled
    destination.save(update_fields=["is_enabled"])
    _record("delivery_destination_enabled" if is_enabled else "delivery_destination_disabled", destination, actor)


@transaction.atomic
def deliver_again(delivery: ReportDelivery, *, actor: str, now: datetime) -> bool:
    """Have one report sent once more; False: its destination is stopped, or it is to be sent anyway."""
    if not request_delivery_again(delivery, now=now):
        return False
    _record(
        "report_delivered_again",
        delivery.destination,
        actor,
        day=delivery.day.isoformat(),
        version=str(delivery.version),
    )
    return True


def _require_valid(organization: Organization, new: NewDestination) -> None:
    if not 1 <= len(new.name) <= LONGEST_NAME:
        raise InvalidDestination("name", f"expected 1 to {LONGEST_NAME} characters, got {len(new.name)}")
    if DeliveryDestination.objects.filter(organization=organization, name=new.name).exists():
        raise InvalidDestination("name", f"the organization has a destination {new.name!r} already")
    if new.kind not in Kind.values:
        raise InvalidDestination("kind", f"expected {', '.join(Kind.values)}")
    if (new.kind == Kind.POSTHOG) != bool(new.api_key):
        raise InvalidDestination("api_key", "expected one for a PostHog instance, and for nothing else")
    _require_address(new)


def _require_address(new: NewDestination) -> None:
    """Whether the host's addresses may be sent to is seen at each attempt: they change."""
    try:
        if new.kind == Kind.EMAIL:
            validate_email(new.address)
        else:
            parse_target(new.address)
    except ValidationError:
        raise InvalidDestination("address", "expected one e-mail address") from None
    except OutboundRefused as refusal:
        raise InvalidDestination("address", str(refusal)) from refusal


def _record(action: str, destination: DeliveryDestination, actor: str, **details: str) -> None:
    record_act(
        action,
        actor=actor,
        target=f"delivery destination {destination.name}",
        scope=destination.organization,
        details={"destination_id": str(destination.pk), **details},
    )
