"""Generations in a real browser, on the demo's stack: the hand-made table's exact figures, and where they come from."""

import csv
from io import StringIO
from typing import Any

import pytest

from posthog.api.formatting import format_count, format_usd
from posthog.llm_usage.flag_texts import FLAG_TEXTS
from tests.e2e.demo_run import DemoRun, find_row
from tests.e2e.gateway_expectations import BETA_ROWS, ExpectedRow
from tests.e2e.ui.looking import look_at, require_clean, require_screenshots

Seen = dict[str, Any]

NAME = "anthropic_messages_thinking"
"""A call with every kind of token: fresh, read, written for 5 minutes and an hour, visible, reasoning."""
CALL = next(row for row in BETA_ROWS if row.name == NAME)


def find_uuid(demo_run: DemoRun, name: str) -> str:
    return str(find_row(demo_run.rows, name)["uuid"])


@pytest.fixture(scope="module")
def seen(demo_run: DemoRun) -> Seen:
    """What frontend/e2e/generations.mjs saw of the team that has cached calls and a failed one."""
    team_id = find_row(demo_run.rows, NAME)["team_id"]
    uuid = find_uuid(demo_run, NAME)
    return look_at(demo_run.stack, "generations", team_id=team_id, call=uuid, model=CALL.model)


def split(row: ExpectedRow) -> dict[str, int]:
    """The bar's parts that have any tokens."""
    counts = {name: count or 0 for name, count in row.tokens.items()}
    cached = counts["cache_read_input_tokens"] + counts["cache_creation_input_tokens"]
    parts = {
        "uncached_input_tokens": counts["input_tokens"] - cached,
        "cache_read_input_tokens": counts["cache_read_input_tokens"],
        "cache_creation_input_tokens": counts["cache_creation_input_tokens"],
        "visible_output_tokens": counts["output_tokens"] - counts["reasoning_tokens"],
        "reasoning_tokens": counts["reasoning_tokens"],
    }
    return {name: count for name, count in parts.items() if count}


def test_rows_show_the_exact_figures_made_by_hand(demo_run: DemoRun, seen: Seen) -> None:
    """Tokens, their parts, cost and failure of each call; what nobody reported is unknown."""
    assert seen["rows"] == {
        find_uuid(demo_run, row.name): {
            "tokens": format_count(row.tokens["total_tokens"]).title,
            "cost": format_usd(row.total_cost_usd).title,
            "parts": split(row),
            "is_failed": row.is_error,
        }
        for row in BETA_ROWS
    }


def test_drawer_has_an_address_and_closes(demo_run: DemoRun, seen: Seen) -> None:
    """By Escape as by the browser's back (which the script waits for)."""
    call = seen["call"]
    assert (call["address"], call["closed_by_escape"]) == (find_uuid(demo_run, NAME), True)
    assert call["raw"]["uuid"] == find_uuid(demo_run, NAME)


def test_conversation_is_readable(seen: Seen) -> None:
    """Question, reasoning and answer as text."""
    conversation = seen["call"]["conversation"]
    assert "When is high water in the harbour tomorrow?" in conversation
    assert "take the morning one and add the summer offset" in conversation
    assert "High water is at a quarter past six" in conversation
    assert "{" not in conversation


def test_numbers_are_explained(demo_run: DemoRun, seen: Seen) -> None:
    """The usage as received; one reading chosen, three rejected with their sums; each cost term; flags in words."""
    call = seen["call"]
    assert (call["evidence"]["prompt_tokens"], call["evidence"]["completion_tokens"]) == (10074, 916)
    assert len(call["chosen"]) == 1
    assert "input 10074 + output 916 = 10990" in call["chosen"][0]
    sums = ("= 11547", "= 20925", "= 21482")
    assert all(expected in text for expected, text in zip(sums, call["rejected"], strict=True))
    assert sorted(call["terms"]) == [
        ["cache_read", "6,301", "$0.5 per million", "$0.0031505"],
        ["cache_write", "2,333", "$6.25 per million", "$0.01458125"],
        ["cache_write_1h", "1,301", "$10 per million", "$0.01301"],
        ["input", "139", "$5 per million", "$0.000695"],
        ["output", "916", "$25 per million", "$0.0229"],
    ]
    assert call["total"] == format_usd(CALL.total_cost_usd).title
    flags = find_row(demo_run.rows, NAME)["integrity_flags"]
    assert [FLAG_TEXTS[flag] in text for flag, text in zip(flags, call["flags"], strict=True)] == [True] * len(flags)


def test_only_failed_calls_are_listed_and_back_returns(demo_run: DemoRun, seen: Seen) -> None:
    """The filter is in the address."""
    failed = [find_uuid(demo_run, row.name) for row in BETA_ROWS if row.is_error]
    assert (list(seen["failed"]["rows"]), seen["failed"]["address"]) == (failed, "true")


def test_a_model_is_picked_in_the_drawer(demo_run: DemoRun, seen: Seen) -> None:
    """Then the list has its calls alone."""
    calls = {find_uuid(demo_run, row.name) for row in BETA_ROWS if row.model == CALL.model}
    assert (set(seen["picked"]["rows"]), seen["picked"]["models"]) == (calls, [CALL.model])


def test_a_filter_is_added_and_back_returns(demo_run: DemoRun, seen: Seen) -> None:
    """The picker offers what the range has; the filter is in the address."""
    calls = {find_uuid(demo_run, row.name) for row in BETA_ROWS if row.model == CALL.model}
    assert (set(seen["filtered"]["rows"]), seen["filtered"]["models"]) == (calls, [CALL.model])


def test_completeness_is_told(seen: Seen) -> None:
    """As on the Overview."""
    assert "omplete" in seen["completeness"]


def test_a_call_is_found_by_the_beginning_of_its_id(demo_run: DemoRun, seen: Seen) -> None:
    """An id of nobody is told, with the way to search for a beginning."""
    assert seen["found"]["found"] == [find_uuid(demo_run, NAME)]
    assert "nobody*" in seen["found"]["nobody"]


def test_file_has_what_is_listed(demo_run: DemoRun, seen: Seen) -> None:
    """The failed calls, as the screen was narrowed to them."""
    lines = list(csv.DictReader(StringIO(seen["csv"]["text"], newline="")))
    expected = [row for row in BETA_ROWS if row.is_error]
    assert [line["uuid"] for line in lines] == [find_uuid(demo_run, row.name) for row in expected]
    assert [(line["model"], line["total_tokens"], line["is_error"]) for line in lines] == [
        (row.model, "", "true") for row in expected
    ]
    assert seen["csv"]["name"].endswith(".csv")


def test_nothing_is_refused_and_axe_finds_no_serious_violation(seen: Seen) -> None:
    """No error on the console, the content security policy's refusals among them; both themes, the drawer too."""
    require_clean(seen)


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("screen", ["generations", "generation", "generation-numbers"])
def test_screenshots_are_written(screen: str) -> None:
    """For people to look at."""
    require_screenshots(screen)
