"""Anthropic's shape: input leaves the cache out, output includes thinking."""

from typing import Any

import pytest

from posthog.llm_usage.integrity import TTL_SPLIT_MISMATCH, UNKNOWN_USAGE_KEY, WITNESS_MISMATCH
from tests.unit.llm_usage.readings.shapes import list_counts, read

CACHED = {
    "input_tokens": 100,
    "cache_read_input_tokens": 6016,
    "cache_creation_input_tokens": 3000,
    "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 1000},
    "output_tokens": 800,
    "output_tokens_details": {"thinking_tokens": 512},
    "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 1},
    "service_tier": "priority",
    "inference_geo": "us",
}
COUNTED = {
    "input": 9116,
    "output": 800,
    "total": 9916,
    "cache_read_input": 6016,
    "cache_creation_input": 3000,
    "cache_creation_5m_input": 2000,
    "cache_creation_1h_input": 1000,
    "reasoning": 512,
    "web_search": 3,
}


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-sonnet-4-5"),
        ("bedrock", "anthropic.claude-sonnet-4-5-v1:0"),
        ("vertex_ai", "claude-sonnet-4-5"),
        (None, None),
    ],
)
def test_cache_is_added_to_the_input(provider: str | None, model: str | None) -> None:
    """The shape decides, whoever served it."""
    result = read(CACHED, provider=provider, model=model)
    assert list_counts(result) == COUNTED
    assert (result.reading, result.flags) == ("input_exclusive+output_inclusive:convention", ())
    assert result.service_tier == "priority"


def test_lifetimes_alone_are_the_writes() -> None:
    """Where only the split is reported, its sum was written."""
    usage = {"input_tokens": 1, "output_tokens": 2, "cache_creation": {"ephemeral_5m_input_tokens": 4}}
    assert list_counts(read(usage)) == {
        "input": 5,
        "output": 2,
        "total": 7,
        "cache_creation_input": 4,
        "cache_creation_5m_input": 4,
    }


def test_null_input_stays_unreported() -> None:
    """Nothing of the input is known: NULL, and the total is what is known."""
    usage = {"input_tokens": None, "cache_read_input_tokens": None, "output_tokens": 172, "server_tool_use": None}
    assert list_counts(read(usage, provider="anthropic")) == {"output": 172, "total": 172}


def test_lifetimes_that_do_not_add_up_are_flagged() -> None:
    """5m + 1h is not what was written."""
    usage = CACHED | {"cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 1000}}
    assert read(usage).flags == (TTL_SPLIT_MISMATCH,)


MESSAGE = {"type": "message", "input_tokens": 23, "output_tokens": 10, "cache_read_input_tokens": 5}
COMPACTION = {"type": "compaction", "input_tokens": 180, "output_tokens": 35, "cache_read_input_tokens": 7}
ADVISOR = {"type": "advisor_message", "model": "claude-opus-4-8", "input_tokens": 900, "output_tokens": 300}
FALLBACK = {"type": "fallback_message", "model": "claude-haiku-4-5", "input_tokens": 45, "output_tokens": 12}
TOP = {"input_tokens": 45, "output_tokens": 12, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 4}


@pytest.mark.parametrize(
    ("iterations", "counts"),
    [
        pytest.param([COMPACTION, MESSAGE], {"input": 219, "output": 45, "cache_read_input": 12}, id="compaction"),
        pytest.param([MESSAGE, ADVISOR, MESSAGE], {"input": 60, "output": 20, "cache_read_input": 10}, id="advisor"),
        pytest.param([MESSAGE, FALLBACK], {"input": 54, "output": 12, "cache_read_input": 5}, id="fallback"),
        pytest.param([], {"input": 54, "output": 12, "cache_read_input": 5}, id="none"),
    ],
)
def test_iterations_are_what_was_billed(iterations: list[dict[str, Any]], counts: dict[str, int]) -> None:
    """The model's own iterations are summed; an advisor's are another model's; a count they lack stays the top's."""
    result = read(TOP | {"iterations": iterations})
    expected = counts | {"total": counts["input"] + counts["output"], "cache_creation_input": 4}
    assert list_counts(result) == expected
    assert result.flags == ()


@pytest.mark.parametrize("kind", ["dream", None, 5, ["message"], {"message": 1}])
def test_iterations_of_an_unknown_kind_are_flagged(kind: Any) -> None:
    """Nobody can say whether they were billed."""
    result = read(TOP | {"iterations": [MESSAGE, {"type": kind, "input_tokens": 7}]})
    assert result.flags == (UNKNOWN_USAGE_KEY,)


def test_advisor_inside_a_gateways_sum_is_flagged() -> None:
    """LiteLLM has added the advisor's tokens to the prompt; the row cannot tell them apart."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 300, "total_tokens": 1300, "iterations": [MESSAGE, ADVISOR]}
    result = read(usage, provider="anthropic", api="litellm")
    assert (result.input_tokens, result.flags) == (1000, (WITNESS_MISMATCH,))


@pytest.mark.parametrize("written", [None, 0])
def test_unfilled_sum_of_writes_follows_from_the_lifetimes(written: int | None) -> None:
    """Zero or nothing at the top does not mask what the split says; a reported zero stays a contradiction."""
    usage = CACHED | {"cache_creation_input_tokens": written}
    result = read(usage)
    assert (result.input_tokens, result.cache_creation_input_tokens) == (9116, 3000)
    assert result.flags == (() if written is None else (TTL_SPLIT_MISMATCH,))


def test_lifetimes_of_zero_are_writes_of_zero() -> None:
    """Reported as none, not unreported."""
    usage = {"input_tokens": 1, "output_tokens": 1, "cache_creation": {"ephemeral_5m_input_tokens": 0}}
    assert read(usage).cache_creation_input_tokens == 0
