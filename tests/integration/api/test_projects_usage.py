"""`/api/projects/usage/`: each of the visitor's teams, whose sums are those that each team's own address tells."""

from typing import Any

import pytest

from tests.integration.api.llm_analytics.conftest import world
from tests.integration.api.llm_analytics.sent_sums import sum_sent, tell_told
from tests.integration.api.llm_analytics.world import World, call_at, store, usage

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-02", "end": "2026-11-03", "timezone": "UTC"}


def send_calls(world: World) -> dict[str, list[dict[str, Any]]]:
    """Three calls of Alpha, one of Beta, one of another organization's team."""
    alpha = [
        call_at("2026-11-02T10:00:00", n, metadata={"usage_object": usage(10 + n, 1)}, response_cost=0.25)
        for n in range(3)
    ]
    beta = [call_at("2026-11-02T10:00:00", 9, team="team-beta", response_cost=2.5)]
    world.send(*alpha, *beta)
    store(world.theirs, [call_at("2026-11-02T10:00:00", 5, response_cost=99)])
    return {"Alpha": alpha, "Beta": beta}


def get(world: World, status: int = 200, **query: Any) -> Any:
    answer = world.member.get("/api/projects/usage/", {**RANGE, **query})
    assert answer.status_code == status, answer.content
    return answer.json()


def test_each_team_is_a_line_with_its_own_sums(world: World) -> None:
    """The dearest first; nothing of other organizations is in it, nor in the total."""
    sent = send_calls(world)
    answer = get(world)
    assert [line["team"] for line in answer["lines"]] == ["Beta", "Alpha"]
    assert {line["team_id"] for line in answer["lines"]} == {world.ours.alpha.id, world.ours.beta.id}
    for line in answer["lines"]:
        assert tell_told(line["figures"]) == sum_sent(sent[line["team"]])
    assert tell_told(answer["total"]) == sum_sent([*sent["Alpha"], *sent["Beta"]])
    assert answer["completeness"] == {"complete": True, "reasons": []}


def test_lines_are_sorted_by_any_figure(world: World) -> None:
    """And those beyond the limit are one."""
    send_calls(world)
    first, others = get(world, order_by="calls", limit=1)["lines"]
    assert (first["team"], first["figures"]["calls"]) == ("Alpha", 3)
    assert (others["is_others"], others["team"], others["figures"]["calls"]) == (True, None, 1)


def test_lines_tell_the_figures_asked_for(world: World) -> None:
    """And no other, not even the one that they are sorted by."""
    send_calls(world)
    answer = get(world, figure=["calls"])
    assert [(line["team"], line["figures"]) for line in answer["lines"]] == [
        ("Beta", {"calls": 1, "lower_bounds": []}),
        ("Alpha", {"calls": 3, "lower_bounds": []}),
    ]
    assert answer["total"] == {"calls": 4, "lower_bounds": []}


def test_filters_narrow_every_line(world: World) -> None:
    """A team without such a call has no line."""
    send_calls(world)
    world.send(call_at("2026-11-02T11:00:00", 7, end_user="ada"))
    (line,) = get(world, end_user="ada")["lines"]
    assert (line["team"], line["figures"]["calls"]) == ("Alpha", 1)


def test_stranger_of_another_organization_sees_their_own(world: World) -> None:
    """As the answer's total says."""
    send_calls(world)
    answer = world.stranger.get("/api/projects/usage/", RANGE).json()
    assert (len(answer["lines"]), answer["total"]["total_cost_usd"]) == (1, "99")


@pytest.mark.parametrize(("query", "named"), [({"flag": "total_mismatch"}, "flag"), ({"limit": "0"}, "limit")])
def test_what_it_does_not_take_is_refused_by_name(world: World, query: dict[str, str], named: str) -> None:
    """400, as everywhere; so is a range without a zone."""
    assert get(world, 400, **query)["errors"][0]["parameter"] == named
    answer = world.member.get("/api/projects/usage/", {"start": RANGE["start"], "end": RANGE["end"]})
    assert answer.json()["errors"][0]["parameter"] == "timezone"
