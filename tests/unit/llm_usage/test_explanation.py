"""An explanation shows each step from the evidence to the figures, in the row's own numbers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from posthog.llm_usage.explanation import Difference, explain_row
from posthog.llm_usage.explanation_text import render_explanation
from posthog.llm_usage.flag_texts import FLAG_TEXTS
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.factories import make_payload
from tests.unit.llm_usage.captures.reading import list_captures, read_rows


def make_row(**payload: Any) -> Row:
    event = build_ai_event(make_payload(**payload), team_id=7)
    return build_row(event, RowContext(ingested_at=datetime(2026, 11, 24, tzinfo=UTC)))


@pytest.mark.parametrize("name", list_captures())
def test_every_captured_row_is_explained(name: str) -> None:
    """The explanation holds the row's own figures, and today's rules agree with them."""
    for row in read_rows(name):
        explanation = explain_row(row)
        assert explanation.tokens == {column: row[column] for column in COUNT_COLUMNS}
        assert explanation.costs.columns["total_cost_usd"] == row["total_cost_usd"]
        assert [flag.name for flag in explanation.flags] == row["integrity_flags"]
        assert explanation.differences == ()


@pytest.mark.parametrize("name", list_captures())
def test_terms_sum_to_our_own_figure(name: str) -> None:
    """Line by line, each quantity times its rate."""
    for row in read_rows(name):
        costs = explain_row(row).costs
        assert all(term.amount_usd == term.quantity * term.rate_usd for term in costs.terms)
        if costs.terms and costs.own_total_usd is not None:
            assert sum(term.amount_usd for term in costs.terms) == costs.own_total_usd


def test_rejected_readings_show_their_arithmetic() -> None:
    """Beside the chosen reading stands each other one, with the sum that speaks against it."""
    (row,) = read_rows("anthropic_messages_cache_nonstream")
    reading = explain_row(row).reading
    assert reading is not None
    assert [(candidate.is_chosen, candidate.equation) for candidate in reading.candidates] == [
        (True, "input 9116 + output 800 = 9916"),
        (False, "input 9116 + cache 9016 + output 800 = 18932"),
    ]
    assert reading.reading == row["usage_reading"]


def test_evidence_names_its_source() -> None:
    """The gateway's zeros stand beside the provider's usage that was read instead."""
    (row,) = read_rows("passthrough_openai_nonstream")
    evidence = explain_row(row).evidence
    assert evidence.usage["prompt_tokens"] == 10000
    assert evidence.source.startswith("the provider's own usage")
    assert evidence.other_witnesses["$ai_usage"]["prompt_tokens"] == 0


def test_failed_call_has_nothing_to_read() -> None:
    """No usage, no reading, no cost; the gateway's zeros are shown as what they are."""
    (row,) = read_rows("fail_openai_429")
    explanation = explain_row(row)
    assert (explanation.reading, explanation.evidence.usage) == (None, {})
    assert "Reading: none" in render_explanation(explanation)


def test_differences_show_what_todays_rules_say() -> None:
    """A row that older rules got wrong says so, and how to repair it."""
    explanation = explain_row(make_row() | {"input_tokens": 40, "usage_rules_version": "0"})
    assert explanation.differences == (Difference(column="input_tokens", stored=40, derived=100),)
    text = render_explanation(explanation)
    assert "input_tokens  40  →  100" in text
    assert "renormalize_ai_events --start 2026-11-23 --end 2026-11-24 --team 7" in text


def test_text_shows_every_step() -> None:
    """Call, evidence, reading, counts, costs with their rates, flags in words."""
    (row,) = read_rows("moonshot_kimi_nonstream")
    text = render_explanation(explain_row(row))
    sections = [section.splitlines()[0] for section in text.split("\n\n")]
    assert sections[0].startswith("$ai_generation ")
    assert sections[1:] == [
        "Evidence: the gateway's usage object",
        f"Reading: {row['usage_reading']}, by rules {row['usage_rules_version']}, as usage of the litellm family",
        "Counts",
        "Costs in US dollars: the gateway's figure",
        "Flags",
    ]
    assert "cache_read  6,016  × 0.00000016 =  0.00096256" in text
    assert FLAG_TEXTS["cost_mismatch"] in text


def render(name: str) -> str:
    return render_explanation(explain_row(read_rows(name)[-1]))


def test_text_leaves_out_what_says_nothing() -> None:
    """Null members of the evidence, digits of binary fractions, lines of a cost for no token."""
    text = render("gemini_chat_cache_thoughts_stream")
    assert "null" not in text
    assert "  input_cost_usd        0.005732\n" in text
    assert "cache_read_audio    400" in text
    assert "input_audio " not in text


def test_text_says_where_each_count_comes_from() -> None:
    """In words, beside the figure; so do the counts that no column holds."""
    text = render("gemini_chat_cache_thoughts_stream")
    assert "unexplained_tokens            0  total 10,800 − input 10,000 − output 800" in text
    assert "reported too, without a column: cached text 5,016, cached images 600, cached audio 400" in text
    assert "in words: cached tokens lie inside the reported input; reasoning lies inside the reported output" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("litellm_cache_hit_messages_hit", "the gateway answered from its own cache: nothing was paid"),
        ("litellm_cache_hit_messages_hit", "what the provider would have charged by the price of claude-sonnet-4-5"),
        ("openai_responses_create_then_2_GETs", "a stored response was read again: nothing was paid"),
    ],
)
def test_a_call_that_did_not_reach_the_provider_costs_nothing(name: str, words: str) -> None:
    """A fact, not an unknown price."""
    text = render(name)
    assert words in text
    assert "does not know" not in text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("client_report", "a second report of a call that another row counts ($ai_reported_by): no sum takes it"),
        ("no_call", "no call of a model: no sum takes it"),
    ],
)
def test_text_says_that_no_sum_takes_the_figures(kind: str, words: str) -> None:
    """They stand there as they were reported, with their price."""
    (row,) = read_rows("openai_chat_o3_reasoning_nonstream")
    properties = {**json.loads(row["properties"]), "$ai_call_kind": kind}
    text = render_explanation(explain_row(row | {"call_kind": kind, "properties": json.dumps(properties)}))
    assert words in text
    assert "our own figure by the price of" in text


@pytest.mark.parametrize("name", list_captures())
def test_json_is_plain(name: str) -> None:
    """Nothing but JSON's own types: amounts are decimal text, so that no digit is lost."""
    for row in read_rows(name):
        plain = explain_row(row).to_json()
        assert json.loads(json.dumps(plain)) == plain
        assert orjson.loads(orjson.dumps(plain)) == plain


def test_json_names_the_lines_of_costs_and_readings() -> None:
    """A program reads each line by name."""
    (row,) = read_rows("openai_chat_o3_reasoning_nonstream")
    plain = explain_row(row).to_json()
    assert plain["call"]["uuid"] == str(row["uuid"])
    assert plain["costs"]["terms"][-1] == {
        "column": "output_cost_usd",
        "rate_name": "output",
        "quantity": 800,
        "rate_usd": "0.000008",
        "amount_usd": "0.006400",
    }
    assert Decimal(plain["costs"]["own_total_usd"]) == Decimal("0.017376")
    assert [candidate["is_chosen"] for candidate in plain["reading"]["candidates"]].count(True) == 1
