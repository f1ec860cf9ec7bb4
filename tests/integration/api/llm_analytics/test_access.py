"""Who is let in: sessions with their CSRF token, personal API keys with their scope; everybody else is told why not."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from posthog.models import AuditEntry, GatewayCredential, OrganizationMembership, PersonalAPIKey, User
from posthog.models.token_hash import hash_token
from tests.integration.api.llm_analytics.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

Scope = PersonalAPIKey.Scope
Level = OrganizationMembership.Level


def make_key(world: World, scope: str = Scope.READ, level: str = Level.OWNER) -> tuple[PersonalAPIKey, str]:
    """A key of a new member of our organization."""
    user = User.objects.create_user(f"{scope}-{level}@example.com")
    OrganizationMembership.objects.create(user=user, organization=world.ours.gateway.organization, level=level)
    return PersonalAPIKey.objects.create_with_token(user=user, label="script", scope=scope)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_key_reads_what_its_user_may(world: World) -> None:
    """Their teams, and no other; its use is noted."""
    key, token = make_key(world)
    answer = Client().get(world.url("gateways/"), headers=bearer(token))
    other = Client().get(world.url("gateways/", team=world.theirs.alpha), headers=bearer(token))
    assert (answer.status_code, other.status_code) == (200, 404)
    key.refresh_from_db()
    assert key.last_used_at is not None


@pytest.mark.parametrize(
    ("scope", "level", "status", "code"),
    [
        pytest.param(Scope.ADMIN, Level.OWNER, 200, None, id="owner-admin"),
        pytest.param(Scope.ADMIN, Level.ADMIN, 200, None, id="administrator-admin"),
        pytest.param(Scope.READ, Level.OWNER, 403, "scope_insufficient", id="owner-read"),
        pytest.param(Scope.ADMIN, Level.MEMBER, 403, "administrator_needed", id="member-admin"),
    ],
)
def test_administrative_acts_need_the_scope_and_the_level(
    world: World, scope: str, level: str, status: int, code: str | None
) -> None:
    """A key can do no more than its scope, nor than its user."""
    _, token = make_key(world, scope, level)
    answer = Client().get(world.url("credentials/"), headers=bearer(token))
    assert (answer.status_code, answer.json().get("code")) == (status, code)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param("", "not_authenticated", id="none"),
        pytest.param("Basic YTpi", "authorization_malformed", id="basic"),
        pytest.param("Bearer phg_other", "authorization_malformed", id="gateways-token"),
        pytest.param("Bearer phx_nobodys", "api_key_unknown", id="unknown"),
        pytest.param("Bearer phx_" + "x" * 500, "authorization_malformed", id="endless"),
    ],
)
def test_whoever_proves_nothing_is_told_so(world: World, header: str, code: str) -> None:
    """401, with the scheme that is asked for."""
    answer = Client().get(world.url("overview/"), headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"revoked_at": timezone.now()}, "api_key_revoked", id="revoked"),
        pytest.param({"expires_at": timezone.now() - timedelta(seconds=1)}, "api_key_expired", id="expired"),
    ],
)
def test_closed_key_opens_nothing(world: World, change: dict[str, object], code: str) -> None:
    """At once."""
    key, token = make_key(world)
    PersonalAPIKey.objects.filter(pk=key.pk).update(**change)
    answer = Client().get(world.url("gateways/"), headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_key_of_a_user_who_left_opens_nothing(world: World) -> None:
    """Inactive users have no keys, former members no teams."""
    key, token = make_key(world)
    OrganizationMembership.objects.filter(user=key.user).delete()
    assert Client().get(world.url("gateways/"), headers=bearer(token)).status_code == 404
    User.objects.filter(pk=key.user.pk).update(is_active=False)
    assert Client().get(world.url("gateways/"), headers=bearer(token)).status_code == 401


def test_session_acts_with_its_csrf_token_alone(world: World) -> None:
    """Another site's form changes nothing; a key needs no such token."""
    client = Client(enforce_csrf_checks=True)
    key, token = make_key(world, Scope.ADMIN)
    client.force_login(key.user)
    body = b'{"label": "forged"}'
    refused = client.post(world.url("credentials/"), body, content_type="application/json")
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
    assert not GatewayCredential.objects.filter(label="forged").exists()
    taken = Client(enforce_csrf_checks=True).post(
        world.url("credentials/"), body, content_type="application/json", headers=bearer(token)
    )
    assert taken.status_code == 201


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().removesuffix("\n")


@pytest.mark.django_db
def test_commands_make_list_and_revoke_keys() -> None:
    """The token appears once and is stored as a hash; each act leaves an entry without it."""
    User.objects.create_user("ada@example.com")
    token = run("create_personal_api_key", "--email", "Ada@example.com", "--label", "bi", "--scope", "admin")
    key = PersonalAPIKey.objects.get(token_hash=hash_token(token))
    assert (key.label, key.scope, key.expires_at) == ("bi", "admin", None)
    listed = run("list_personal_api_keys", "--email", "ada@example.com").splitlines()[1].split("\t")
    assert listed == [str(key.pk), f"{token[:8]}…", "ada@example.com", "bi", "admin", "never", "never", ""]
    assert "revoked since" in run("revoke_personal_api_key", str(key.pk))
    run("revoke_personal_api_key", str(key.pk))
    entries = AuditEntry.objects.order_by("id")
    assert [entry.action for entry in entries] == ["personal_api_key_created", "personal_api_key_revoked"]
    assert token not in str([entry.details for entry in entries])


@pytest.mark.parametrize(
    ("command", "arguments", "fault"),
    [
        ("create_personal_api_key", ["--email", "x@y.z", "--label", "l"], "--email: there is no user 'x@y.z'"),
        (
            "create_personal_api_key",
            ["--email", "x", "--label", "l", "--expires-days", "0"],
            "--expires-days: expected",
        ),
        ("revoke_personal_api_key", ["7"], "ID: there is no personal API key 7"),
    ],
)
@pytest.mark.django_db
def test_commands_name_what_is_wrong(command: str, arguments: list[str], fault: str) -> None:
    """By the argument's name."""
    with pytest.raises(CommandError, match=fault):
        run(command, *arguments)
