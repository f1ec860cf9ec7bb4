"""Commands around teams, gateways and their credentials: each says what it did, or which option is wrong."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from posthog.errors import CredentialClosed
from posthog.llm_analytics.credentials import authenticate_gateway
from posthog.models import AuditEntry, Gateway, GatewayCredential, GatewayTeam, Organization, Team
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_token_is_all_that_is_printed_to_stdout(setup: GatewaySetup) -> None:
    """So that `TOKEN=$(bin/manage create_gateway_credential …)` works; it is nowhere else."""
    token = run("create_gateway_credential", "--gateway", "main", "--label", "proxy")
    assert re.fullmatch(r"phg_[\w-]{43}", token)
    credential = authenticate_gateway(f"Bearer {token}")
    assert (credential.gateway, credential.team, credential.label) == (setup.gateway, None, "proxy")
    assert token not in repr(GatewayCredential.objects.filter(pk=credential.pk).values().get())


def test_credential_of_one_team_gets_a_gateway_of_its_own(setup: GatewaySetup) -> None:
    """Two credentials of a team share it."""
    tokens = [run("create_gateway_credential", "--team", str(setup.alpha.id), "--label", "ci") for _ in range(2)]
    first, second = (authenticate_gateway(f"Bearer {token}") for token in tokens)
    assert first.team == second.team == setup.alpha
    assert first.gateway == second.gateway != setup.gateway


def test_credential_may_expire(setup: GatewaySetup) -> None:
    """Days from now."""
    token = run("create_gateway_credential", "--gateway", "main", "--label", "trial", "--expires-days", "3")
    expires_at = authenticate_gateway(f"Bearer {token}").expires_at
    assert expires_at is not None
    assert timedelta(days=2, hours=23) < expires_at - timezone.now() <= timedelta(days=3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(("--team", "999"), "--team: there is no team 999", id="team"),
        pytest.param(("--gateway", "none"), "--gateway: there is no gateway 'none'", id="gateway"),
        pytest.param(("--gateway", "main", "--expires-days", "0"), "--expires-days: expected 1 or more", id="days"),
    ],
)
@pytest.mark.usefixtures("setup")
def test_create_names_the_option_that_is_wrong(arguments: tuple[str, ...], sentence: str) -> None:
    """One sentence, nothing created."""
    before = GatewayCredential.objects.count()
    with pytest.raises(CommandError, match=re.escape(sentence)):
        run("create_gateway_credential", *arguments, "--label", "x")
    assert GatewayCredential.objects.count() == before


def test_name_that_two_organizations_use_needs_an_id(setup: GatewaySetup) -> None:
    """The sentence lists the ids; one of them works."""
    make_gateway()
    with pytest.raises(CommandError, match=str(setup.gateway.id)):
        run("create_gateway_credential", "--gateway", "main", "--label", "x")
    token = run("create_gateway_credential", "--gateway", str(setup.gateway.id), "--label", "x")
    assert authenticate_gateway(f"Bearer {token}").gateway == setup.gateway


@pytest.mark.parametrize("by", ["id", "prefix", "token"])
def test_revoked_token_opens_nothing(setup: GatewaySetup, by: str) -> None:
    """By id, by what is shown of the token, or by the token; twice is no error."""
    credential = setup.credential
    name = {"id": str(credential.pk), "prefix": credential.token_prefix, "token": setup.token}[by]
    assert "revoked since" in run("revoke_gateway_credential", name)
    with pytest.raises(CredentialClosed):
        authenticate_gateway(f"Bearer {setup.token}")
    credential.refresh_from_db()
    first_time = credential.revoked_at
    run("revoke_gateway_credential", name)
    credential.refresh_from_db()
    assert credential.revoked_at == first_time


@pytest.mark.parametrize("name", ["999999", "phg_none"])
@pytest.mark.usefixtures("setup")
def test_revoke_names_what_it_cannot_find(name: str) -> None:
    """Nothing is revoked by accident."""
    with pytest.raises(CommandError, match="none has this id or token"):
        run("revoke_gateway_credential", name)


def test_gateways_team_is_mapped_and_mapped_anew(setup: GatewaySetup) -> None:
    """The second mapping replaces the first: one team of the gateway is one of ours; both are on record."""
    said = run("map_gateway_teams", "--gateway", "main", f"team-omega={setup.alpha.id}")
    assert f"team-omega → Alpha (team {setup.alpha.id})" in said.splitlines()
    run("map_gateway_teams", "--gateway", "main", f"team-omega={setup.beta.id}")
    assert GatewayTeam.objects.get(gateway_team_id="team-omega").team == setup.beta
    assert AuditEntry.objects.filter(action="gateway_team_mapped").count() == 2


def test_mapping_makes_a_gateway_that_is_new(setup: GatewaySetup) -> None:
    """In the teams' organization; an empty id takes the calls that belong to no team."""
    said = run("map_gateway_teams", "--gateway", "eu", f"={setup.alpha.id}")
    assert Gateway.objects.get(name="eu").organization == setup.alpha.organization
    assert said.splitlines() == [
        f"(no team) → Alpha (team {setup.alpha.id})",
        f"not mapped: Beta (team {setup.beta.id})",
    ]


def test_mapping_is_shown_without_pairs(setup: GatewaySetup) -> None:
    """What is mapped, and which teams could be."""
    lost = Team.objects.create(organization=setup.gateway.organization, name="Lost")
    said = run("map_gateway_teams", "--gateway", "main").splitlines()
    assert [line.partition(" ")[0] for line in said[:2]] == ["team-alpha", "team-beta"]
    assert said[2] == f"not mapped: Lost (team {lost.id})"


@pytest.mark.parametrize("pair", ["team-omega", "team-omega=", "team-omega=x", "team-omega=999999"])
@pytest.mark.usefixtures("setup")
def test_mapping_names_the_pair_that_is_wrong(pair: str) -> None:
    """Nothing is mapped by halves."""
    before = GatewayTeam.objects.count()
    with pytest.raises(CommandError, match=r"expected THEIRS=ID|there is no team 999999"):
        run("map_gateway_teams", "--gateway", "main", pair)
    assert GatewayTeam.objects.count() == before


def test_gateway_of_one_organization_maps_no_team_of_another(setup: GatewaySetup) -> None:
    """Its calls would be shown to strangers."""
    stranger = make_gateway().alpha
    with pytest.raises(CommandError, match="another organization"):
        run("map_gateway_teams", "--gateway", "main", f"team-omega={setup.alpha.id}", f"theirs={stranger.id}")
    assert not GatewayTeam.objects.filter(gateway_team_id="team-omega").exists()


def test_team_is_created_in_the_only_organization() -> None:
    """Its id is printed, for the commands that need it."""
    organization = Organization.objects.create(name="Acme")
    team = Team.objects.get(id=int(run("create_team", "Search", "--retention-days", "365")))
    assert (team.organization, team.name, team.retention_days) == (organization, "Search", 365)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param((), "2 fit", id="several-organizations"),
        pytest.param(("--organization", "Nobody"), "there is none named 'Nobody'", id="no-such-organization"),
        pytest.param(("--organization", "Acme", "--retention-days", "0"), "--retention-days: expected 1", id="days"),
    ],
)
def test_create_team_names_the_option_that_is_wrong(arguments: tuple[str, ...], sentence: str) -> None:
    """One sentence, nothing created."""
    for name in ("Acme", "Other"):
        Organization.objects.create(name=name)
    with pytest.raises(CommandError, match=re.escape(sentence)):
        run("create_team", "Search", *arguments)
    assert not Team.objects.exists()


def test_last_use_is_noted_once_a_minute(setup: GatewaySetup) -> None:
    """Every request would otherwise write the same row."""
    header = f"Bearer {setup.token}"
    first = authenticate_gateway(header)
    first.refresh_from_db()
    noted_at = first.last_used_at
    assert noted_at is not None
    authenticate_gateway(header)
    first.refresh_from_db()
    assert first.last_used_at == noted_at
    GatewayCredential.objects.update(last_used_at=noted_at - timedelta(minutes=2))
    authenticate_gateway(header)
    first.refresh_from_db()
    assert first.last_used_at is not None
    assert first.last_used_at >= noted_at


@pytest.mark.usefixtures("private_cache")
def test_new_instance_takes_calls_after_four_commands() -> None:
    """What the README tells a new user to type, in its order."""
    run("setup_instance")
    team_id = run("create_team", "Search")
    run("map_gateway_teams", "--gateway", "production", f"tid-search={team_id}")
    token = run("create_gateway_credential", "--gateway", "production", "--label", "proxy")
    answer = Client().post(
        *("/api/llm_gateway/webhook", b'[{"id": "1"}]'),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 202
