"""
Who may ask what: every address of the web, asked by an owner, a member, a stranger without an organization, an owner
of another organization, and somebody who is not signed in. An address without a line in this table fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from posthog.api.health import VIEWS
from posthog.llm_analytics.ingestion import drain_once
from posthog.models import GatewayInboxBody, Organization, OrganizationMembership, SignInLink, Team, User
from posthog.urls import CAPTURE_DOORS
from tests.integration.api.llm_analytics.doors import API_DOORS, OWN_DOORS, fill_path, knock
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]

Role = Literal["owner", "member", "stranger", "other", "anonymous"]
ROLES: tuple[Role, ...] = ("owner", "member", "stranger", "other", "anonymous")
SIGN_IN = "302 /login"


@dataclass(frozen=True, slots=True)
class Door:
    """
    One address and how it answers.

    Attributes:
        answers: Status by role, in the order of ROLES; a redirect with its target's path.
        path: `{team}` and the like stand for things of the team Alpha, see `doors.py`.
        shows_teams: Its answer lists the teams of the visitor's own organizations and no others.
    """

    name: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    answers: tuple[str, str, str, str, str]
    shows_teams: bool = False
    body: bytes = b"[]"


EVERYBODY_200 = ("200",) * 5
DOORS = (
    # It leads on whoever comes; where to is behind the sign-in.
    Door("start", "GET", "/", ("302 /project",) * 5),
    Door("usage", "GET", "/usage", ("200", "200", "200", "200", SIGN_IN), shows_teams=True),
    # The same document for everybody: what its scripts may read is the business of the API's doors.
    Door("ui", "GET", "/project", ("200", "200", "200", "200", SIGN_IN)),
    Door("ui_screen", "GET", "/project/{team}/overview", ("200", "200", "200", "200", SIGN_IN)),
    Door("runbook", "GET", "/docs/runbook.md", ("200", "200", "200", "200", SIGN_IN)),
    Door("figure_definitions", "GET", "/api/figure_definitions/", EVERYBODY_200),
    # Where there is a user there is no first one to make; the anonymous visitor is asked on an instance without any.
    Door("first_run", "GET", "/setup", ("302 /login", "302 /login", "302 /login", "302 /login", "200")),
    Door("sign_in", "GET", "/login", (*("302 /project",) * 4, "200")),
    Door("sign_in_by_link", "GET", "/login/link/nobody", ("410",) * 5),
    Door("sign_in_by_link", "POST", "/login/link/nobody", ("410",) * 5),
    Door("sign_out", "POST", "/logout", (SIGN_IN,) * 5),
    Door("llm_gateway_webhook", "POST", "/api/llm_gateway/webhook", ("401",) * 5),
    Door("llm_gateway_webhook", "POST", "/api/llm_gateway/webhook/", ("401",) * 5),
    Door("llm_gateway_quota", "GET", "/api/llm_gateway/quota", ("401",) * 5),
    Door("llm_gateway_quota", "GET", "/api/llm_gateway/quota/", ("401",) * 5),
    *(Door(name, "POST", f"/{door}/", ("401",) * 5) for door, name in CAPTURE_DOORS.items()),
    Door("capture_batch", "POST", "/batch", ("401",) * 5),
    Door("otlp_traces", "POST", "/i/v0/ai/otel", ("401",) * 5),
    Door("otlp_traces", "POST", "/i/v0/ai/otel/v1/traces", ("401",) * 5),
    Door("/_livez", "GET", "/_livez", EVERYBODY_200),
    Door("/_readyz", "GET", "/_readyz?check=postgres", EVERYBODY_200),
    Door("/metrics", "GET", "/metrics", EVERYBODY_200),
    *(Door(each.name, each.method, each.path, each.answers, body=each.body) for each in API_DOORS),
)
"""`/metrics` is for this machine, which the test client is; from elsewhere see `test_metrics.py`."""


@pytest.fixture
def setup() -> GatewaySetup:
    """An organization with the teams Alpha and Beta, beside another with a secret one; each team has an event."""
    ours, theirs = make_gateway(), make_gateway()
    Organization.objects.filter(id=theirs.gateway.organization_id).update(name="Theirs")
    Team.objects.filter(id=theirs.alpha.id).update(name="Secret team")
    theirs.beta.delete()
    deliver(ours, [make_call(1, trace_id="trace-1"), make_call(2, "team-beta")])
    deliver(theirs, [make_call(3)])
    drain_once(now=timezone.now())
    return ours


def make_visitor(role: Role, setup: GatewaySetup) -> Client:
    """A browser of somebody in this role, seen from the organization of `setup`."""
    client = Client()
    if role == "anonymous":
        return client
    user = User.objects.create_user(f"{role}@example.com")
    level = OrganizationMembership.Level.MEMBER if role == "member" else OrganizationMembership.Level.OWNER
    if role in ("owner", "member"):
        OrganizationMembership.objects.create(user=user, organization=setup.gateway.organization, level=level)
    if role == "other":
        theirs = Organization.objects.get(name="Theirs")
        OrganizationMembership.objects.create(user=user, organization=theirs, level=level)
    client.force_login(user)
    return client


def find_day() -> str:
    """The UTC day of the events."""
    return datetime.fromtimestamp(make_call(1)["startTime"], UTC).date().isoformat()


def ask(client: Client, door: Door, setup: GatewaySetup) -> Any:
    return knock(client, door, fill_path(door.path, setup))


def describe(answer: HttpResponseBase) -> str:
    location = answer.headers.get("Location", "")
    return f"{answer.status_code} {location.partition('?')[0]}".strip()


def list_addresses(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[str]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from list_addresses(pattern.url_patterns)
        else:
            yield str(pattern.name or pattern.pattern)


def test_every_address_has_its_line() -> None:
    """A new endpoint is not done before it says who may ask it."""
    assert {*list_addresses(), *VIEWS} == {door.name for door in DOORS}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")
def test_door_answers_each_role(setup: GatewaySetup, door: Door, role: Role) -> None:
    """Status and target are those of the table."""
    answer = ask(make_visitor(role, setup), door, setup)
    assert describe(answer) == door.answers[ROLES.index(role)]


@pytest.mark.parametrize("door", [door for door in DOORS if door.shows_teams], ids=lambda door: door.path)
@pytest.mark.parametrize(
    ("role", "seen"),
    [("owner", {"Alpha", "Beta"}), ("member", {"Alpha", "Beta"}), ("stranger", set()), ("other", {"Secret team"})],
)
def test_visitor_sees_the_teams_of_their_organizations(
    setup: GatewaySetup, door: Door, role: Role, seen: set[str]
) -> None:
    """And not even the names of the others."""
    page = make_visitor(role, setup).get(door.path, {"day": find_day()}).content.decode()
    assert {name for name in ("Alpha", "Beta", "Secret team") if name in page} == seen


@pytest.mark.parametrize("door", OWN_DOORS, ids=lambda door: door.path)
@pytest.mark.parametrize(("role", "seen"), [("owner", "ours"), ("stranger", "none"), ("other", "theirs")])
def test_visitor_learns_of_their_organizations_alone(setup: GatewaySetup, door: Any, role: Role, seen: str) -> None:
    """Neither names nor ids of the others are in it."""
    theirs = Organization.objects.get(name="Theirs")
    told = make_visitor(role, setup).get(door.path).content.decode()
    expected = {"ours": (True, False), "none": (False, False), "theirs": (False, True)}[seen]
    assert (str(setup.gateway.organization_id) in told, str(theirs.pk) in told) == expected


@pytest.mark.parametrize("role", ROLES)
def test_session_opens_no_gateways_door(setup: GatewaySetup, role: Role) -> None:
    """The webhook knows tokens alone, even in the hands of an owner."""
    client = make_visitor(role, setup)
    answer = client.post("/api/llm_gateway/webhook", b'[{"id": 1}]', content_type="application/json")
    assert answer.status_code == 401
    assert not GatewayInboxBody.objects.exists()  # what `setup` delivered is drained


def test_token_opens_no_page(setup: GatewaySetup) -> None:
    """A gateway's token is for reporting calls; it reads nothing."""
    answer = Client().get("/usage", headers=setup.headers)
    assert describe(answer) == SIGN_IN


def test_link_signs_in_its_user_alone(setup: GatewaySetup) -> None:
    """Whoever opens it is that user, and sees what that user may see."""
    other = User.objects.create_user("other@example.com")
    OrganizationMembership.objects.create(user=other, organization=Organization.objects.get(name="Theirs"))
    _, token = SignInLink.objects.create_with_token(user=other, now=timezone.now())
    client = make_visitor("owner", setup)
    assert describe(client.post(f"/login/link/{token}")) == "302 /project"
    page = client.get("/usage", {"day": find_day()}).content.decode()
    assert ("Secret team" in page, "Alpha" in page) == (True, False)
