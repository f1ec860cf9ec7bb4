"""The breakdowns in a real browser, on the demo's stack: exact figures by team, provider and model; a way back."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest

from posthog.api.formatting import format_count
from tests.e2e.demo_run import DemoRun
from tests.e2e.gateway_expectations import EXPECTED_ROWS, EXPECTED_TEAM_SUMS, ExpectedRow
from tests.e2e.ui.looking import find_team_id, look_at, require_clean, require_screenshots, title_count, title_usd

GATEWAY_TEAM, TEAM = "team-beta", "Team Beta"
PROVIDER = "anthropic"
"""Several of the team's models are its."""
TOKENS = ("input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "reasoning_tokens")


@pytest.fixture(scope="module")
def look(demo_run: DemoRun) -> dict[str, Any]:
    """What the browser saw of the last 24 hours (see frontend/e2e/breakdowns.mjs)."""
    return look_at(
        demo_run.stack, "breakdowns", team_id=find_team_id(demo_run.stack, GATEWAY_TEAM), team=TEAM, provider=PROVIDER
    )


def sum_by(key: Callable[[ExpectedRow], str], rows: Iterable[ExpectedRow]) -> dict[str, dict[str, str]]:
    """Value → figure → what hovering shows, summed from the hand-made table; what no call reports is unknown."""
    groups: dict[str, list[ExpectedRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: tell_sums(own) for name, own in groups.items()}


def tell_sums(rows: list[ExpectedRow]) -> dict[str, str]:
    costs = [row.total_cost_usd for row in rows if row.total_cost_usd is not None]
    cost_usd = sum(costs, Decimal(0)) if costs else None
    told = {"calls": format_count(len(rows), "calls").title, "total_cost_usd": title_usd(cost_usd)}
    for name in TOKENS:
        known = [count for row in rows if (count := row.tokens[name]) is not None]
        told[name] = title_count(sum(known) if known else None)
    return told


def pick_told(table: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Of a table as it was seen, the figures that `tell_sums` tells."""
    return {
        name: {figure: told[figure] for figure in ("calls", "total_cost_usd", *TOKENS)} for name, told in table["lines"]
    }


def name_team(gateway_team: str) -> str:
    """Ours, as the demo makes it of the gateway's."""
    return f"Team {gateway_team.removeprefix('team-').capitalize()}"


def read_number(title: str) -> Decimal:
    """The number in what hovering shows; 0 where nobody reported one."""
    found = re.search(r"\d[\d,]*(\.\d+)?", title)
    return Decimal(found.group().replace(",", "")) if found else Decimal(0)


OF_TEAM = [row for row in EXPECTED_ROWS if row.team == GATEWAY_TEAM]


def test_teams_show_the_exact_figures_made_by_hand(look: dict[str, Any]) -> None:
    """Every team of the demo is a line, beside those that other tests made."""
    lines = dict(look["teams"]["lines"])
    for gateway_team, expected in EXPECTED_TEAM_SUMS.items():
        line = lines[name_team(gateway_team)]
        assert line["total_cost_usd"] == title_usd(expected.total_cost_usd)
        assert line["calls"] == f"{sum(expected.events.values())} calls"
        assert line["total_tokens"] == title_count(expected.tokens["total_tokens"])
        assert line["cache_read_input_tokens"] == title_count(expected.tokens["cache_read_input_tokens"])


@pytest.mark.parametrize("figure", ["calls", "total_cost_usd", "total_tokens", "cache_read_input_tokens"])
def test_all_teams_together_are_the_sum_of_the_lines(look: dict[str, Any], figure: str) -> None:
    """To the last digit."""
    told = [read_number(line[figure]) for _, line in look["teams"]["lines"]]
    assert sum(told) > 0
    assert read_number(look["teams"]["total"][figure]) == sum(told)


def test_heading_sorts_by_its_figure_and_the_address_says_so(look: dict[str, Any]) -> None:
    """The largest first; of the demo's teams, as other tests may have made more."""
    reasoning = {name_team(name): sums.tokens["reasoning_tokens"] or 0 for name, sums in EXPECTED_TEAM_SUMS.items()}
    names = [name for name in look["sorted"]["names"] if name in reasoning]
    assert look["sorted"]["by"] == "reasoning_tokens"
    assert names == sorted(reasoning, key=lambda name: -reasoning[name])


def test_providers_show_the_exact_figures_made_by_hand(look: dict[str, Any]) -> None:
    """Of the team that was pressed, and of it alone."""
    assert pick_told(look["providers"]) == sum_by(lambda row: row.provider, OF_TEAM)
    assert look["products"]["total"] == look["providers"]["total"]


def test_value_drills_to_the_next_property(look: dict[str, Any]) -> None:
    """Its models alone, as the hand-made table and the API have them; the address has the filter."""
    own = [row for row in OF_TEAM if row.provider == PROVIDER]
    assert pick_told(look["models"]) == sum_by(lambda row: row.model, own)
    assert look["models"]["providers"] == [PROVIDER]
    by_api = {line["key"]: title_count(line["figures"]["input_tokens"]) for line in look["models"]["api"]["lines"]}
    assert {name: told["input_tokens"] for name, told in look["models"]["lines"]} == by_api


def test_back_and_crumbs_return(look: dict[str, Any]) -> None:
    """The browser's own button, and the step before in the breadcrumbs."""
    assert look["crumbs"] == ["All teams", TEAM, f"Provider: {PROVIDER}"]
    assert look["back"] == look["by_crumb"] == look["providers"]


def test_nothing_is_refused_and_the_screen_is_accessible(look: dict[str, Any]) -> None:
    """In both themes, wide and narrow."""
    require_clean(look)
    require_screenshots("breakdowns")
    require_screenshots("breakdowns-teams")
