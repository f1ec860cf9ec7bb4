"""
An alert on its way to a destination: for Slack, for PagerDuty, as a signed POST, as an e-mail.

Each carries the whole text, for a reader who has never seen the system; names are the callers' own and are escaped. The
delivery's idempotency key is the same at each attempt: a repeated one is known by it. PagerDuty knows an alert by its
`dedup_key`, which is the alert's id from its opening to its end.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import orjson
from django.conf import settings
from django.core.mail import EmailMessage

from posthog.delivery.http_answer import require_success
from posthog.delivery.mail import send_message
from posthog.llm_gateway.signature import sign_body
from posthog.llm_integrity.finding_texts import FindingText, describe_finding
from posthog.models import AccountingAlert, AlertDelivery, AlertDestination
from posthog.outbound_http import OutboundRequest

USER_AGENT = "posthog-llm-accounting"
TYPE = "ai_accounting_alert"
LONGEST_SUMMARY = 1024
"""Of PagerDuty."""
Action = AlertDelivery.Action
State = AccountingAlert.State


class Send(Protocol):
    """Raises DeliveryFailed or Undecryptable unless the receiver has it."""

    def __call__(self, delivery: AlertDelivery, *, now: datetime) -> None: ...


def tell_alert(alert: AccountingAlert) -> dict[str, Any]:
    """Everything that may be known of it outside, as JSON values."""
    text = describe_finding(alert.to_finding())
    return {
        "id": str(alert.id),
        "check": alert.check_name,
        "subject": alert.subject._asdict(),
        "figure": alert.figure,
        "severity": alert.severity,
        "worst_severity": alert.worst_severity,
        "state": str(alert.state),
        "seen": alert.seen,
        "usual": alert.usual,
        "calls": alert.calls,
        "since": alert.since.isoformat(),
        "opened_at": alert.opened_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "events": alert.evidence.get("events", []),
        "title": text.title,
        "meaning": text.meaning,
        "evidence": text.evidence,
        "action": text.action,
        "runbook": text.runbook,
    }


def send_slack(delivery: AlertDelivery, *, now: datetime) -> None:
    # `mrkdwn`: `*`, `_` and backticks, which no escape exists for, stay as they are in names.
    _post(delivery, {"text": _escape("\n".join(_list_lines(delivery))), "mrkdwn": False})


def send_pagerduty(delivery: AlertDelivery, *, now: datetime) -> None:
    alert = delivery.alert
    told = tell_alert(alert)
    body = {
        "routing_key": delivery.destination.open_secret(),
        "event_action": str(delivery.action),
        "dedup_key": str(alert.id),
        "client": USER_AGENT,
        "client_url": settings.SITE_URL,
        "payload": {
            "summary": _build_title(delivery)[:LONGEST_SUMMARY],
            "source": alert.gateway or (alert.team.name if alert.team else alert.organization.name),
            "severity": alert.severity,
            "timestamp": alert.opened_at.isoformat(),
            "component": alert.model or alert.gateway or "",
            "group": alert.organization.name,
            "class": alert.check_name,
            "custom_details": told,
        },
    }
    _post(delivery, body)


def send_webhook(delivery: AlertDelivery, *, now: datetime) -> None:
    organization = delivery.alert.organization
    body = orjson.dumps(
        {
            "type": TYPE,
            "id": str(delivery.idempotency_key),
            "action": str(delivery.action),
            "organization": {"id": str(organization.id), "name": organization.name},
            "alert": tell_alert(delivery.alert),
        }
    )
    signature = sign_body(body, secret=delivery.destination.open_secret(), timestamp=int(now.timestamp()))
    _send(delivery, body, signature)


def send_email(delivery: AlertDelivery, *, now: datetime) -> None:
    send_message(build_email(delivery))


def build_email(delivery: AlertDelivery) -> EmailMessage:
    """Messages of one alert make one thread."""
    host = settings.SITE_ADDRESS.hostname
    return EmailMessage(
        subject=" ".join(_build_title(delivery).split()),
        body="\n\n".join([*_list_lines(delivery)[1:], settings.SITE_URL, ""]),
        to=[delivery.destination.open_address()],
        headers={
            "Message-ID": f"<{delivery.idempotency_key}@{host}>",
            "References": f"<{delivery.alert_id}@{host}>",
        },
    )


SENDS: Mapping[str, Send] = {
    AlertDestination.Kind.SLACK: send_slack,
    AlertDestination.Kind.PAGERDUTY: send_pagerduty,
    AlertDestination.Kind.WEBHOOK: send_webhook,
    AlertDestination.Kind.EMAIL: send_email,
}


def _build_title(delivery: AlertDelivery) -> str:
    alert = delivery.alert
    title = describe_finding(alert.to_finding()).title
    if delivery.action == Action.TRIGGER:
        return f"{alert.severity.upper()}: {title}"
    return f"{'ACCEPTED' if alert.state == State.ACCEPTED else 'RESOLVED'}: {title}"


def _list_lines(delivery: AlertDelivery) -> list[str]:
    """The title, then what a person needs to know, a paragraph each."""
    alert = delivery.alert
    text = describe_finding(alert.to_finding())
    about = f"Organization {alert.organization.name}, alert {alert.id}"
    if delivery.action == Action.RESOLVE:
        return [_build_title(delivery), _describe_end(alert), about]
    return [_build_title(delivery), text.meaning, text.evidence, *_list_samples(alert, text), about]


def _list_samples(alert: AccountingAlert, text: FindingText) -> list[str]:
    events = alert.evidence.get("events", [])
    samples = [f"Calls that show it: {', '.join(events)}"] if events else []
    return [*samples, f"What to do: {text.action} More: {text.runbook}"]


def _describe_end(alert: AccountingAlert) -> str:
    wrong = f"It was wrong since {alert.since:%Y-%m-%d %H:%M} UTC"
    if alert.state == State.ACCEPTED:
        return f"{wrong}; somebody declared it to be the new normal."
    return (
        f"{wrong} and ended at {alert.resolved_at:%Y-%m-%d %H:%M} UTC. Sums of the hours between stay wrong until "
        "history is repaired: see the runbook."
    )


def _escape(text: str) -> str:
    """What Slack would take for a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _post(delivery: AlertDelivery, body: Mapping[str, Any]) -> None:
    _send(delivery, orjson.dumps(body), {})


def _send(delivery: AlertDelivery, body: bytes, headers: Mapping[str, str]) -> None:
    own = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Idempotency-Key": str(delivery.idempotency_key),
    }
    require_success(OutboundRequest(url=delivery.destination.open_address(), headers={**own, **headers}, body=body))
