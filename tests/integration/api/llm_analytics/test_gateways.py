"""Who reports a team's calls, and since when: what a UI waits for after a credential was made."""

from datetime import UTC, datetime

import pytest

from posthog.models import Gateway, GatewayTeam
from tests.integration.api.llm_analytics.world import World, call_at, store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]


def find_ends(world: World, name: str = "main") -> tuple[str | None, str | None]:
    (gateway,) = [each for each in world.get("gateways/")["gateways"] if each["name"] == name]
    return gateway["first_event_at"], gateway["last_event_at"]


def test_gateway_that_never_reported_has_no_event(world: World) -> None:
    """Until the first call is stored."""
    assert find_ends(world) == (None, None)


def test_first_and_last_call_are_told(world: World) -> None:
    """To the microsecond, in whatever order they came, and stored twice as once."""
    world.send(call_at("2026-11-01T10:20:00.25", 1), call_at("2026-11-01T10:10:00", 2))
    assert find_ends(world) == ("2026-11-01T10:10:00Z", "2026-11-01T10:20:00.250000Z")
    world.send(call_at("2026-10-01T23:59:59", 3), call_at("2026-11-20T00:00:00", 4), call_at("2026-11-01T10:10:00", 2))
    assert find_ends(world) == ("2026-10-01T23:59:59Z", "2026-11-20T00:00:00Z")


def test_calls_of_other_teams_and_gateways_have_no_say(world: World) -> None:
    """Beta's calls through the same gateway, another organization's through one of that name."""
    spare = Gateway.objects.create(organization=world.team.organization, name="spare")
    GatewayTeam.objects.create(gateway=spare, gateway_team_id="team-alpha", team=world.team)
    world.send(call_at("2026-10-01T10:00:00", 1, team="team-beta"), call_at("2026-11-01T10:00:00", 2))
    store(world.theirs, [call_at("2026-09-01T10:00:00", 3)])
    assert find_ends(world) == ("2026-11-01T10:00:00Z",) * 2
    assert find_ends(world, "spare") == (None, None)


def test_credential_says_when_it_was_last_used(world: World) -> None:
    """null until a gateway has shown it: what a UI waits for first."""
    credential = world.post("credentials/", {"label": "new"}, status=201)
    assert credential["last_used_at"] is None
    before = datetime.now(UTC).replace(microsecond=0)
    answer = world.member.post(
        "/api/llm_gateway/webhook",
        b"[]",
        content_type="application/json",
        headers={"Authorization": f"Bearer {credential['token']}"},
    )
    assert answer.status_code == 202
    told = world.owner.get(world.url(f"credentials/{credential['id']}/")).json()
    assert datetime.fromisoformat(told["last_used_at"]) >= before
