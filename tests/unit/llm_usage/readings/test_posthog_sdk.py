"""The `$ai_*` properties of PostHog's SDKs."""

from typing import Any

import pytest

from posthog.llm_usage.integrity import WITNESS_MISMATCH
from tests.unit.llm_usage.readings.shapes import list_counts, read

PROPERTIES = {
    "$ai_input_tokens": 100,
    "$ai_output_tokens": 30,
    "$ai_cache_read_input_tokens": 60,
    "$ai_cache_creation_input_tokens": 20,
    "$ai_model": "ignored",
    "$ai_input": [{"role": "user"}],
}


@pytest.mark.parametrize(
    ("provider", "model", "extra", "input_tokens"),
    [
        pytest.param("anthropic", "x", {}, 180, id="anthropic"),
        pytest.param("vertex", "claude-sonnet-4-5", {}, 180, id="claude-elsewhere"),
        pytest.param("bedrock", "eu.anthropic.claude-v1:0", {}, 180, id="anthropic-in-the-models-name"),
        pytest.param("openai", "gpt-4o", {}, 100, id="openai"),
        pytest.param(None, None, {}, 100, id="nobody-knows"),
        pytest.param("gateway", "anthropic/claude-x", {"$ai_framework": "vercel"}, 100, id="vercels-gateway"),
        pytest.param("anthropic", "x", {"$ai_cache_reporting_exclusive": False}, 100, id="said-inclusive"),
        pytest.param("openai", "gpt-4o", {"$ai_cache_reporting_exclusive": True}, 180, id="said-exclusive"),
        pytest.param("openai", "gpt-4o", {"$ai_cache_reporting_exclusive": "true"}, 180, id="said-as-text"),
        pytest.param("openai", "gpt-4o", {"$ai_cache_reporting_exclusive": 7}, 100, id="said-nothing-readable"),
        pytest.param("openai", "gpt-4o", {"$ai_total_tokens": 210}, 180, id="total-proves-exclusive"),
        pytest.param("anthropic", "x", {"$ai_total_tokens": 130}, 100, id="total-proves-inclusive"),
    ],
)
def test_cache_reporting_follows_the_event_then_upstreams_default(
    provider: str | None, model: str | None, extra: dict[str, Any], input_tokens: int
) -> None:
    """Arithmetic, then the event's own word, then upstream's default."""
    result = read(PROPERTIES | extra, provider=provider, model=model, api="posthog")
    assert (result.input_tokens, result.output_tokens, result.flags) == (input_tokens, 30, ())


def test_vercels_gateway_with_more_cache_than_input_is_exclusive() -> None:
    """Upstream's exception to the exception: the shape proves it."""
    properties = PROPERTIES | {"$ai_input_tokens": 10, "$ai_framework": "vercel"}
    assert read(properties, provider="gateway", model="anthropic/claude-x", api="posthog").input_tokens == 90


@pytest.mark.parametrize(
    ("model", "extra", "output_tokens"),
    [
        pytest.param("gemini-2.5-flash", {}, 40, id="gemini-2.5"),
        pytest.param("Gemini-3.1-pro-preview", {}, 40, id="gemini-3"),
        pytest.param("gemini-2.0-flash", {}, 30, id="gemini-2.0"),
        pytest.param("google/gemini-2.5-flash", {}, 30, id="a-gateways-name"),
        pytest.param("gpt-5", {}, 30, id="openai"),
        pytest.param("gemini-2.5-flash", {"$ai_total_tokens": 130}, 30, id="the-total-says-inside"),
        pytest.param("gemini-2.5-flash", {"$ai_framework": "langchain"}, 30, id="langchain-includes-it"),
    ],
)
def test_geminis_reasoning_lies_beside_its_output(model: str, extra: dict[str, Any], output_tokens: int) -> None:
    """Upstream adds it for these models alone."""
    usage = {"$ai_input_tokens": 100, "$ai_output_tokens": 30, "$ai_reasoning_tokens": 10} | extra
    assert read(usage, provider="google", model=model, api="posthog").output_tokens == output_tokens


def test_the_events_own_names_count_where_the_caller_gives_none() -> None:
    """The provider and the model stand beside the counts."""
    assert read(PROPERTIES | {"$ai_provider": "Anthropic"}).input_tokens == 180
    assert read(PROPERTIES | {"$ai_model": "claude-sonnet-4-5"}).input_tokens == 180
    assert read(PROPERTIES | {"$ai_provider": "anthropic"}, provider="openai").input_tokens == 100


def test_an_object_named_as_an_event_is_read_by_its_shape() -> None:
    """An event's names begin with a dollar; where none does, the caller named the wrong API."""
    assert read({"prompt_tokens": 9, "completion_tokens": 1}, api="posthog").input_tokens == 9


def test_every_token_property_has_its_column() -> None:
    """Text, media, reasoning and searches too."""
    result = read(
        {
            "$ai_input_tokens": 100,
            "$ai_output_tokens": 30,
            "$ai_reasoning_tokens": 10,
            "$ai_web_search_count": 2,
            "$ai_text_input_tokens": 60,
            "$ai_image_input_tokens": 10,
            "$ai_audio_input_tokens": 20,
            "$ai_video_input_tokens": 10,
            "$ai_text_output_tokens": 25,
            "$ai_image_output_tokens": 5,
        }
    )
    assert list_counts(result) == {
        "input": 100,
        "output": 30,
        "total": 130,
        "reasoning": 10,
        "web_search": 2,
        "text_input": 60,
        "image_input": 10,
        "audio_input": 20,
        "video_input": 10,
        "text_output": 25,
        "image_output": 5,
    }


RAW = {
    "input_tokens": 100,
    "output_tokens": 30,
    "cache_read_input_tokens": 60,
    "cache_creation_input_tokens": 20,
    "cache_creation": {"ephemeral_5m_input_tokens": 15, "ephemeral_1h_input_tokens": 5},
}


def test_raw_usage_fills_what_the_properties_leave_open() -> None:
    """The lifetimes of the cache writes stand nowhere else."""
    result = read(PROPERTIES | {"$ai_usage": RAW}, provider="anthropic", api="posthog")
    assert (result.input_tokens, result.cache_creation_5m_input_tokens, result.flags) == (180, 15, ())


def test_raw_usage_alone_is_read() -> None:
    """An SDK may leave the counting to the server."""
    assert read({"$ai_usage": RAW}, provider="anthropic", api="posthog").input_tokens == 180


def test_raw_usage_that_says_otherwise_is_flagged() -> None:
    """The properties hold; the disagreement shows."""
    result = read(PROPERTIES | {"$ai_usage": RAW | {"output_tokens": 31}}, provider="anthropic", api="posthog")
    assert (result.output_tokens, result.cache_creation_5m_input_tokens) == (30, None)
    assert result.flags == (WITNESS_MISMATCH,)


GEMINI_WITH_TOOLS = {
    "prompt_token_count": 100,
    "tool_use_prompt_token_count": 25,
    "candidates_token_count": 30,
    "thoughts_token_count": 10,
    "total_token_count": 165,
}


@pytest.mark.parametrize(
    ("said", "input_tokens", "flags"),
    [
        pytest.param(100, 125, (), id="left-out"),
        pytest.param(125, 125, (), id="inside"),
        pytest.param(90, 90, (WITNESS_MISMATCH,), id="another-figure"),
    ],
)
def test_tools_prompt_is_input(said: int, input_tokens: int, flags: tuple[str, ...]) -> None:
    """The Gemini wrapper leaves it out of its input; the provider's own object has it."""
    properties = {"$ai_input_tokens": said, "$ai_output_tokens": 30, "$ai_reasoning_tokens": 10}
    result = read(
        properties | {"$ai_usage": GEMINI_WITH_TOOLS}, provider="gemini", model="gemini-2.5-pro", api="posthog"
    )
    assert (result.input_tokens, result.total_tokens) == (input_tokens, input_tokens + 40)
    assert (result.unexplained_tokens, result.flags) == (0, flags)


def test_event_without_tokens_reports_nothing() -> None:
    """A span counts nothing, whatever else it carries."""
    result = read({"$ai_span_name": "x", "input": 5, "usage": {"prompt_tokens": 9}}, api="posthog")
    assert (list_counts(result), result.reading) == ({}, "none")
