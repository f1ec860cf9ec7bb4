"""Gemini's shapes: thoughts and the tools' prompt beside, cache inside, and what the total proves otherwise."""

from typing import Any

import pytest

from posthog.llm_usage.integrity import CACHE_EXCEEDS_INPUT, TOTAL_MISMATCH
from tests.unit.llm_usage.readings.shapes import list_counts, read

CAMEL_CASE = {
    "promptTokenCount": 10_000,
    "candidatesTokenCount": 288,
    "thoughtsTokenCount": 512,
    "cachedContentTokenCount": 6016,
    "totalTokenCount": 10_800,
    "promptTokensDetails": [
        {"modality": "TEXT", "tokenCount": 8900},
        {"modality": "IMAGE", "tokenCount": 500},
        {"modality": "DOCUMENT", "tokenCount": 100},
        {"modality": "AUDIO", "tokenCount": 400},
        {"modality": "VIDEO", "tokenCount": 100},
    ],
    "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 300}, {"modality": "TEXT", "tokenCount": 5716}],
    "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 288}],
    "trafficType": "ON_DEMAND",
}
SNAKE_CASE = {
    "prompt_token_count": 10_000,
    "candidates_token_count": 288,
    "thoughts_token_count": 512,
    "cached_content_token_count": 6016,
    "total_token_count": 10_800,
    "prompt_tokens_details": [
        {"modality": "MediaModality.TEXT", "token_count": 8900},
        {"modality": "MediaModality.IMAGE", "token_count": 500},
        {"modality": "DOCUMENT", "token_count": 100},
        {"modality": "audio", "token_count": 400},
        {"modality": "VIDEO", "token_count": 100},
    ],
    "cache_tokens_details": [{"modality": "AUDIO", "token_count": 300}],
    "candidates_tokens_details": [{"modality": "TEXT", "token_count": 288}],
}
COUNTED = {
    "input": 10_000,
    "output": 800,
    "total": 10_800,
    "cache_read_input": 6016,
    "reasoning": 512,
    "text_input": 8900,
    "image_input": 600,
    "audio_input": 400,
    "video_input": 100,
    "text_output": 288,
}


@pytest.mark.parametrize("usage", [CAMEL_CASE, SNAKE_CASE, {"usageMetadata": CAMEL_CASE}])
def test_thoughts_are_output_and_documents_are_images(usage: dict[str, Any]) -> None:
    """Both spellings give the same."""
    result = read(usage, provider="google_vertex")
    assert list_counts(result) == COUNTED
    assert (result.cache_read_audio_tokens, result.flags) == (300, ())


@pytest.mark.parametrize(
    ("usage", "counts", "reading"),
    [
        pytest.param(
            {"promptTokenCount": 100, "candidatesTokenCount": 80, "thoughtsTokenCount": 30, "totalTokenCount": 180},
            {"input": 100, "output": 80, "total": 180, "reasoning": 30},
            "input_inclusive+output_inclusive+tool_prompt_exclusive:total",
            id="thoughts-inside-says-the-total",
        ),
        pytest.param(
            {"promptTokenCount": 100, "candidatesTokenCount": 80, "thoughtsTokenCount": 30},
            {"input": 100, "output": 110, "total": 210, "reasoning": 30},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:convention",
            id="no-total-no-proof",
        ),
        pytest.param(
            {"promptTokenCount": 100, "thoughtsTokenCount": 30, "totalTokenCount": 130},
            {"input": 100, "output": 30, "total": 130, "reasoning": 30},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:total",
            id="nothing-but-thoughts",
        ),
        pytest.param(
            {
                "promptTokenCount": 16,
                "candidatesTokenCount": 99,
                "toolUsePromptTokenCount": 109,
                "totalTokenCount": 224,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 16}],
                "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 109}],
            },
            {"input": 125, "output": 99, "total": 224, "text_input": 125},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:total",
            id="tools-prompt-is-extra-input",
        ),
        pytest.param(
            {
                "promptTokenCount": 5,
                "candidatesTokenCount": 10,
                "cachedContentTokenCount": 13_710,
                "totalTokenCount": 13_725,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 5}],
                "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 13_710}],
            },
            {"input": 13_715, "output": 10, "total": 13_725, "cache_read_input": 13_710, "text_input": 13_715},
            "input_exclusive+output_exclusive+tool_prompt_exclusive:total",
            id="cache-outside-the-prompt",
        ),
        pytest.param(
            {"promptTokenCount": 55, "totalTokenCount": 55},
            {"input": 55, "total": 55},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:convention",
            id="embedding",
        ),
        pytest.param(
            {"promptTokenCount": 40, "responseTokenCount": 9, "totalTokenCount": 49},
            {"input": 40, "output": 9, "total": 49},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:convention",
            id="live",
        ),
        pytest.param(
            {
                "input_tokens_by_modality": [{"modality": "text", "tokens": 28}],
                "total_cached_tokens": 20,
                "total_input_tokens": 28,
                "total_output_tokens": 76,
                "total_thought_tokens": 128,
                "total_tool_use_tokens": 6,
                "total_tokens": 238,
            },
            {"input": 34, "output": 204, "total": 238, "cache_read_input": 20, "reasoning": 128},
            "input_inclusive+output_exclusive+tool_prompt_exclusive:total",
            id="interactions",
        ),
    ],
)
def test_the_total_decides_where_thoughts_and_cache_lie(
    usage: dict[str, Any], counts: dict[str, int], reading: str
) -> None:
    """Arithmetic before convention."""
    result = read(usage, provider="gemini")
    assert (list_counts(result), result.reading, result.flags) == (counts, reading, ())


def test_cache_is_a_part_of_prompt_and_tool_prompt_together() -> None:
    """More than the prompt alone, and no contradiction."""
    result = read({"promptTokenCount": 55, "toolUsePromptTokenCount": 89, "cachedContentTokenCount": 100})
    assert (result.input_tokens, result.cache_read_input_tokens, result.flags) == (144, 100, ())


def test_modalities_may_be_numbers() -> None:
    """As protocol buffers write an enumeration."""
    details = [{"modality": number, "token_count": 10 * number} for number in range(7)]
    result = read({"prompt_token_count": 150, "prompt_tokens_details": details})
    assert (result.text_input_tokens, result.image_input_tokens) == (10, 20 + 50)
    assert (result.video_input_tokens, result.audio_input_tokens) == (30, 40)


def test_cache_beyond_the_prompt_without_proof_is_flagged() -> None:
    """Vertex left the cache out of prompt and total alike: it was read all the same."""
    usage = {
        "promptTokenCount": 5,
        "candidatesTokenCount": 10,
        "cachedContentTokenCount": 13_710,
        "totalTokenCount": 15,
    }
    result = read(usage, provider="vertex_ai")
    assert (result.input_tokens, result.unexplained_tokens) == (13_715, -13_710)
    assert result.flags == (CACHE_EXCEEDS_INPUT, TOTAL_MISMATCH)


@pytest.mark.parametrize(
    ("provider", "model", "reasoning"),
    [
        ("gemini", "gemini-2.5-pro", 70),
        ("google_ai_studio", None, 70),
        ("openai", "gemini-2.5-pro", 70),
        ("openrouter", "google/gemini-2.5-pro", None),
        ("openai", "gpt-5", None),
    ],
)
def test_openai_endpoint_shows_thoughts_only_in_the_total(
    provider: str, model: str | None, reasoning: int | None
) -> None:
    """What the total has beyond prompt and completion was thought; for others it is unexplained."""
    result = read({"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 200}, provider=provider, model=model)
    assert result.reasoning_tokens == reasoning
    assert result.output_tokens == 30 + (reasoning or 0)
    assert (result.unexplained_tokens == 0) is (reasoning is not None)


@pytest.mark.parametrize(
    ("traffic", "tier"),
    [("ON_DEMAND", None), ("ON_DEMAND_PRIORITY", "priority"), ("ON_DEMAND_FLEX", "flex")],
)
def test_traffic_type_is_the_service_tier(traffic: str, tier: str | None) -> None:
    """Vertex names its tiers in its own way."""
    assert read({"promptTokenCount": 1, "trafficType": traffic}).service_tier == tier
