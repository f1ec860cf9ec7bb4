"""Bedrock's shapes."""

from typing import Any

import pytest

from posthog.llm_usage.integrity import UNKNOWN_USAGE_KEY
from tests.unit.llm_usage.readings.shapes import list_counts, read

CACHED = {
    "inputTokens": 100,
    "outputTokens": 800,
    "totalTokens": 9916,
    "cacheReadInputTokens": 6016,
    "cacheWriteInputTokens": 3000,
}


@pytest.mark.parametrize(
    ("usage", "counts", "reading"),
    [
        pytest.param(
            CACHED | {"serverToolUsage": {}},
            {"input": 9116, "output": 800, "total": 9916, "cache_read_input": 6016, "cache_creation_input": 3000},
            "input_exclusive+output_inclusive:total",
            id="cache-beside",
        ),
        pytest.param(
            CACHED | {"cacheReadInputTokenCount": 6016, "cacheWriteInputTokenCount": 3000},
            {"input": 9116, "output": 800, "total": 9916, "cache_read_input": 6016, "cache_creation_input": 3000},
            "input_exclusive+output_inclusive:total",
            id="spelled-twice-counted-once",
        ),
        pytest.param(
            {"inputTokens": 1, "outputTokens": 2, "cacheReadInputTokenCount": 4},
            {"input": 5, "output": 2, "total": 7, "cache_read_input": 4},
            "input_exclusive+output_inclusive:convention",
            id="other-spelling-no-total",
        ),
        pytest.param(
            CACHED | {"cacheDetails": [{"ttl": "5m", "inputTokens": 2000}, {"ttl": "1h", "inputTokens": 1000}]},
            {
                "input": 9116,
                "output": 800,
                "total": 9916,
                "cache_read_input": 6016,
                "cache_creation_input": 3000,
                "cache_creation_5m_input": 2000,
                "cache_creation_1h_input": 1000,
            },
            "input_exclusive+output_inclusive:total",
            id="lifetimes",
        ),
        pytest.param(
            {"inputTokens": 264, "outputTokens": 42, "totalTokens": 306, "cacheWriteInputTokens": 258},
            {"input": 264, "output": 42, "total": 306, "cache_creation_input": 258},
            "input_inclusive+output_inclusive:total",
            id="inclusive-says-the-total",
        ),
        pytest.param(
            {"inputTokenCount": 9, "outputTokenCount": 4, "invocationLatency": 900, "firstByteLatency": 90},
            {"input": 9, "output": 4, "total": 13},
            "input_exclusive+output_inclusive:convention",
            id="invocation-metrics",
        ),
        pytest.param(
            {"prompt_token_count": 9, "generation_token_count": 4},
            {"input": 9, "output": 4, "total": 13},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:convention",
            id="llama",
        ),
    ],
)
def test_converse_leaves_the_cache_out(usage: dict[str, Any], counts: dict[str, int], reading: str) -> None:
    """Cache is added unless the total says that it is inside."""
    result = read(usage, provider="bedrock")
    assert (list_counts(result), result.reading, result.flags) == (counts, reading, ())


def test_openai_models_on_bedrock_are_inclusive() -> None:
    """Their maker's convention holds in Converse's shape too."""
    usage = {"inputTokens": 264, "outputTokens": 42, "cacheReadInputTokens": 100}
    assert read(usage, provider="bedrock", model="openai.gpt-5.6-luna").input_tokens == 264


@pytest.mark.parametrize("key", ["usage", "amazon-bedrock-invocationMetrics"])
def test_metadata_event_is_looked_through(key: str) -> None:
    """The last event of a stream wraps the usage."""
    assert read({"metadata": {key: CACHED, "metrics": {"latencyMs": 9}}}).input_tokens == 9116


def test_details_of_another_shape_do_not_pass_in_silence() -> None:
    """An observer's object under Bedrock's name."""
    usage = {"inputTokens": 9, "outputTokens": 1, "cacheDetails": {"cachedInput": 5}}
    assert read(usage).flags == (UNKNOWN_USAGE_KEY,)
