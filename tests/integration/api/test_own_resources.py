"""`/api/users/@me/` and `/api/projects/`: what a UI asks first."""

from typing import Any

import pytest
from django.test import Client

from posthog.models import OrganizationMembership, PersonalAPIKey, User
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db

Level = OrganizationMembership.Level


@pytest.fixture
def setup() -> GatewaySetup:
    """An organization with the teams Alpha and Beta, beside another one."""
    make_gateway()
    return make_gateway()


def make_user(setup: GatewaySetup, level: str = Level.MEMBER) -> User:
    user = User.objects.create_user("ada@example.com", first_name="Ada")
    OrganizationMembership.objects.create(user=user, organization=setup.gateway.organization, level=level)
    return user


def get(path: str, user: User) -> Any:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    return answer.json()


@pytest.mark.parametrize(("level", "is_administrator"), [("owner", True), ("admin", True), ("member", False)])
def test_visitor_learns_who_they_are(setup: GatewaySetup, level: str, is_administrator: bool) -> None:
    """And what they may do where."""
    user = make_user(setup, level)
    organization = setup.gateway.organization
    assert get("/api/users/@me/", user) == {
        "id": user.pk,
        "email": "ada@example.com",
        "first_name": "Ada",
        "key_scope": None,
        "organizations": [
            {
                "id": str(organization.pk),
                "name": organization.name,
                "report_timezone": "UTC",
                "level": level,
                "is_administrator": is_administrator,
            }
        ],
    }


def test_projects_are_the_teams_by_name(setup: GatewaySetup) -> None:
    """With what an address and a form need of each; no token is among it."""
    listed = get("/api/projects/", make_user(setup))["results"]
    assert [(each["id"], each["name"]) for each in listed] == [(setup.alpha.pk, "Alpha"), (setup.beta.pk, "Beta")]
    assert listed[0] == {
        "id": setup.alpha.pk,
        "name": "Alpha",
        "organization": str(setup.gateway.organization_id),
        "timezone": "UTC",
        "retention_days": 30,
        "is_private": False,
        "created_at": listed[0]["created_at"],
    }


@pytest.mark.parametrize("scope", PersonalAPIKey.Scope.values)
@pytest.mark.parametrize("path", ["/api/users/@me/", "/api/projects/"])
def test_key_opens_what_its_user_sees(setup: GatewaySetup, path: str, scope: str) -> None:
    """The same as in a session, but for the scope, which is told."""
    user = make_user(setup)
    _, token = PersonalAPIKey.objects.create_with_token(user=user, label="script", scope=scope)
    told = Client().get(path, headers={"Authorization": f"Bearer {token}"}).json()
    assert told == get(path, user) | ({"key_scope": scope} if "key_scope" in told else {})


@pytest.mark.parametrize("path", ["/api/users/@me/", "/api/projects/"])
def test_unknown_parameter_is_refused_by_name(setup: GatewaySetup, path: str) -> None:
    """400, as everywhere."""
    client = Client()
    client.force_login(make_user(setup))
    answer = client.get(path, {"limit": "1"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["parameter"] == "limit"


@pytest.mark.parametrize("path", ["/api/users/@me/", "/api/projects/"])
def test_gateways_token_opens_neither(setup: GatewaySetup, path: str) -> None:
    """It reports calls and reads nothing."""
    assert Client().get(path, headers=setup.headers).status_code == 401
