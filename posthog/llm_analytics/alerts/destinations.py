"""Making and switching destinations of alerts; each act leaves an audit entry."""

import secrets
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from posthog.encryption import encrypt
from posthog.errors import AccountingError
from posthog.llm_analytics.audit import record_act
from posthog.models import AlertDestination, Organization
from posthog.outbound_http import OutboundRefused, parse_target

SIGNING_SECRET_PREFIX = "phs_"
LONGEST_NAME = 200
PAGERDUTY_ADDRESS = "https://events.pagerduty.com/v2/enqueue"
Kind = AlertDestination.Kind


class InvalidAlertDestination(AccountingError):
    """What was given cannot be sent to; the message names the field and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlertDestination:
    """
    Attributes:
        address: A URL, or an e-mail address; '' with `pagerduty`: PagerDuty's own.
        routing_key: Of `pagerduty` alone.
    """

    name: str
    kind: str
    address: str = ""
    routing_key: str = ""


@transaction.atomic
def add_alert_destination(
    organization: Organization, new: NewAlertDestination, *, actor: str
) -> tuple[AlertDestination, str]:
    """
    Make a destination; returns it and, of a webhook, its signing secret, which is nowhere else from here on.

    Raises:
        InvalidAlertDestination: Its name, address or key breaks a rule.
    """
    address = new.address or (PAGERDUTY_ADDRESS if new.kind == Kind.PAGERDUTY else "")
    _require_valid(organization, new, address)
    signing_secret = SIGNING_SECRET_PREFIX + secrets.token_urlsafe(32) if new.kind == Kind.WEBHOOK else ""
    secret = signing_secret or new.routing_key
    destination = AlertDestination.objects.create(
        organization=organization,
        name=new.name,
        kind=new.kind,
        address=encrypt(address.encode()),
        secret=encrypt(secret.encode()) if secret else None,
    )
    _record("alert_destination_created", destination, actor, kind=new.kind)
    return destination, signing_secret


@transaction.atomic
def set_enabled(destination: AlertDestination, *, is_enabled: bool, actor: str) -> None:
    """Stop or resume; when it is resumed, what is still wrong is sent."""
    destination.is_enabled = is_enabled
    destination.save(update_fields=["is_enabled"])
    _record("alert_destination_enabled" if is_enabled else "alert_destination_disabled", destination, actor)


def _require_valid(organization: Organization, new: NewAlertDestination, address: str) -> None:
    if not 1 <= len(new.name) <= LONGEST_NAME:
        raise InvalidAlertDestination(f"name: expected 1 to {LONGEST_NAME} characters, got {len(new.name)}")
    if AlertDestination.objects.filter(organization=organization, name=new.name).exists():
        raise InvalidAlertDestination(f"name: the organization has a destination {new.name!r} already")
    if new.kind not in Kind.values:
        raise InvalidAlertDestination(f"kind: expected {', '.join(Kind.values)}")
    if (new.kind == Kind.PAGERDUTY) != bool(new.routing_key):
        raise InvalidAlertDestination("routing_key: expected one for PagerDuty, and for nothing else")
    try:
        if new.kind == Kind.EMAIL:
            validate_email(address)
        else:
            parse_target(address)  # whether its host may be sent to is seen at each attempt: addresses change
    except ValidationError:
        raise InvalidAlertDestination("address: expected one e-mail address") from None
    except OutboundRefused as refusal:
        raise InvalidAlertDestination(f"address: {refusal}") from refusal


def _record(action: str, destination: AlertDestination, actor: str, **details: str) -> None:
    record_act(
        action,
        actor=actor,
        target=f"alert destination {destination.name}",
        scope=destination.organization,
        details={"destination_id": str(destination.pk), **details},
    )
