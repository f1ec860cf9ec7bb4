"""No team's data leaves through another team's address: not to strangers, not to colleagues of the other team."""

import json
from typing import Any

import pytest

from posthog.llm_analytics.queries.usage import BREAKDOWNS
from posthog.models import AuditEntry, GatewayCredential, GatewayInboxBody
from tests.integration.api.llm_analytics.doors import TEAM_DOORS, THING_DOORS, ApiDoor, fill_path, knock
from tests.integration.api.llm_analytics.world import World, call_at, store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

MARK = "nobody-elses"
RANGE = {"start": "2026-11-01", "end": "2026-11-03", "timezone": "UTC"}


def send_marked(world: World) -> None:
    """A call of Alpha, of Beta beside it and of another organization; all but Alpha's say so in every name."""
    names: dict[str, Any] = {
        "model": MARK,
        "trace_id": MARK,
        "end_user": MARK,
        "session_id": MARK,
        "status": "failure",
        "error_information": {"error_class": MARK, "error_code": "429", "error_message": MARK},
    }
    key = {"user_api_key_alias": MARK}
    world.send(call_at("2026-11-01T10:00:00", 1, trace_id="ours", end_user="ada"))
    world.send(call_at("2026-11-01T10:00:00", 2, team="team-beta", metadata=key, **names))
    store(world.theirs, [call_at("2026-11-01T10:00:00", 3, metadata=key, **names)])


@pytest.mark.parametrize("door", THING_DOORS, ids=lambda door: f"{door.method} {door.name}")
def test_things_of_another_team_are_not_found(world: World, door: ApiDoor) -> None:
    """Neither below a colleague's team of the same organization, nor below a stranger's own team."""
    world.send(call_at("2026-11-01T10:00:00", 1, trace_id="ours"))
    before = (GatewayCredential.objects.filter(revoked_at=None).count(), GatewayInboxBody.objects.count())
    as_colleague = knock(world.owner, door, fill_path(door.path, world.ours, team_id=world.ours.beta.id))
    as_stranger = knock(world.stranger, door, fill_path(door.path, world.ours, team_id=world.theirs.alpha.id))
    assert (as_colleague.status_code, as_stranger.status_code) == (404, 404)
    made = GatewayCredential.objects.filter(team=world.team).count()
    assert (
        GatewayCredential.objects.filter(revoked_at=None).count() - made,
        GatewayInboxBody.objects.count(),
    ) == before
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("door", [d for d in TEAM_DOORS if d.method == "GET"], ids=lambda door: door.name)
def test_answers_hold_nothing_of_other_teams(world: World, door: ApiDoor) -> None:
    """Whatever is asked about Alpha, no name of the others' calls is in it; Alpha's own is where it should be."""
    send_marked(world)
    answer = world.owner.get(fill_path(door.path, world.ours))
    assert answer.status_code == 200
    assert MARK not in answer.getvalue().decode()


@pytest.mark.parametrize("dimension", BREAKDOWNS)
def test_breakdowns_hold_nothing_of_other_teams(world: World, dimension: str) -> None:
    """From rollups and from rows, whatever the property."""
    send_marked(world)
    answer = world.get("top/", RANGE, dimension=dimension)
    assert (MARK in json.dumps(answer), answer["total"]["calls"]) == (False, 1)


@pytest.mark.parametrize("search", [MARK, f"{MARK[:4]}*"], ids=["in-full", "beginning"])
def test_search_finds_nothing_of_other_teams(world: World, search: str) -> None:
    """An id of another team is no id here."""
    send_marked(world)
    assert world.get("generations/", RANGE, search=search)["generations"] == []


def test_cursor_of_another_team_is_refused(world: World) -> None:
    """A cursor belongs to its question, and so to its team."""
    calls = [call_at("2026-11-01T10:00:00", n, team=team) for n in range(2) for team in ("team-alpha", "team-beta")]
    world.send(*calls)
    page = world.member.get(world.url("generations/", RANGE, team=world.ours.beta, limit=1)).json()
    refused = world.get("generations/", RANGE, limit=1, cursor=page["next_cursor"], status=400)
    assert refused["errors"][0]["parameter"] == "cursor"
