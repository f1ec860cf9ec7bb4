"""The Overview in a real browser, on the demo's stack: the exact figures of the API, in both themes and widths."""

from typing import Any

import pytest

from posthog.api.figure_definitions import DEFINITIONS
from posthog.api.formatting import format_count, format_usd
from tests.e2e.demo_run import DemoRun
from tests.e2e.gateway_expectations import EXPECTED_ROWS, EXPECTED_TEAM_SUMS
from tests.e2e.ui.looking import find_team_id, look_at, require_clean, require_screenshots

GATEWAY_TEAM = "team-beta"
"""It has cached calls, written and read, and one that failed."""


@pytest.fixture(scope="module")
def look(demo_run: DemoRun) -> dict[str, Any]:
    """What the browser saw of the team's last 24 hours (see frontend/e2e/overview.mjs)."""
    return look_at(demo_run.stack, "overview", team_id=find_team_id(demo_run.stack, GATEWAY_TEAM))


def test_cards_show_the_exact_figures_made_by_hand(look: dict[str, Any]) -> None:
    """What hovering shows is every digit of the hand-made table."""
    expected = EXPECTED_TEAM_SUMS[GATEWAY_TEAM]
    calls = sum(expected.events.values())
    figures = look["figures"]
    assert figures["total_cost_usd"] == format_usd(expected.total_cost_usd).title
    assert figures["total_tokens"] == format_count(expected.tokens["total_tokens"]).title
    assert figures["calls"] == f"{calls} calls"
    assert figures["error_rate"] == f"{100 * expected.errors / calls:g}%"
    hit_rate = 100 * expected.tokens["cache_read_input_tokens"] / expected.tokens["input_tokens"]
    assert float(figures["cache_hit_rate"].removesuffix("%")) == pytest.approx(hit_rate)


def test_lines_show_the_exact_cost_of_each_model(look: dict[str, Any]) -> None:
    """Summed by hand over the sample calls; a model without any known cost is unknown, not free."""
    costs: dict[str | None, list[Any]] = {}
    for row in EXPECTED_ROWS:
        if row.team == GATEWAY_TEAM:
            costs.setdefault(row.model, []).append(row.total_cost_usd)
    known = {model: [cost for cost in each if cost is not None] for model, each in costs.items()}
    assert look["rows"] == {model: format_usd(sum(each) if each else None).title for model, each in known.items()}


def test_a_line_drills_and_back_returns(look: dict[str, Any]) -> None:
    """The filter is in the address, holds for the table, and the browser's own button takes it away."""
    drilled = look["drilled"]
    assert drilled["models"] == [drilled["name"]]
    assert drilled["rows"] == {drilled["name"]: look["rows"][drilled["name"]]}
    assert look["is_back"]


def test_teams_are_a_grouping_and_a_filter_is_picked_from_their_calls(look: dict[str, Any]) -> None:
    """Each team's cost as summed by hand; the picker offers what calls of the range have."""
    expected = {
        f"Team {team.removeprefix('team-').capitalize()}": format_usd(sums.total_cost_usd).title
        for team, sums in EXPECTED_TEAM_SUMS.items()
    }
    costs = look["teams"]["costs"]  # other tests may have made teams of their own
    assert {name: costs.get(name) for name in expected} == expected
    (picked,) = look["teams"]["picked"]
    assert picked in {row.provider for row in EXPECTED_ROWS if row.team == GATEWAY_TEAM}


def test_definition_is_the_servers_own(look: dict[str, Any]) -> None:
    """The same words as the usage table's."""
    assert DEFINITIONS["total_cost_usd"]["definition"] in look["definition"]


def test_nothing_is_refused_and_the_screen_is_accessible(look: dict[str, Any]) -> None:
    """In both themes, wide and narrow."""
    require_clean(look)
    require_screenshots("overview")
