"""What OpenAI's followers add, and where they count otherwise."""

from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.integrity import CACHE_EXCEEDS_INPUT, REASONING_EXCEEDS_OUTPUT, TOTAL_MISMATCH
from tests.unit.llm_usage.readings.shapes import list_counts, read

PLAIN = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
COUNTED = {"input": 1000, "output": 500, "total": 1500}


@pytest.mark.parametrize(
    ("provider", "extra", "counts"),
    [
        pytest.param(
            "deepseek",
            {
                "prompt_cache_hit_tokens": 700,
                "prompt_cache_miss_tokens": 300,
                "prompt_tokens_details": {"cached_tokens": 700},
            },
            {"cache_read_input": 700},
            id="deepseek-says-it-twice",
        ),
        pytest.param("moonshot", {"cached_tokens": 700}, {"cache_read_input": 700}, id="moonshot"),
        pytest.param("together", {"cached_tokens": 0}, {"cache_read_input": 0}, id="together"),
        pytest.param("mistral", {"num_cached_tokens": 700}, {"cache_read_input": 700}, id="mistral"),
        pytest.param(
            "mistral", {"prompt_token_details": {"cached_tokens": 7}}, {"cache_read_input": 7}, id="mistral-singular"
        ),
        pytest.param(
            "alibaba",
            {
                "prompt_tokens_details": {
                    "cached_tokens": 10,
                    "cache_creation_input_tokens": 20,
                    "cache_creation": {"ephemeral_5m_input_tokens": 20},
                    "cache_type": "ephemeral",
                }
            },
            {"cache_read_input": 10, "cache_creation_input": 20, "cache_creation_5m_input": 20},
            id="alibaba-cache-writes-inside",
        ),
        pytest.param("alibaba", {"plugins": {"search": {"count": 1}}}, {"web_search": 1}, id="alibaba-search"),
        pytest.param(
            "groq",
            {"queue_time": 0.01, "prompt_time": 0.2, "completion_time": 0.3, "total_time": 0.5},
            {},
            id="groq-timings",
        ),
        pytest.param("databricks", {"cache_read_input_tokens": 100}, {"cache_read_input": 100}, id="databricks"),
        pytest.param("modal", {"reasoning_tokens": 60}, {"reasoning": 60}, id="reasoning-at-the-top"),
        pytest.param("hosted_vllm", {"prompt_tokens_details": None}, {}, id="vllm"),
        pytest.param("perplexity", {"num_search_queries": 2}, {"web_search": 2}, id="perplexity"),
        pytest.param("xai", {"num_sources_used": 3}, {"web_search": 3}, id="xai-sources"),
        pytest.param(
            "xai",
            {"server_side_tool_usage_details": {"web_search_calls": 2, "x_search_calls": 1}},
            {"web_search": 2},
            id="xai-server-side-tools",
        ),
        pytest.param(
            "somebody-new", {"completion_tokens_details": {"reasoning_tokens": 9}}, {"reasoning": 9}, id="unknown"
        ),
    ],
)
def test_additions_are_understood(provider: str, extra: dict[str, Any], counts: dict[str, int]) -> None:
    """Parts of the same input and output, without a flag."""
    result = read(PLAIN | extra, provider=provider)
    assert (list_counts(result), result.flags) == (COUNTED | counts, ())


def test_hits_and_misses_sum_to_the_prompt() -> None:
    """Where DeepSeek's prompt count is missing, it follows."""
    usage = {"prompt_cache_hit_tokens": 700, "prompt_cache_miss_tokens": 300, "completion_tokens": 5}
    assert list_counts(read(usage)) == {"input": 1000, "output": 5, "total": 1005, "cache_read_input": 700}


@pytest.mark.parametrize(
    ("usage", "provider", "model", "counts"),
    [
        pytest.param(
            {
                "prompt_tokens": 12,
                "completion_tokens": 2,
                "total_tokens": 438,
                "completion_tokens_details": {"reasoning_tokens": 424},
            },
            "xai",
            "grok-4",
            {"input": 12, "output": 426, "total": 438, "reasoning": 424},
            id="xai-beside-says-the-total",
        ),
        pytest.param(
            {
                "prompt_tokens": 12,
                "completion_tokens": 426,
                "total_tokens": 438,
                "completion_tokens_details": {"reasoning_tokens": 424},
            },
            "xai",
            "grok-4",
            {"input": 12, "output": 426, "total": 438, "reasoning": 424},
            id="xai-inside-says-the-total",
        ),
        pytest.param(
            {"prompt_tokens": 12, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 1}},
            "xai",
            "grok-4",
            {"input": 12, "output": 3, "total": 15, "reasoning": 1},
            id="xai-beside-by-convention",
        ),
        pytest.param(
            {"input_tokens": 12, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 1}},
            "xai",
            "grok-4",
            {"input": 12, "output": 3, "total": 15, "reasoning": 1},
            id="xai-responses-inside",
        ),
        pytest.param(
            {"prompt_tokens": 4142, "completion_tokens": 254, "total_tokens": 8724, "cached_tokens": 4328},
            "xai",
            "grok-4",
            {"input": 8470, "output": 254, "total": 8724, "cache_read_input": 4328},
            id="xai-cache-beside-says-the-total",
        ),
        pytest.param(
            {"prompt_tokens": 19, "completion_tokens": 84, "completion_tokens_details": {"reasoning_tokens": 70}},
            "deepinfra",
            "google/gemma-3",
            {"input": 19, "output": 154, "total": 173, "reasoning": 70},
            id="deepinfra-gemma",
        ),
        pytest.param(
            {"prompt_tokens": 19, "completion_tokens": 84, "completion_tokens_details": {"reasoning_tokens": 70}},
            "deepinfra",
            "deepseek-r1",
            {"input": 19, "output": 84, "total": 103, "reasoning": 70},
            id="deepinfra-others",
        ),
        pytest.param(
            {
                "prompt_tokens": 188,
                "completion_tokens": 55,
                "connector_tokens": 7112,
                "connectors": {"web_search": 1},
                "total_tokens": 7355,
            },
            "mistral",
            "mistral-medium",
            {"input": 7300, "output": 55, "total": 7355, "web_search": 1},
            id="mistral-connectors-beside",
        ),
    ],
)
def test_parts_beside_their_whole_are_added(
    usage: dict[str, Any], provider: str, model: str, counts: dict[str, int]
) -> None:
    """Where the total or the provider's convention says so."""
    result = read(usage, provider=provider, model=model)
    assert (list_counts(result), result.flags) == (counts, ())


@pytest.mark.parametrize(
    ("provider", "model", "output_tokens"),
    [
        pytest.param("google_vertex", "gemini-pro", 70, id="vertex"),
        pytest.param("gemini", "", 70, id="google-and-no-model"),
        pytest.param("openai", "gemini-2.5-flash", 70, id="the-protocols-name"),
        pytest.param("google_vertex", "deepseek-r1", 50, id="anothers-model-on-vertex"),
        pytest.param("openrouter", "google/gemini-2.5-flash", 50, id="openrouter"),
    ],
)
def test_googles_compatible_endpoint_leaves_thoughts_out(provider: str, model: str, output_tokens: int) -> None:
    """As its own API does; gateways add them."""
    usage = {"prompt_tokens": 100, "completion_tokens": 50, "completion_tokens_details": {"reasoning_tokens": 20}}
    assert read(usage, provider=provider, model=model).output_tokens == output_tokens


def test_cache_beyond_the_input_is_read_as_beside_and_flagged() -> None:
    """xAI's Responses report no total: the shape alone proves it."""
    usage = {"input_tokens": 12_426, "output_tokens": 762, "input_tokens_details": {"cached_tokens": 12_984}}
    result = read(usage, provider="xai")
    assert (result.input_tokens, result.flags) == (25_410, (CACHE_EXCEEDS_INPUT,))
    assert result.reading == "input_exclusive+output_inclusive:shape"


def test_reasoning_one_beyond_the_output_stays_inside() -> None:
    """Kimi on Baseten counts one too many: flagged, not added."""
    usage = {
        "prompt_tokens": 24,
        "completion_tokens": 51,
        "total_tokens": 75,
        "completion_tokens_details": {"reasoning_tokens": 52},
    }
    result = read(usage, provider="baseten", model="moonshotai/kimi-k2-thinking")
    assert (result.output_tokens, result.flags) == (51, (REASONING_EXCEEDS_OUTPUT,))


def test_perplexity_deep_research_bills_on_top() -> None:
    """Reasoning is added, citations are priced by themselves; the total leaves both out and is kept."""
    usage = {
        "prompt_tokens": 33,
        "completion_tokens": 7163,
        "total_tokens": 7196,
        "citation_tokens": 20_016,
        "num_search_queries": 18,
        "reasoning_tokens": 73_997,
    }
    result = read(usage, provider="perplexity", model="sonar-deep-research")
    assert (result.output_tokens, result.citation_tokens, result.web_search_count) == (81_160, 20_016, 18)
    assert (result.total_tokens, result.unexplained_tokens, result.flags) == (7196, -73_997, (TOTAL_MISMATCH,))


@pytest.mark.parametrize(
    ("extra", "cost_usd"),
    [
        pytest.param({"cost": 0.0123}, "0.0123", id="openrouter"),
        pytest.param(
            {"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}},
            "0.0021",
            id="openrouter-with-ones-own-key",
        ),
        pytest.param({"cost": {"request_cost": 0.006, "total_cost": 0.0126}}, "0.0126", id="perplexity"),
        pytest.param({"cost_in_usd_ticks": 37_756_000}, "0.0037756", id="xai-ticks"),
    ],
)
def test_providers_own_charge_is_kept(extra: dict[str, Any], cost_usd: str) -> None:
    """In US dollars, exactly."""
    assert read(PLAIN | extra, provider="openrouter").provider_cost_usd == Decimal(cost_usd)


def test_charge_without_the_upstreams_part_is_unknown() -> None:
    """With one's own key OpenRouter's fee alone is no cost of the call."""
    usage = PLAIN | {"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}
    assert read(usage, provider="openrouter").provider_cost_usd is None


@pytest.mark.parametrize("extra", [{}, {"text_tokens": 4, "image_pixels": 2_000_000}])
def test_voyage_reports_its_input_as_total(extra: dict[str, Any]) -> None:
    """Embeddings write nothing; pixels are no tokens."""
    result = read({"total_tokens": 9} | extra, provider="voyageai")
    assert (list_counts(result), result.flags) == ({"input": 9, "total": 9}, ())


def test_snowflakes_guard_is_another_model() -> None:
    """What it read is no part of the call."""
    result = read({"prompt_tokens": 10, "completion_tokens": 5, "guardrails_tokens": 2}, provider="snowflake")
    assert (list_counts(result), result.flags) == ({"input": 10, "output": 5, "total": 15}, ())
