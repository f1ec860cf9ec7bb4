"""Every address of the query API, what it is asked, and how it answers each role."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.test import Client
from django.utils import timezone

from ee.models import Budget, DeliveryDestination, ReportDelivery
from posthog.llm_integrity.findings import CheckName, Subject
from posthog.models import AccountingAlert, CustomPrice, GatewayCredential, RejectedEvent, UsageReport
from tests.integration.alerts.stored_alerts import open_alert
from tests.integration.factories import GatewaySetup, list_ai_events

Answers = tuple[str, str, str, str, str]
"""Of an owner, a member, a stranger, another organization's owner, and somebody who is not signed in."""

MEMBERS: Answers = ("200", "200", "404", "404", "401")
ADMINISTRATORS: Answers = ("200", "403", "404", "404", "401")
REMOVERS: Answers = ("204", "403", "404", "404", "401")
SIGNED_IN: Answers = ("200", "200", "200", "200", "401")
MAKERS: Answers = ("201", "403", "404", "404", "401")

PREFIX = "/api/projects/{team}/llm_analytics/"
RANGE = "start=2026-11-01&end=2026-11-02"
YEAR = "start=2026-01-01&end=2027-01-01"


@dataclass(frozen=True, slots=True)
class ApiDoor:
    """`path` has `{team}`, `{uuid}`, `{trace}`, `{reject}`, `{credential}`, `{day}`, `{budget}`, `{alert}`, `{price}`,
    `{destination}`, `{delivery}`."""

    name: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    answers: Answers = MEMBERS
    body: bytes = b"{}"


def _read(name: str, resource: str, query: str = "", answers: Answers = MEMBERS) -> ApiDoor:
    return ApiDoor(f"llm_analytics_{name}", "GET", PREFIX + resource + (f"?{query}" if query else ""), answers)


def _act(
    name: str,
    resource: str,
    answers: Answers = ADMINISTRATORS,
    body: bytes = b"{}",
    method: Literal["POST", "PATCH", "DELETE"] = "POST",
) -> ApiDoor:
    return ApiDoor(f"llm_analytics_{name}", method, PREFIX + resource, answers, body)


TEAM_DOORS = (
    _read("overview", "overview/", RANGE),
    _read("time_series", "time_series/", f"{RANGE}&bucket=hour"),
    _read("top", "top/", f"{RANGE}&dimension=model"),
    _read("models", "models/", RANGE),
    _read("keys", "keys/", RANGE),
    _read("users", "users/", RANGE),
    _read("generations", "generations/", RANGE),
    _read("generation_export", "generations/export/", RANGE),
    _read("generation", "generations/{uuid}/"),
    _read("traces", "traces/", RANGE),
    _read("trace", "traces/{trace}/"),
    _read("sessions", "sessions/", RANGE),
    _read("errors", "errors/", RANGE),
    _read("integrity", "integrity/", RANGE),
    _read("completeness", "completeness/", RANGE),
    _read("alerts", "alerts/"),
    _read("alert", "alerts/{alert}/"),
    _act("alert_ownership", "alerts/{alert}/own/"),
    _act("alert_muting", "alerts/{alert}/mute/", body=b'{"until": null}'),
    _act("alert_acceptance", "alerts/{alert}/accept/"),
    _read("reports", "reports/", RANGE),
    _read("report_months", "reports/months/", RANGE),
    _read("report", "reports/{day}/"),
    _read("rejects", "rejects/"),
    _read("reject", "rejects/{reject}/"),
    _act("reject_replay", "rejects/{reject}/replay/"),
    _act("rejects_replay", "rejects/replay/"),
    _read("gateways", "gateways/"),
    _read("credentials", "credentials/", answers=ADMINISTRATORS),
    _act("credentials", "credentials/", MAKERS, b'{"label": "new"}'),
    _read("credential", "credentials/{credential}/", answers=ADMINISTRATORS),
    _act("credential_rotation", "credentials/{credential}/rotate/"),
    _act("credential_revocation", "credentials/{credential}/revoke/"),
    _read("exports", "exports/", RANGE),
    _read("budgets", "budgets/"),
    _act("budgets", "budgets/", MAKERS, b'{"period": "daily", "unit": "tokens", "limit": "100"}'),
    _read("budget", "budgets/{budget}/"),
    _act("budget", "budgets/{budget}/", body=b'{"limit": "7"}', method="PATCH"),
    _act("budget", "budgets/{budget}/", REMOVERS, method="DELETE"),
    _read("settings", "settings/"),
    _act("settings", "settings/", body=b'{"is_private": true}', method="PATCH"),
    _read("prices", "prices/"),
    _act("prices", "prices/", MAKERS, b'{"model_pattern": "m", "usd_per_mtok": {"input": "1", "output": "2"}}'),
    # It changes nothing: members may ask.
    _act("price_trial", "prices/try/", MEMBERS, b'{"model": "m", "usage": {}}'),
    _act("price", "prices/{price}/", REMOVERS, method="DELETE"),
    _read("destinations", "delivery_destinations/", answers=ADMINISTRATORS),
    _act(
        "destinations",
        "delivery_destinations/",
        MAKERS,
        b'{"name": "finance", "kind": "email", "address": "finance@example.com"}',
    ),
    _act("destination", "delivery_destinations/{destination}/", body=b'{"is_enabled": false}', method="PATCH"),
    _read("deliveries", "report_deliveries/", answers=ADMINISTRATORS),
    _act("delivery_again", "report_deliveries/{delivery}/again/"),
)
OWN_DOORS = (
    ApiDoor("users_me", "GET", "/api/users/@me/", SIGNED_IN),
    ApiDoor("projects", "GET", "/api/projects/", SIGNED_IN),
    ApiDoor("projects_usage", "GET", f"/api/projects/usage/?{YEAR}&timezone=UTC", SIGNED_IN),
)
"""What is told is the visitor's own."""
API_DOORS = (*TEAM_DOORS, *OWN_DOORS, ApiDoor("api_schema", "GET", "/api/schema/", ("200",) * 5))

ORGANIZATIONS_THINGS = ("{destination}", "{delivery}")
"""They are found below every team of their organization."""
THING_DOORS = tuple(
    door
    for door in TEAM_DOORS
    if door.path.count("{") > 1 and not any(thing in door.path for thing in ORGANIZATIONS_THINGS)
)
"""Those that name a thing of one team by its id."""


def fill_path(path: str, setup: GatewaySetup, *, team_id: int | None = None) -> str:
    """
    The address with ids of the team Alpha's things, which are made where there are none.

    Args:
        team_id: Ask for them below this team's address instead.
    """
    if "{" not in path:
        return path
    event = next(iter(list_ai_events(setup.alpha)), {"uuid": "0" * 32, "trace_id": ""})
    return path.format(
        team=team_id or setup.alpha.id,
        uuid=event["uuid"],
        trace=event["trace_id"],
        reject=_ensure_reject(setup).pk if "{reject}" in path else "",
        credential=_ensure_credential(setup).pk if "{credential}" in path else "",
        day=_ensure_report(setup).day if "{day}" in path else "",
        budget=_ensure_budget(setup).pk if "{budget}" in path else "",
        alert=_ensure_alert(setup).pk if "{alert}" in path else "",
        price=_ensure_price(setup).pk if "{price}" in path else "",
        destination=_ensure_destination(setup).pk if "{destination}" in path else "",
        delivery=_ensure_delivery(setup).pk if "{delivery}" in path else "",
    )


def _ensure_reject(setup: GatewaySetup) -> RejectedEvent:
    reject, _ = RejectedEvent.objects.get_or_create(
        team=setup.alpha,
        credential=setup.credential,
        gateway=setup.gateway,
        batch_id="00000000-0000-4000-8000-000000000001",
        position=setup.alpha.id,
        reason_code="event_too_deep",
        reason="event: nested deeper than 250 levels",
        defaults={"received_at": timezone.now()},
    )
    return reject


def _ensure_credential(setup: GatewaySetup) -> GatewayCredential:
    """One that only Alpha's events come with."""
    own = GatewayCredential.objects.filter(team=setup.alpha).first()
    if own is not None:
        return own
    credential, _ = GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="own", team=setup.alpha)
    return credential


def _ensure_budget(setup: GatewaySetup) -> Budget:
    budget, _ = Budget.objects.get_or_create(
        team=setup.alpha, period="monthly", unit="usd", defaults={"limit": 100, "thresholds": [100]}
    )
    return budget


def _ensure_price(setup: GatewaySetup) -> CustomPrice:
    price, _ = CustomPrice.objects.get_or_create(team=setup.alpha, model_pattern="agreed-*", input_token_price=0)
    return price


def _ensure_destination(setup: GatewaySetup) -> DeliveryDestination:
    destination, _ = DeliveryDestination.objects.get_or_create(
        organization=setup.gateway.organization,
        name="ours",
        kind="email",
        address="ours@example.com",
        first_day=date(2026, 11, 1),
    )
    return destination


def _ensure_delivery(setup: GatewaySetup) -> ReportDelivery:
    """One that the receiver has taken."""
    destination = _ensure_destination(setup)
    delivery, _ = ReportDelivery.objects.get_or_create(
        organization=setup.gateway.organization,
        destination=destination,
        day=destination.first_day,
        version=1,
        defaults={"status": "sent", "next_attempt_at": timezone.now()},
    )
    return delivery


def _ensure_alert(setup: GatewaySetup) -> AccountingAlert:
    """One about Alpha alone."""
    stored = AccountingAlert.objects.filter(team=setup.alpha).first()
    if stored is not None:
        return stored
    subject = Subject(team_id=setup.alpha.id)
    return open_alert(setup, subject=subject, check_name=CheckName.SOURCE_SILENT, figure="", seen=0.0, usual=20.0)


def _ensure_report(setup: GatewaySetup) -> UsageReport:
    stored = UsageReport.objects.filter(team=setup.alpha).first()
    if stored is not None:
        return stored
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return UsageReport.objects.create(
        team=setup.alpha, day=midnight.date(), starts_at=midnight, ends_at=midnight, figures={}, rules_version="1"
    )


def knock(client: Client, door: Any, path: str) -> Any:
    """Ask as the door says."""
    if door.method == "GET":
        return client.get(path)
    return client.generic(door.method, path, door.body, content_type="application/json")
