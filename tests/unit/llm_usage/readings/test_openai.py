"""OpenAI's shapes: input includes cache, output includes reasoning."""

from typing import Any

import pytest

from tests.unit.llm_usage.readings.shapes import list_counts, read

CASES = [
    pytest.param(
        {"prompt_tokens": 1200, "completion_tokens": 340, "total_tokens": 1540},
        {"input": 1200, "output": 340, "total": 1540},
        id="chat-plain",
    ),
    pytest.param(
        {
            "prompt_tokens": 10_000,
            "completion_tokens": 800,
            "total_tokens": 10_800,
            "prompt_tokens_details": {"cached_tokens": 6016, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 512,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 90,
                "rejected_prediction_tokens": 9,
            },
        },
        {
            "input": 10_000,
            "output": 800,
            "total": 10_800,
            "cache_read_input": 6016,
            "reasoning": 512,
            "audio_input": 0,
            "audio_output": 0,
        },
        id="chat-cache-and-reasoning-inside",
    ),
    pytest.param(
        {
            "prompt_tokens": 1000,
            "completion_tokens": 400,
            "total_tokens": 1400,
            "prompt_tokens_details": {"audio_tokens": 600, "text_tokens": 400, "cached_tokens": 0},
            "completion_tokens_details": {"audio_tokens": 300, "text_tokens": 100},
        },
        {
            "input": 1000,
            "output": 400,
            "total": 1400,
            "cache_read_input": 0,
            "text_input": 400,
            "audio_input": 600,
            "text_output": 100,
            "audio_output": 300,
        },
        id="chat-audio",
    ),
    pytest.param(
        {
            "input_tokens": 10_000,
            "input_tokens_details": {
                "cached_tokens": 6016,
                "cache_write_tokens": 2048,
                "cache_write_tokens_details": {"ttl_30m_tokens": 1000, "ttl_12h_tokens": 1048},
            },
            "output_tokens": 800,
            "output_tokens_details": {"reasoning_tokens": 512},
            "total_tokens": 10_800,
        },
        {
            "input": 10_000,
            "output": 800,
            "total": 10_800,
            "cache_read_input": 6016,
            "cache_creation_input": 2048,
            "cache_creation_30m_input": 1000,
            "cache_creation_12h_input": 1048,
            "reasoning": 512,
        },
        id="responses-cache-writes-with-lifetimes",
    ),
    pytest.param(
        {"input_tokens": 132, "output_tokens": 275, "total_tokens": 407},
        {"input": 132, "output": 275, "total": 407},
        id="responses-plain",
    ),
    pytest.param(
        {
            "total_tokens": 30,
            "input_tokens": 20,
            "output_tokens": 10,
            "input_token_details": {
                "text_tokens": 5,
                "audio_tokens": 12,
                "image_tokens": 3,
                "cached_tokens": 4,
                "cached_tokens_details": {"text_tokens": 1, "audio_tokens": 3, "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": 2, "audio_tokens": 8},
        },
        {
            "input": 20,
            "output": 10,
            "total": 30,
            "cache_read_input": 4,
            "text_input": 5,
            "audio_input": 12,
            "image_input": 3,
            "text_output": 2,
            "audio_output": 8,
        },
        id="realtime",
    ),
    pytest.param(
        {
            "total_tokens": 4510,
            "input_tokens": 350,
            "input_tokens_details": {"image_tokens": 300, "text_tokens": 50},
            "output_tokens": 4160,
            "output_tokens_details": {"image_tokens": 4160, "text_tokens": 0},
        },
        {
            "input": 350,
            "output": 4160,
            "total": 4510,
            "text_input": 50,
            "image_input": 300,
            "text_output": 0,
            "image_output": 4160,
        },
        id="images",
    ),
    pytest.param(
        {
            "type": "tokens",
            "input_tokens": 140,
            "output_tokens": 45,
            "total_tokens": 185,
            "input_token_details": {"audio_tokens": 130, "text_tokens": 10},
        },
        {"input": 140, "output": 45, "total": 185, "text_input": 10, "audio_input": 130},
        id="transcription-in-tokens",
    ),
    pytest.param({"type": "duration", "seconds": 9.0}, {}, id="transcription-in-seconds"),
    pytest.param({"prompt_tokens": 8, "total_tokens": 8}, {"input": 8, "total": 8}, id="embeddings"),
    pytest.param(
        {"prompt_tokens": 14, "completion_tokens": 6}, {"input": 14, "output": 6, "total": 20}, id="total-is-the-sum"
    ),
    pytest.param(
        {"prompt_tokens": 14, "completion_tokens": 6, "prompt_tokens_details": None},
        {"input": 14, "output": 6, "total": 20},
        id="null-details-report-nothing",
    ),
]


@pytest.mark.parametrize(("usage", "counts"), CASES)
def test_openai_shapes_are_inclusive(usage: dict[str, Any], counts: dict[str, int]) -> None:
    """Each route's counts come out as they stand, without a flag."""
    result = read(usage, provider="openai")
    assert list_counts(result) == counts
    assert result.flags == ()


def test_cached_media_steer_the_price() -> None:
    """Realtime says how much of the cache was audio."""
    usage = {
        "input_tokens": 20,
        "output_tokens": 1,
        "input_token_details": {"audio_tokens": 12, "cached_tokens": 4, "cached_tokens_details": {"audio_tokens": 3}},
    }
    assert read(usage).cache_read_audio_tokens == 3


def test_text_count_without_a_confirmed_meaning_is_none() -> None:
    """Text that sums up to nothing known is not stored."""
    usage = {"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": {"text_tokens": 70}}
    assert read(usage).text_input_tokens is None


def test_response_around_the_usage_is_looked_through() -> None:
    """A whole body gives what its usage gives."""
    usage = {"prompt_tokens": 14, "completion_tokens": 6, "total_tokens": 20}
    assert read({"id": "x", "choices": [], "usage": usage}) == read(usage)
