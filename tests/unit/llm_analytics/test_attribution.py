"""Whose event it is."""

import pytest

from posthog.errors import InvalidEvent
from posthog.llm_analytics.attribution import Attribution, TeamPolicy

POLICIES = {team_id: TeamPolicy(team_id=team_id, retention_days=team_id * 10) for team_id in (1, 2, 3)}


def test_mapped_credential_finds_the_team_of_the_id() -> None:
    """The gateway's id leads to the team that the mapping names, with its retention."""
    attribution = Attribution(team_id_by_gateway_team_id={"alpha": 1, "beta": 2}, policies=POLICIES)
    assert attribution.find_policy("beta") == TeamPolicy(team_id=2, retention_days=20)


def test_empty_id_takes_calls_without_a_team() -> None:
    """A mapping of '' is where calls without a team go."""
    assert Attribution(team_id_by_gateway_team_id={"": 3}, policies=POLICIES).find_policy(None).team_id == 3


@pytest.mark.parametrize(
    ("gateway_team_id", "code"),
    [pytest.param("gamma", "team_unknown", id="unmapped"), pytest.param(None, "team_missing", id="none")],
)
def test_mapped_credential_rejects_what_it_cannot_place(gateway_team_id: str | None, code: str) -> None:
    """Nobody's event is rejected, never given to somebody."""
    attribution = Attribution(team_id_by_gateway_team_id={"alpha": 1}, policies=POLICIES)
    with pytest.raises(InvalidEvent) as rejected:
        attribution.find_policy(gateway_team_id)
    assert rejected.value.code == code


@pytest.mark.parametrize("gateway_team_id", ["alpha", "never heard of", None])
def test_one_team_credential_writes_to_its_team(gateway_team_id: str | None) -> None:
    """Whatever the gateway calls it, a credential of one team is that team's."""
    attribution = Attribution(only_team_id=1, team_id_by_gateway_team_id={"alpha": 1}, policies=POLICIES)
    assert attribution.find_policy(gateway_team_id).team_id == 1


def test_one_team_credential_may_not_write_for_another_team() -> None:
    """An id that the gateway maps to another team is a token in the wrong hands."""
    attribution = Attribution(only_team_id=1, team_id_by_gateway_team_id={"beta": 2}, policies=POLICIES)
    with pytest.raises(InvalidEvent) as rejected:
        attribution.find_policy("beta")
    assert rejected.value.code == "wrong_team"
