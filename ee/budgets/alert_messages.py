"""
An alert on its way to a destination: as a signed POST, as an e-mail, as an event of a PostHog project.

Signed as reports are (`ee/delivery/webhook.py`). The alert's id is its idempotency key, its Message-ID and its event's
uuid: a repeated attempt is known by it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import orjson
from django.conf import settings
from django.core.mail import EmailMessage

from ee.budgets.decision import BudgetUse
from ee.budgets.periods import Period
from ee.delivery.posthog_event import ROUTE
from ee.delivery.webhook import USER_AGENT
from ee.models import BudgetAlert, DeliveryDestination
from posthog.api.rest.fields import AmountField
from posthog.delivery.http_answer import require_success
from posthog.delivery.mail import send_message
from posthog.llm_gateway.signature import sign_body
from posthog.outbound_http import OutboundRequest

TYPE = "llm_analytics_budget_alert"
EVENT = "llm analytics budget alert"

write_amount = AmountField().to_representation


class Send(Protocol):
    """Raises DeliveryFailed or Undecryptable unless the receiver has it."""

    def __call__(self, alert: BudgetAlert, destination: DeliveryDestination, *, now: datetime) -> None: ...


def to_json(alert: BudgetAlert) -> dict[str, Any]:
    """The webhook's body; amounts are decimal text, of tokens as of dollars."""
    budget, use = alert.budget, to_use(alert)
    organization = budget.team.organization
    return {
        "type": TYPE,
        "id": str(alert.id),
        "organization": {"id": str(organization.id), "name": organization.name},
        "team": {"id": budget.team_id, "name": budget.team.name},
        "budget": {
            "id": str(budget.id),
            "api_key_alias": budget.api_key_alias,
            "period": budget.period,
            "unit": budget.unit,
        },
        "threshold": alert.threshold,
        "limit": write_amount(use.limit),
        "used": write_amount(use.used),
        "remaining": write_amount(use.remaining),
        "is_exhausted": not use.is_allowed,
        "is_lower_bound": alert.is_lower_bound,
        "period_start": alert.period_start.isoformat(),
        "period_end": alert.period_end.isoformat(),
        "raised_at": alert.raised_at.isoformat(),
    }


def to_use(alert: BudgetAlert) -> BudgetUse:
    """What was used when it was raised."""
    budget = alert.budget
    return BudgetUse(
        budget_id=budget.id,
        api_key_alias=budget.api_key_alias,
        period=Period(kind=budget.period, first_day=alert.first_day, start=alert.period_start, end=alert.period_end),
        unit=budget.unit,
        limit=alert.limit,
        used=alert.used,
    )


def send_webhook(alert: BudgetAlert, destination: DeliveryDestination, *, now: datetime) -> None:
    body = orjson.dumps(to_json(alert))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Idempotency-Key": str(alert.id),
        **sign_body(body, secret=destination.open_secret(), timestamp=int(now.timestamp())),
    }
    require_success(OutboundRequest(url=destination.address, headers=headers, body=body))


def send_posthog_event(alert: BudgetAlert, destination: DeliveryDestination, *, now: datetime) -> None:
    organization_id = str(alert.budget.team.organization_id)
    event = {
        "uuid": str(alert.id),
        "event": EVENT,
        "distinct_id": organization_id,
        "timestamp": alert.raised_at.isoformat(),
        "properties": {
            **to_json(alert),
            "$groups": {"instance": settings.SITE_URL, "organization": organization_id},
            "$process_person_profile": False,
        },
    }
    request = OutboundRequest(
        url=destination.address.rstrip("/") + ROUTE,
        headers={"Content-Type": "application/json", "User-Agent": USER_AGENT},
        body=orjson.dumps({"api_key": destination.open_secret(), "batch": [event]}),
    )
    require_success(request)


def send_email(alert: BudgetAlert, destination: DeliveryDestination, *, now: datetime) -> None:
    send_message(build_email(alert, destination))


def build_email(alert: BudgetAlert, destination: DeliveryDestination) -> EmailMessage:
    """A message of a few lines."""
    told = to_json(alert)
    team = " ".join(alert.budget.team.name.split())
    at_least = "at least " if alert.is_lower_bound else ""
    lines = [
        f"{alert.budget}, team {team}",
        "",
        f"used:      {at_least}{told['used']} of {told['limit']} {alert.budget.unit}",
        f"remaining: {told['remaining']} {alert.budget.unit}",
        f"period:    {told['period_start']} to {told['period_end']}",
        f"as of:     {told['raised_at']}",
    ]
    if alert.is_lower_bound:
        lines += ["", "Calls without a known price or usage are not in these figures."]
    return EmailMessage(
        subject=f"{alert.threshold} % of a budget used, {team}",
        body="\n".join([*lines, "", settings.SITE_URL, ""]),
        to=[destination.address],
        headers={"Message-ID": f"<{alert.id}@{settings.SITE_ADDRESS.hostname}>"},
    )


SENDS: Mapping[str, Send] = {
    DeliveryDestination.Kind.POSTHOG: send_posthog_event,
    DeliveryDestination.Kind.WEBHOOK: send_webhook,
    DeliveryDestination.Kind.EMAIL: send_email,
}
