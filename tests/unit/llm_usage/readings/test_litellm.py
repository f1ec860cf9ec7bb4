"""LiteLLM's usage object: OpenAI's shape, everything inside."""

from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.integrity import WITNESS_MISMATCH
from tests.unit.llm_usage.readings.shapes import list_counts, read

CLAUDE: dict[str, Any] = {
    "prompt_tokens": 9116,
    "completion_tokens": 800,
    "total_tokens": 9916,
    "prompt_tokens_details": {
        "cached_tokens": 6016,
        "text_tokens": 100,
        "cache_write_tokens": 3000,
        "cache_creation_tokens": 3000,
        "cache_creation_token_details": {
            "ephemeral_5m_input_tokens": 2000,
            "ephemeral_30m_input_tokens": None,
            "ephemeral_1h_input_tokens": 1000,
        },
        "audio_tokens": None,
        "initial_prompt_tokens": None,
    },
    "completion_tokens_details": {"reasoning_tokens": 0, "text_tokens": 800},
    "cache_read_input_tokens": 6016,
    "cache_creation_input_tokens": 3000,
    "iterations": None,
    "speed": None,
    "inference_geo": "global",
}


def test_mirrored_cache_counts_are_counted_once() -> None:
    """Reads stand twice and writes three times; the text counts mean nothing."""
    result = read(CLAUDE, provider="anthropic", api="litellm")
    assert list_counts(result) == {
        "input": 9116,
        "output": 800,
        "total": 9916,
        "cache_read_input": 6016,
        "cache_creation_input": 3000,
        "cache_creation_5m_input": 2000,
        "cache_creation_1h_input": 1000,
        "reasoning": 0,
    }
    assert result.flags == ()


def test_zero_at_the_top_does_not_mask_a_detail() -> None:
    """On partial streams the top may not be filled."""
    result = read(CLAUDE | {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}, api="litellm")
    assert (result.cache_read_input_tokens, result.cache_creation_input_tokens) == (6016, 3000)
    assert result.flags == ()


def test_top_and_detail_that_differ_are_flagged() -> None:
    """Two figures for the same thing: the larger is taken."""
    result = read(CLAUDE | {"cache_read_input_tokens": 6000}, api="litellm")
    assert (result.cache_read_input_tokens, result.flags) == (6016, (WITNESS_MISMATCH,))


@pytest.mark.parametrize("key", ["cached_tokens", "num_cached_tokens"])
def test_cache_reads_that_the_gateway_ignores_are_found(key: str) -> None:
    """Moonshot's and Mistral's stand at the top."""
    usage = {"prompt_tokens": 100, "completion_tokens": 8, "total_tokens": 108, key: 60}
    assert read(usage, provider="moonshot", api="litellm").cache_read_input_tokens == 60


def test_tools_prompt_is_inside_the_prompt() -> None:
    """The gateway has added it already."""
    usage = {
        "prompt_tokens": 1250,
        "completion_tokens": 800,
        "total_tokens": 2050,
        "prompt_tokens_details": {"text_tokens": 1250, "tool_use_tokens": 250},
    }
    result = read(usage, provider="gemini", api="litellm")
    assert (result.input_tokens, result.tool_prompt_tokens, result.flags) == (1250, 250, ())


@pytest.mark.parametrize(
    ("provider", "cost_usd"), [("openrouter", Decimal("0.0123")), ("perplexity", Decimal("0.0123")), ("openai", None)]
)
def test_only_some_providers_costs_are_their_own(provider: str, cost_usd: Decimal | None) -> None:
    """On streams LiteLLM writes its own figure where a provider's would stand."""
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "cost": 0.0123}
    assert read(usage, provider=provider, api="litellm").provider_cost_usd == cost_usd


def test_nothing_reported_is_nothing_counted() -> None:
    """`{}` and a duration are no zeros."""
    for usage in ({}, {"type": "duration", "seconds": 9.0}):
        result = read(usage, provider="openai", api="litellm")
        assert (list_counts(result), result.reading) == ({}, "none")
