"""
The core's speed: usages read and priced per second on one core, beside a bare `json.loads` of the same lines.

Shapes: a plain and a cached OpenAI chat call, Anthropic with cache writes of both lifetimes, Gemini with thoughts,
a LiteLLM usage object, Bedrock, and reasoning through Responses.

Read in batches: all usages of a batch are normalized, then all are priced, as every baseline parses line after line.
One by one, each call's code pushes the other's out of the processor's caches; that figure stands beside it.
"""

import json
from collections.abc import Callable, Iterable
from time import process_time
from typing import Any

from benchmarks import Figure, Goal
from posthog.llm_usage.normalize import normalize_usage
from posthog.llm_usage.pricing.catalogue import load_catalogue
from posthog.llm_usage.pricing.price_usage import price_usage
from posthog.llm_usage.pricing.request import PriceRequest
from posthog.llm_usage.token_usage import TokenUsage

REPEATS = 10
ROUNDS = 500

SHAPES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "openai",
        "openai_chat",
        "gpt-4o",
        {"prompt_tokens": 1200, "completion_tokens": 340, "total_tokens": 1540},
    ),
    (
        "openai",
        "openai_chat",
        "gpt-5.6",
        {
            "prompt_tokens": 10_000,
            "completion_tokens": 800,
            "total_tokens": 10_800,
            "prompt_tokens_details": {"cached_tokens": 6016, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 512, "audio_tokens": 0},
        },
    ),
    (
        "anthropic",
        "anthropic_messages",
        "claude-sonnet-4-5",
        {
            "input_tokens": 100,
            "cache_read_input_tokens": 6016,
            "cache_creation_input_tokens": 3000,
            "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 1000},
            "output_tokens": 800,
        },
    ),
    (
        "gemini",
        "gemini",
        "gemini-2.5-pro",
        {
            "promptTokenCount": 10_000,
            "candidatesTokenCount": 288,
            "thoughtsTokenCount": 512,
            "cachedContentTokenCount": 6016,
            "totalTokenCount": 10_800,
        },
    ),
    (
        "anthropic",
        "litellm",
        "claude-sonnet-4-5",
        {
            "prompt_tokens": 9116,
            "completion_tokens": 800,
            "total_tokens": 9916,
            "prompt_tokens_details": {
                "cached_tokens": 6016,
                "cache_creation_tokens": 3000,
                "cache_creation_token_details": {
                    "ephemeral_5m_input_tokens": 2000,
                    "ephemeral_1h_input_tokens": 1000,
                },
            },
            "cache_read_input_tokens": 6016,
            "cache_creation_input_tokens": 3000,
        },
    ),
    (
        "bedrock",
        "bedrock_converse",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        {
            "inputTokens": 100,
            "outputTokens": 800,
            "totalTokens": 6916,
            "cacheReadInputTokens": 6016,
            "cacheWriteInputTokens": 0,
        },
    ),
    (
        "openai",
        "openai_responses",
        "o3",
        {
            "input_tokens": 10_000,
            "input_tokens_details": {"cached_tokens": 6016},
            "output_tokens": 800,
            "output_tokens_details": {"reasoning_tokens": 512},
            "total_tokens": 10_800,
        },
    ),
)


def run() -> Iterable[Figure]:
    """Measure; each figure is the best of many short rounds, for noise only ever slows."""
    lines = [json.dumps(usage).encode() for *_, usage in SHAPES] * REPEATS
    parsed_per_s = len(lines) / _time(lambda: [json.loads(line) for line in lines])
    for name, work, goal in (
        ("usages_normalized_and_priced_per_s", _normalize_then_price, Goal("value", ">=", 30_000)),
        ("usages_normalized_and_priced_one_by_one_per_s", _normalize_and_price_one_by_one, None),
        ("usages_normalized_per_s", _normalize, None),
    ):
        yield Figure(name=name, value=len(lines) / _time(work), unit="usages/s", baseline=parsed_per_s, goal=goal)
    yield Figure(
        name="catalogue_load_ms",
        value=1000 * _time(load_catalogue.__wrapped__, rounds=5),
        unit="ms",
        goal=Goal("value", "<=", 200),
    )


def _time(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """Seconds of one core in the fastest round; what else the machine does meanwhile does not count."""
    best = float("inf")
    for _ in range(rounds):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best


def _normalize() -> list[tuple[TokenUsage, PriceRequest]]:
    return [
        (
            normalize_usage(provider=provider, api=api, model=model, usage=usage),
            PriceRequest(model=model, provider=provider),
        )
        for _ in range(REPEATS)
        for provider, api, model, usage in SHAPES
    ]


def _normalize_then_price() -> None:
    catalogue = load_catalogue()
    for usage, request in _normalize():
        price_usage(usage, request=request, catalogue=catalogue)


def _normalize_and_price_one_by_one() -> None:
    catalogue = load_catalogue()
    for _ in range(REPEATS):
        for provider, api, model, usage in SHAPES:
            counted = normalize_usage(provider=provider, api=api, model=model, usage=usage)
            price_usage(counted, request=PriceRequest(model=model, provider=provider), catalogue=catalogue)
