"""The hand-made table of the end-to-end test is complete and adds up."""

from collections import Counter

import pytest

from demo.sample_calls import ESTIMATED_CALLS, SAMPLE_CALLS
from tests.e2e.gateway_expectations import (
    ESTIMATED_ROWS,
    EXPECTED_REJECTS,
    EXPECTED_ROWS,
    EXPECTED_TEAM_SUMS,
)


def test_every_call_has_its_expectation() -> None:
    """Each sample call ends in a row or in a reject, of its own team."""
    expected = {row.name: row.team for row in EXPECTED_ROWS}
    expected_rejects = {reject.name: reject.gateway_team for reject in EXPECTED_REJECTS}
    assert expected | expected_rejects == {call.name: call.team for call in SAMPLE_CALLS}
    assert [row.name for row in ESTIMATED_ROWS] == [call.name for call in ESTIMATED_CALLS]


@pytest.mark.parametrize("team", EXPECTED_TEAM_SUMS)
def test_team_sums_are_the_sums_of_their_rows(team: str) -> None:
    """The literal sums equal what their rows add up to, column by column."""
    rows = [row for row in EXPECTED_ROWS if row.team == team]
    expected = EXPECTED_TEAM_SUMS[team]
    assert Counter(row.event for row in rows) == expected.events
    assert sum(row.is_error for row in rows) == expected.errors
    columns = {name for row in rows for name, count in row.tokens.items() if count is not None}
    assert {name: sum(row.tokens[name] or 0 for row in rows) for name in columns} == expected.tokens
    assert sum(row.total_cost_usd or 0 for row in rows) == expected.total_cost_usd


def test_no_two_teams_agree_in_a_sum() -> None:
    """Events booked to a wrong team show in every column."""
    sums = [count for team in EXPECTED_TEAM_SUMS.values() for count in team.tokens.values() if count]
    assert len(sums) == len(set(sums))
