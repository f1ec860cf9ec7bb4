"""OpenTelemetry's attributes, current and older."""

from typing import Any

import pytest

from posthog.llm_usage.integrity import UNKNOWN_USAGE_KEY
from tests.unit.llm_usage.readings.shapes import list_counts, read

COUNTED = {"input": 400, "output": 160, "total": 560, "cache_read_input": 80, "cache_creation_input": 40}


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(
            {
                "gen_ai.usage.input_tokens": 400,
                "gen_ai.usage.output_tokens": 160,
                "gen_ai.usage.cache_read.input_tokens": 80,
                "gen_ai.usage.cache_creation.input_tokens": 40,
            },
            id="current",
        ),
        pytest.param(
            {
                "gen_ai.usage.prompt_tokens": "400",
                "gen_ai.usage.completion_tokens": 160,
                "llm.usage.total_tokens": 560,
                "gen_ai.usage.cache_read_input_tokens": 80,
                "gen_ai.usage.cache_creation_input_tokens": 40,
            },
            id="older",
        ),
        pytest.param(
            {
                "llm.usage.prompt_tokens": 400,
                "llm.usage.completion_tokens": 160,
                "llm.usage.cache_read_input_tokens": 80,
                "llm.usage.cache_creation_input_tokens": 40,
            },
            id="llm-usage",
        ),
        pytest.param(
            {
                "gen_ai.usage.input_tokens": 280,
                "gen_ai.usage.output_tokens": 160,
                "gen_ai.usage.total_tokens": 560,
                "gen_ai.usage.cache_read.input_tokens": 80,
                "gen_ai.usage.cache_creation.input_tokens": 40,
            },
            id="exclusive-says-the-total",
        ),
        pytest.param(
            {
                "llm.token_count.prompt": 400,
                "llm.token_count.completion": 160,
                "llm.token_count.total": 560,
                "llm.token_count.prompt_details.cache_read": 80,
                "llm.token_count.prompt_details.cache_write": 40,
            },
            id="openinference",
        ),
        pytest.param(
            {
                "gen_ai.usage.input_tokens": 280,
                "gen_ai.usage.output_tokens": 160,
                "gen_ai.usage.total_tokens": 560,
                "gen_ai.usage.cache_read_input_tokens": 80,
                "gen_ai.usage.cache_write_input_tokens": 40,
            },
            id="strands",
        ),
        pytest.param(
            {
                "ai.usage.inputTokens": 400,
                "ai.usage.outputTokens": 160,
                "ai.usage.cachedInputTokens": 80,
                "ai.usage.inputTokenDetails.cacheWriteTokens": 40,
                "ai.usage.tokens": 560,
            },
            id="ai-sdk",
        ),
    ],
)
def test_attributes_are_inclusive(usage: dict[str, Any]) -> None:
    """A span's other attributes are nobody's concern."""
    span = {"gen_ai.system": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5", "server.port": 443}
    result = read(span | usage, provider="anthropic", model="claude-sonnet-4-5")
    assert (list_counts(result), result.flags) == (COUNTED, ())


@pytest.mark.parametrize("key", ["gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.details.reasoning_tokens"])
def test_reasoning_lies_inside_the_output(key: str) -> None:
    """Current name, and Pydantic AI's."""
    result = read({"gen_ai.usage.input_tokens": 4, "gen_ai.usage.output_tokens": 16, key: 9})
    assert (result.output_tokens, result.reasoning_tokens) == (16, 9)


def test_counts_by_modality_are_read() -> None:
    """As Google's instrumentation sends them; cached text is a part that no column holds."""
    usage = {
        "gen_ai.usage.input_tokens": 400,
        "gen_ai.usage.output_tokens": 160,
        "gen_ai.usage.text.input_tokens": 300,
        "gen_ai.usage.audio.input_tokens": 100,
        "gen_ai.usage.text.output_tokens": 160,
        "gen_ai.usage.cache_read.input_tokens": 80,
        "gen_ai.usage.text.cache_read.input_tokens": 80,
    }
    result = read(usage)
    assert (result.text_input_tokens, result.audio_input_tokens, result.text_output_tokens) == (300, 100, 160)
    assert result.flags == ()


def test_unknown_usage_attribute_is_flagged() -> None:
    """What names usage and is not understood does not pass in silence."""
    result = read({"gen_ai.usage.input_tokens": 4, "gen_ai.usage.dream_tokens": 9})
    assert (result.input_tokens, result.flags) == (4, (UNKNOWN_USAGE_KEY,))


def test_attributes_among_an_events_properties_are_found() -> None:
    """An event without token properties of its own may still carry a span's."""
    assert read({"$lib": "x", "gen_ai.usage.input_tokens": 4}, api="posthog").input_tokens == 4


def spell(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes as OTLP's JSON has them."""
    kinds = {int: "intValue", str: "stringValue", bool: "boolValue", float: "doubleValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in attributes.items()]


SPAN = {
    "gen_ai.system": "anthropic",
    "gen_ai.usage.input_tokens": "400",
    "gen_ai.usage.output_tokens": 160,
    "gen_ai.usage.cache_read.input_tokens": 80,
    "gen_ai.usage.cache_creation.input_tokens": 40,
    "server.port": 443,
}


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(spell(SPAN), id="list"),
        pytest.param({"name": "chat", "attributes": spell(SPAN), "status": {"code": 1}}, id="span"),
        pytest.param({"attributes": SPAN}, id="span-with-a-map"),
    ],
)
def test_attributes_on_the_wire_are_a_list(usage: Any) -> None:
    """64-bit integers are text there."""
    result = read(usage, provider="otel", api="otel_attributes")
    assert (list_counts(result), result.flags) == (COUNTED, ())


@pytest.mark.parametrize(
    "usage", [[{"key": "gen_ai.usage.input_tokens"}], [{"key": 7, "value": {}}], [{"key": "a", "value": {}}], [[]]]
)
def test_other_lists_are_no_attributes(usage: list[Any]) -> None:
    """Nothing is read from them, and nothing raises."""
    assert list_counts(read(usage)) == {}
