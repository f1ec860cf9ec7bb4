"""`setup_instance` and `setup_demo`: safe to run at every start."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from posthog.llm_analytics.credentials import authenticate_gateway
from posthog.models import (
    AuditEntry,
    GatewayCredential,
    GatewayTeam,
    Organization,
    OrganizationMembership,
    Team,
    User,
)

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_new_instance_prints_a_link_that_signs_its_owner_in() -> None:
    """The first user has no password yet: the link is the way in."""
    said = run("setup_instance", "--email", "Owner@Example.com", "--organization", "Acme", "--team", "Search")
    path = "/" + said.rpartition(": ")[2].split("/", 3)[3]
    client = Client()
    assert client.post(path).status_code == 302
    owner = User.objects.get(email="owner@example.com")
    assert client.session["_auth_user_id"] == str(owner.pk)
    assert owner.memberships.get().level == OrganizationMembership.Level.OWNER
    assert Team.objects.get().organization == Organization.objects.get(name="Acme")


def test_second_start_makes_nothing_new() -> None:
    """Only another link, while the owner has no password."""
    first, second = run("setup_instance"), run("setup_instance")
    assert first != second
    assert [model.objects.count() for model in (User, Organization, Team)] == [1, 1, 1]


def test_owner_with_a_password_gets_no_link() -> None:
    """A link in a start-up log would be a way past it."""
    run("setup_instance")
    owner = User.objects.get()
    owner.set_password("a long enough password")
    owner.save()
    assert run("setup_instance").endswith("/login")


def test_demo_can_be_set_up_again_and_again() -> None:
    """The teams stay, the credential's token is a new one, the old one is dead."""
    first, second = (json.loads(run("setup_demo", "--json")) for _ in range(2))
    assert first["teams"] == second["teams"]
    assert first["webhook_token"] != second["webhook_token"]
    assert GatewayCredential.objects.count() == 1
    credential = authenticate_gateway(f"Bearer {second['webhook_token']}")
    mapped = GatewayTeam.objects.filter(gateway=credential.gateway).values_list("gateway_team_id", "team_id")
    assert dict(mapped) == second["teams"]


def test_demo_is_shown_to_the_administrator() -> None:
    """Whoever set the instance up sees the demo's teams on the first page."""
    run("setup_instance")
    run("setup_demo")
    owner = User.objects.get()
    assert set(owner.memberships.values_list("organization__name", flat=True)) == {"Default organization", "Demo"}


def test_demo_prints_lines_for_people() -> None:
    """Without --json."""
    said = run("setup_demo").splitlines()
    assert said[0].startswith("team-alpha → team ")
    assert said[-1].startswith("token: phg_")


def test_invited_person_comes_in_as_a_member() -> None:
    """The link signs them in; a second invitation changes the level and makes nobody twice."""
    run("setup_instance")
    url = run("invite_user", "--email", "Ada@Example.com")
    client = Client()
    assert client.post("/" + url.split("/", 3)[3]).status_code == 302
    member = OrganizationMembership.objects.get(user__email="ada@example.com")
    assert (client.session["_auth_user_id"], member.level) == (str(member.user_id), "member")
    run("invite_user", "--email", "ada@example.com", "--level", "owner")
    member.refresh_from_db()
    assert (member.level, AuditEntry.objects.filter(action="member_added").count()) == ("owner", 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(("--email", "ada"), "--email: expected an e-mail address", id="address"),
        pytest.param(("--email", "a@b.example", "--organization", "None"), "none named 'None'", id="organization"),
    ],
)
def test_invitation_names_the_option_that_is_wrong(arguments: tuple[str, ...], sentence: str) -> None:
    """Nobody is created."""
    run("setup_instance")
    with pytest.raises(CommandError, match=sentence):
        run("invite_user", *arguments)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(("--email", "nobody@example.com"), "no active user has the address", id="nobody"),
        pytest.param(("--email", "admin@localhost", "--valid-minutes", "0"), "expected 1 or more", id="minutes"),
    ],
)
def test_sign_in_link_names_the_option_that_is_wrong(arguments: tuple[str, ...], sentence: str) -> None:
    """No link is made."""
    run("setup_instance")
    with pytest.raises(CommandError, match=sentence):
        run("sign_in_link", *arguments)
