"""The Overview in a real browser, on the demo's stack: the exact figures of the API, in both themes and widths."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from posthog.api.figure_definitions import DEFINITIONS
from posthog.api.formatting import format_count, format_usd
from stack.frontend import find_node
from stack.layout import Layout
from tests.e2e.demo_run import DemoRun
from tests.e2e.gateway_expectations import EXPECTED_ROWS, EXPECTED_TEAM_SUMS

ROOT = Path(__file__).resolve().parents[3]
BROWSER_TIMEOUT_S = 90.0
"""Only so that a browser that hangs ends."""


GATEWAY_TEAM = "team-beta"
"""It has cached calls, written and read, and one that failed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the browser saw of the team's Overview (see frontend/e2e/overview.mjs), and where the pictures are."""

    seen: dict[str, Any]
    screenshots: Path


@pytest.fixture(scope="module")
def look(demo_run: DemoRun) -> Look:
    """Sign in by a one-time link and look at the team's last 24 hours."""
    stack = demo_run.stack
    node = find_node(Layout(ROOT, ROOT / ".local"))
    assert node is not None, "bin/test installs Node.js"
    screenshots = ROOT / ".local" / "screenshots"
    teams = stack.query_postgres("SELECT team_id, gateway_team_id FROM posthog_gatewayteam")
    question = {
        "url": stack.url,
        "sign_in_link": stack.manage("sign_in_link", "--email", "admin@localhost").strip(),
        "team_id": next(team["team_id"] for team in teams if team["gateway_team_id"] == GATEWAY_TEAM),
        "screenshots": str(screenshots),
    }
    outcome = subprocess.run(
        [str(node.program), "frontend/e2e/overview.mjs"],
        cwd=ROOT,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=BROWSER_TIMEOUT_S,
    )
    assert outcome.returncode == 0, outcome.stderr
    return Look(json.loads(outcome.stdout), screenshots)


def test_cards_show_the_exact_figures_made_by_hand(look: Look) -> None:
    """What hovering shows is every digit of the hand-made table."""
    expected = EXPECTED_TEAM_SUMS[GATEWAY_TEAM]
    calls = sum(expected.events.values())
    figures = look.seen["figures"]
    assert figures["total_cost_usd"] == format_usd(expected.total_cost_usd).title
    assert figures["total_tokens"] == format_count(expected.tokens["total_tokens"]).title
    assert figures["calls"] == f"{calls} calls"
    assert figures["error_rate"] == f"{100 * expected.errors / calls:g}%"
    hit_rate = 100 * expected.tokens["cache_read_input_tokens"] / expected.tokens["input_tokens"]
    assert float(figures["cache_hit_rate"].removesuffix("%")) == pytest.approx(hit_rate)


def test_lines_show_the_exact_cost_of_each_model(look: Look) -> None:
    """Summed by hand over the sample calls; a model without any known cost is unknown, not free."""
    costs: dict[str | None, list[Any]] = {}
    for row in EXPECTED_ROWS:
        if row.team == GATEWAY_TEAM:
            costs.setdefault(row.model, []).append(row.total_cost_usd)
    known = {model: [cost for cost in each if cost is not None] for model, each in costs.items()}
    assert look.seen["rows"] == {model: format_usd(sum(each) if each else None).title for model, each in known.items()}


def test_a_line_drills_and_back_returns(look: Look) -> None:
    """The filter is in the address, holds for the table, and the browser's own button takes it away."""
    drilled = look.seen["drilled"]
    assert drilled["models"] == [drilled["name"]]
    assert drilled["rows"] == {drilled["name"]: look.seen["rows"][drilled["name"]]}
    assert look.seen["is_back"]


def test_teams_are_a_grouping_and_a_filter_is_picked_from_their_calls(look: Look) -> None:
    """Each team's cost as summed by hand; the picker offers what calls of the range have."""
    expected = {
        f"Team {team.removeprefix('team-').capitalize()}": format_usd(sums.total_cost_usd).title
        for team, sums in EXPECTED_TEAM_SUMS.items()
    }
    costs = look.seen["teams"]["costs"]  # other tests may have made teams of their own
    assert {name: costs.get(name) for name in expected} == expected
    (picked,) = look.seen["teams"]["picked"]
    assert picked in {row.provider for row in EXPECTED_ROWS if row.team == GATEWAY_TEAM}


def test_definition_is_the_servers_own(look: Look) -> None:
    """The same words as the usage table's."""
    assert DEFINITIONS["total_cost_usd"]["definition"] in look.seen["definition"]


def test_nothing_is_refused_and_axe_finds_no_serious_violation(look: Look) -> None:
    """No error on the console, the content security policy's refusals among them; both themes are judged."""
    assert look.seen["faults"] == []
    assert [each for each in look.seen["axe"] if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [1280, 390])
def test_screenshots_are_written(look: Look, theme: str, width_px: int) -> None:
    """For people to look at."""
    assert (look.screenshots / f"overview-{theme}-{width_px}.png").stat().st_size > 0
