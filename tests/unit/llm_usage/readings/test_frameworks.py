"""Usage as libraries hand it on."""

from typing import Any

import pytest

from tests.unit.llm_usage.readings.shapes import list_counts, read

COUNTED = {"input": 100, "output": 30, "total": 130, "cache_read_input": 60, "reasoning": 10}


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(
            {
                "inputTokens": 100,
                "outputTokens": 30,
                "totalTokens": 130,
                "reasoningTokens": 10,
                "cachedInputTokens": 60,
            },
            id="ai-sdk-5",
        ),
        pytest.param(
            {
                "inputTokens": {"total": 100, "noCache": 40, "cacheRead": 60},
                "outputTokens": {"total": 30, "text": 20, "reasoning": 10},
            },
            id="ai-sdk-6",
        ),
        pytest.param(
            {
                "inputTokens": 100,
                "inputTokenDetails": {"cacheReadTokens": 60, "noCacheTokens": 40},
                "outputTokens": 30,
                "outputTokenDetails": {"textTokens": 20, "reasoningTokens": 10},
                "totalTokens": 130,
            },
            id="ai-sdk-6-flat",
        ),
        pytest.param(
            {
                "input_tokens": 100,
                "output_tokens": 30,
                "total_tokens": 130,
                "input_token_details": {"cache_read": 60},
                "output_token_details": {"reasoning": 10},
            },
            id="langchain",
        ),
        pytest.param(
            {
                "input_tokens": 100,
                "cached_input_tokens": 60,
                "output_tokens": 30,
                "reasoning_output_tokens": 10,
                "total_tokens": 130,
            },
            id="codex",
        ),
        pytest.param(
            {"input": 40, "input_cached_tokens": 60, "output": 20, "output_reasoning_tokens": 10, "total": 130},
            id="langfuse",
        ),
        pytest.param(
            {
                "tokens_prompt": 90,
                "tokens_completion": 25,
                "native_tokens_prompt": 100,
                "native_tokens_completion": 30,
                "native_tokens_cached": 60,
                "native_tokens_reasoning": 10,
            },
            id="openrouter-generation",
        ),
        pytest.param(
            {
                "requests": 1,
                "input_tokens": 100,
                "cache_read_tokens": 60,
                "output_tokens": 30,
                "reasoning_tokens": 10,
                "details": {"x": 1},
            },
            id="pydantic-ai",
        ),
        pytest.param(
            {"promptTokens": 100, "completionTokens": 30, "cacheReadInputTokens": 60, "reasoningTokens": 10},
            id="camel-case-of-others",
        ),
        pytest.param(
            {
                "requests": 2,
                "inputTokens": 100,
                "outputTokens": 30,
                "totalTokens": 130,
                "inputTokensDetails": [{"cached_tokens": 50}, {"cached_tokens": 10}],
                "outputTokensDetails": [{"reasoning_tokens": 10}, {}],
            },
            id="openai-agents",
        ),
        pytest.param(
            {
                "input_tokens": 100,
                "output_tokens": 30,
                "total_tokens": 130,
                "input_token_details": {"flex_cache_read": 60, "flex": 40},
                "output_token_details": {"flex_reasoning": 10, "flex": 20},
            },
            id="langchain-with-a-tier",
        ),
        pytest.param(
            {
                "input_token_count": 100,
                "output_token_count": 30,
                "cached_token_count": 60,
                "reasoning_token_count": 10,
                "tool_token_count": 130,
            },
            id="codex-telemetry",
        ),
        pytest.param(
            {
                "prompt_tokens": 100,
                "completion_tokens": 30,
                "prompt_cache_read_tokens": 60,
                "completion_tokens_details": {"reasoning_tokens": 10},
            },
            id="portkey",
        ),
    ],
)
def test_libraries_shapes_are_understood(usage: dict[str, Any]) -> None:
    """The same call, whatever hands it on; Anthropic's name does not make an inclusive shape exclusive."""
    result = read(usage, provider="anthropic")
    assert (list_counts(result), result.flags) == (COUNTED, ())


def test_langchain_counts_cache_creation_by_anthropics_key() -> None:
    """`cache_creation` is a number there, an object at Anthropic's."""
    usage = {"input_tokens": 9, "output_tokens": 1, "input_token_details": {"cache_creation": 4}}
    assert (read(usage).input_tokens, read(usage).cache_creation_input_tokens) == (9, 4)


def test_cursors_cache_lies_beside() -> None:
    """Fresh, read and written are three counts."""
    usage = {"inputTokens": 100, "cacheReadTokens": 80, "cacheWriteTokens": 5, "outputTokens": 20, "totalCents": 1.5}
    result = read(usage, provider="cursor")
    assert (result.input_tokens, result.flags) == (185, ())


def test_langchain_names_the_tier_in_its_keys() -> None:
    """And nowhere else; the price depends on it."""
    usage = {
        "input_tokens": 100,
        "output_tokens": 30,
        "input_token_details": {"priority_cache_read": 60, "priority": 40},
    }
    assert (read(usage).cache_read_input_tokens, read(usage).service_tier) == (60, "priority")


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(
            {
                "inputTokens": 100,
                "outputTokens": 30,
                "cacheReadInputTokens": 60,
                "cacheCreationInputTokens": 20,
                "webSearchRequests": 0,
                "costUSD": 0.5,
                "contextWindow": 200_000,
            },
            id="agent-sdk",
        ),
        pytest.param(
            {"input_tokens": 100, "output_tokens": 30, "cache_read_tokens": 60, "cache_creation_tokens": 20},
            id="telemetry",
        ),
        pytest.param(
            {"input": 100, "output": 30, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 20},
            id="langfuse",
        ),
    ],
)
def test_claudes_caches_lie_beside(usage: dict[str, Any]) -> None:
    """However Claude Code and its observers write Anthropic's counts."""
    result = read(usage)
    assert (result.input_tokens, result.output_tokens, result.flags) == (180, 30, ())


def test_langfuses_reasoning_lies_beside_even_with_anthropics_keys() -> None:
    """Each of its keys is priced by itself."""
    usage = {"input": 100, "output": 20, "output_reasoning_tokens": 10, "cache_read_input_tokens": 60}
    assert (read(usage).input_tokens, read(usage).output_tokens) == (160, 30)
