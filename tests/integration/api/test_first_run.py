"""The page that makes the first user of an instance: open while there is none, and closed for good afterwards."""

from typing import Any

import pytest
from django.test import Client

from posthog.models import AuditEntry, Organization, OrganizationMembership, Team, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache")]

NEW = {"email": "Ada@Example.com", "password": "a long enough one", "organization": "Acme", "team": "Search"}


def send(client: Client, **fields: str) -> Any:
    return client.post("/setup", {**NEW, **fields})


def test_sign_in_page_leads_to_it_while_there_is_no_user() -> None:
    """And no longer."""
    assert 'href="/setup"' in Client().get("/login").content.decode()
    User.objects.create_user("bob@example.com")
    assert 'href="/setup"' not in Client().get("/login").content.decode()


def test_first_user_owns_what_is_made_with_them() -> None:
    """They are signed in, can sign in again with their password, and are led to connecting a gateway."""
    client = Client()
    answer = send(client)
    user, team = User.objects.get(), Team.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/project/{team.id}/settings/gateways")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.email, user.check_password(NEW["password"]), user.is_superuser) == ("ada@example.com", True, True)
    assert (team.name, team.organization.name) == ("Search", "Acme")
    assert user.memberships.get().level == OrganizationMembership.Level.OWNER
    assert AuditEntry.objects.get().action == "first_user_created"


def test_organization_that_is_there_gets_its_owner() -> None:
    """It was made by command: neither it nor its teams are made again, or asked for."""
    organization = Organization.objects.create(name="Ours")
    assert 'name="organization"' not in Client().get("/setup").content.decode()
    answer = Client().post("/setup", {name: NEW[name] for name in ("email", "password")})
    assert answer["Location"] == "/project"
    assert User.objects.get().memberships.get().organization == organization
    assert not Team.objects.exists()


def test_second_visitor_is_not_first() -> None:
    """Nothing is made; they may sign in."""
    send(Client())
    for answer in (Client().get("/setup"), send(Client(), email="eve@example.com")):
        assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        pytest.param("email", "ada", "valid email address", id="no-address"),
        pytest.param("password", "short", "too short", id="short"),
        pytest.param("password", "password123", "too common", id="common"),
        pytest.param("password", "Ada@Example.com", "too similar", id="similar"),
        pytest.param("team", "", "required", id="no-team"),
    ],
)
def test_fault_stands_at_its_field(field: str, value: str, fault: str) -> None:
    """The field says so to screen readers and has the focus; nothing is made, and the password is not shown again."""
    page = send(Client(), **{field: value}).content.decode()
    start = page.index(f'name="{field}"')
    tag = page[start : page.index(">", start)]
    assert all(part in tag for part in ('aria-invalid="true"', "autofocus", f"id_{field}_error"))
    said = page.index(f'id="id_{field}_error"')
    assert fault in page[said : page.index("</p>", said)]
    assert NEW["password"] not in page
    assert not User.objects.exists()


def test_form_needs_its_token() -> None:
    """Another site cannot make an owner of its own."""
    assert Client(enforce_csrf_checks=True).post("/setup", NEW).status_code == 403
    assert not User.objects.exists()
