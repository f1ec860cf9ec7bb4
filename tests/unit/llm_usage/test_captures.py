"""Every recorded gateway body becomes the rows that were worked out by hand from the provider's body."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from posthog.llm_usage.rows import Row
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.unit.llm_usage.captures import EXPECTATIONS
from tests.unit.llm_usage.captures.expected_event import ExpectedEvent
from tests.unit.llm_usage.captures.reading import list_captures, read_rows


class Case(NamedTuple):
    """One event of a capture."""

    name: str
    position: int
    expected: ExpectedEvent

    @property
    def row(self) -> Row:
        return read_rows(self.name)[self.position]

    def __str__(self) -> str:
        return f"{self.name}-{self.position}" if self.position else self.name


CASES = [
    Case(name, position, expected)
    for name, events in sorted(EXPECTATIONS.items())
    for position, expected in enumerate(events)
]


def test_every_capture_has_its_expectation() -> None:
    """No capture without an expectation, no expectation without a capture."""
    assert sorted(EXPECTATIONS) == list_captures()


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
def test_every_event_becomes_one_row(name: str) -> None:
    """As many rows as events, each with a uuid of its own."""
    rows = read_rows(name)
    assert len(rows) == len(EXPECTATIONS[name])
    assert len({row["uuid"] for row in rows}) == len(rows)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_token_columns_equal_the_providers_body(case: Case) -> None:
    """Column by column, NULL and 0 apart."""
    assert {column: case.row[column] for column in COUNT_COLUMNS} == case.expected.tokens


@pytest.mark.parametrize("case", CASES, ids=str)
def test_call_is_described(case: Case) -> None:
    """Kind, event, provider, model, outcome and transport, and the gateway's own word on the team."""
    row, expected = case.row, case.expected
    assert (row["event"], row["call_kind"]) == (expected.event, expected.call_kind)
    assert (row["provider"], row["model"]) == (expected.provider, expected.model)
    assert (row["is_error"], row["is_stream"]) == (expected.is_error, expected.is_stream)
    assert json.loads(row["properties"]).get("$ai_gateway_team_id") == expected.gateway_team


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cost_equals_the_price_by_hand(case: Case) -> None:
    """The total, down to the rounding of the gateway's floats; NULL where nobody knows it."""
    total_cost_usd = case.row["total_cost_usd"]
    if case.expected.total_cost_usd is None:
        assert total_cost_usd is None
    else:
        assert total_cost_usd == pytest.approx(float(case.expected.total_cost_usd), rel=1e-12, abs=0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_mark_what_cannot_be_trusted(case: Case) -> None:
    """Every required flag is raised, and none that the event does not deserve."""
    raised, expected = set(case.row["integrity_flags"]), case.expected
    assert raised - set(expected.tolerated_flags) == set(expected.flags)


HITS = [case for case in CASES if case.expected.call_kind == "gateway_cache_hit"]


@pytest.mark.parametrize("case", HITS, ids=str)
def test_gateway_cache_hit_saves_the_price_not_paid(case: Case) -> None:
    """A figure of its own: nothing was paid, the first call's price was saved."""
    assert case.expected.saved_cost_usd is not None
    assert case.row["saved_cache_cost_usd"] == pytest.approx(float(case.expected.saved_cost_usd), rel=1e-12)


class Twins(NamedTuple):
    """
    The same provider body, asked for whole and as a stream.

    Attributes:
        lost: Columns in which the stream differs because LiteLLM loses or makes up a count, and the flag that says so.
    """

    whole: str
    stream: str
    lost: Mapping[str, str] = {}


TWINS = (
    Twins("anthropic_chat_thinking_nonstream", "anthropic_chat_thinking_stream"),
    Twins("anthropic_messages_cache_nonstream", "anthropic_messages_cache_stream"),
    Twins("anthropic_messages_thinking_nonstream", "anthropic_messages_thinking_stream"),
    Twins("anthropic_messages_thinking_reported_nonstream", "anthropic_messages_thinking_reported_stream"),
    Twins("anthropic_responses_bridge_nonstream", "anthropic_responses_bridge_stream"),
    Twins("azure_gpt4o_nonstream", "azure_gpt4o_stream"),
    Twins("bedrock_converse_cache_nonstream", "bedrock_converse_cache_stream"),
    Twins("bedrock_converse_cache_nonstream", "bedrock_via_messages_stream"),
    Twins("custom_priced_model_nonstream", "custom_priced_model_stream"),
    # The body counts no reasoning; LiteLLM's stream fills in its own count of the visible reasoning text.
    Twins("dashscope_qwen_nonstream", "dashscope_qwen_stream", {"reasoning_tokens": "reasoning_estimated"}),
    Twins("deepseek_reasoner_nonstream", "deepseek_reasoner_stream"),
    Twins("gemini_chat_tooluse_nonstream", "gemini_chat_tooluse_stream"),
    Twins("gemini_native_generatecontent_nonstream", "gemini_native_generatecontent_stream"),
    Twins("gemini_native_generatecontent_nonstream", "gemini_chat_cache_thoughts_stream"),
    Twins("gemini_native_generatecontent_nonstream", "gemini_via_messages_bridge_stream"),
    Twins("groq_gptoss_nonstream", "groq_gptoss_stream"),
    # LiteLLM's stream drops Moonshot's top-level `cached_tokens` and fills in a reasoning count.
    Twins(
        "moonshot_kimi_nonstream",
        "moonshot_kimi_stream",
        {"cache_read_input_tokens": "stream_incomplete", "reasoning_tokens": "reasoning_estimated"},
    ),
    Twins("openai_chat_gpt4o_cached_nonstream", "openai_chat_gpt4o_cached_stream"),
    Twins("openai_chat_gpt4o_cached_nonstream", "openai_chat_gpt4o_stream_client_include_usage"),
    Twins("openai_responses_gpt5.6_nonstream", "openai_responses_gpt5.6_stream"),
    Twins("openai_via_messages_bridge_nonstream", "openai_via_messages_bridge_stream"),
    # LiteLLM's stream drops `num_search_queries` and `num_sources_used`.
    Twins("perplexity_nonstream", "perplexity_stream", {"web_search_count": "stream_incomplete"}),
    Twins("xai_grok_reasoning_nonstream", "xai_grok_reasoning_stream", {"web_search_count": "stream_incomplete"}),
)


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins.stream)
def test_stream_agrees_with_its_twin(twins: Twins) -> None:
    """Every token column is the same, or a flag on the stream's row marks the difference."""
    (whole,), (stream,) = read_rows(twins.whole), read_rows(twins.stream)
    differing = {column for column in COUNT_COLUMNS if whole[column] != stream[column]}
    assert differing == set(twins.lost)
    assert set(twins.lost.values()) <= set(stream["integrity_flags"])


def list_streams() -> Iterator[str]:
    """Captures named as a stream whose whole twin exists too."""
    names = set(EXPECTATIONS)
    for name in sorted(names):
        if name.endswith("_stream") and name.removesuffix("_stream") + "_nonstream" in names:
            yield name


def test_no_twin_is_left_out() -> None:
    """Each answered pair of captures is compared; failed calls have no counts to compare."""
    paired = {twins.stream for twins in TWINS}
    assert [name for name in list_streams() if name not in paired and not name.startswith("fail_")] == []
