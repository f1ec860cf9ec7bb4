"""Traces and sessions in a real browser: a tree with figures made by hand, and where each event lies in time."""

from typing import Any

import pytest

from posthog.api.formatting import format_count, format_usd
from tests.e2e.demo_run import DemoRun
from tests.e2e.gateway_expectations import usd
from tests.e2e.ui.looking import look_at, require_clean, require_screenshots
from tests.e2e.ui.nested_trace import SESSION_ID, TRACE_ID, send_nested_trace

Seen = dict[str, Any]

FIRST = usd("270")  # 1000 × 0.15 + 200 × 0.60
SECOND = usd("330")  # 1000 × 0.15 + 2000 × 0.075 + 50 × 0.60
UNPRICED_MODEL = "tide-model-1"
TOTAL_TOKENS = 1200 + 3050 + 15
LOWER_BOUND = f"at least {format_usd(FIRST + SECOND).title}: some calls have no known price or usage"
SUMS = {"calls": "3 calls", "total_tokens": format_count(TOTAL_TOKENS).title, "total_cost_usd": LOWER_BOUND}


@pytest.fixture(scope="module")
def seen(demo_run: DemoRun) -> Seen:
    """What frontend/e2e/traces.mjs saw of a team of its own."""
    team_id = send_nested_trace(demo_run.stack)
    return look_at(
        demo_run.stack,
        "traces",
        team_id=team_id,
        trace_id=TRACE_ID,
        session_id=SESSION_ID,
        model=UNPRICED_MODEL,
    )


def test_lists_have_the_sums_made_by_hand(seen: Seen) -> None:
    """Of the trace and of its session; a call that nobody has a price for makes the cost a lower bound."""
    assert seen["traces"] == [[TRACE_ID, SUMS]]
    assert seen["sessions"] == [[SESSION_ID, SUMS]]


@pytest.mark.parametrize(("view", "name"), [("traces", TRACE_ID), ("sessions", SESSION_ID)], ids=["traces", "sessions"])
def test_a_filter_is_added_and_back_returns(seen: Seen, view: str, name: str) -> None:
    """The picker offers what the range has; the sums are those of the calls it leaves; the filter is in the address."""
    shown = seen["views"][view]
    ((narrowed, sums),) = shown["lines"]
    assert (narrowed, shown["models"], shown["back"]) == (name, [UNPRICED_MODEL], [[name, SUMS]])
    assert sums["calls"].startswith("1 call")
    assert (sums["total_tokens"], sums["total_cost_usd"]) == (format_count(15).title, format_usd(None).title)


@pytest.mark.parametrize("view", ["traces", "sessions"])
def test_completeness_is_told(seen: Seen, view: str) -> None:
    """With every reason of the API why the list may still change."""
    told = seen["views"][view]["completeness"]
    assert told["text"].startswith("✓ Complete" if told["complete"] else "Not complete yet")
    assert [reason["detail"] for reason in told["reasons"] if reason["detail"] not in told["text"]] == []


def test_session_leads_to_its_traces(seen: Seen) -> None:
    """By an address that says so."""
    assert seen["session"] == SESSION_ID


def test_trace_has_an_address_whatever_its_id(seen: Seen) -> None:
    """Slashes and blanks are written so that they stay part of the id."""
    assert seen["path"].endswith("/traces/harbour%2Fplan%201")


def test_tree_has_sums_at_each_node(seen: Seen) -> None:
    """What is at and below it, each below the event that made it."""

    def tell(name: str, depth: int, tokens: int, cost: str) -> tuple[str, int, str, str]:
        return name, depth, format_count(tokens).title, cost

    nodes = [(node["name"], node["depth"], node["total_tokens"], node["total_cost_usd"]) for node in seen["nodes"]]
    assert nodes == [
        tell("Plan the tide", 0, TOTAL_TOKENS, LOWER_BOUND),
        tell("Look up", 1, 1200, format_usd(FIRST).title),
        tell("gpt-4o-mini", 2, 1200, format_usd(FIRST).title),
        tell(UNPRICED_MODEL, 1, 15, "the provider did not report it"),
        tell("gpt-4o-mini", 1, 3050, format_usd(SECOND).title),
    ]
    assert seen["figures"] == SUMS


def test_timeline_says_when_and_how_long(seen: Seen) -> None:
    """SDKs report an event when it is over: its begin is worked out."""
    assert [node["time"] for node in seen["nodes"]] == [
        "begins 0 ms in, takes 4.00 s",
        "begins 0 ms in, takes 3.00 s",
        "begins 0 ms in, takes 2.00 s",
        "begins 3.00 s in, takes 500 ms",
        "begins 3.00 s in, takes 1.00 s",
    ]


def test_span_folds_and_a_call_opens_beside_the_tree(seen: Seen) -> None:
    """With what was said and the tool that was called; back closes it, and back again is the session's list."""
    assert (seen["all"], seen["folded"]) == (5, 4)
    assert "When is high water?" in seen["conversation"]
    assert "tide_table" in seen["conversation"]
    assert seen["is_back"]


def test_nothing_is_refused_and_axe_finds_no_serious_violation(seen: Seen) -> None:
    """No error on the console, the content security policy's refusals among them; both themes."""
    require_clean(seen)


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("screen", ["traces", "sessions", "trace"])
def test_screenshots_are_written(screen: str) -> None:
    """For people to look at."""
    require_screenshots(screen)
