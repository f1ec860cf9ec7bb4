"""What a stream's chunks say together."""

from typing import Any

import pytest

from tests.unit.llm_usage.readings.shapes import list_counts, read

START = {
    "type": "message_start",
    "message": {
        "id": "msg",
        "usage": {
            "input_tokens": 10,
            "cache_read_input_tokens": 5,
            "cache_creation_input_tokens": 5,
            "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2},
            "output_tokens": 8,
        },
    },
}


@pytest.mark.parametrize(
    "delta",
    [
        pytest.param({"output_tokens": 110}, id="output-only"),
        pytest.param(
            {
                "input_tokens": 10,
                "cache_read_input_tokens": 5,
                "cache_creation_input_tokens": 5,
                "output_tokens": 110,
            },
            id="repeats-without-lifetimes",
        ),
        pytest.param({"input_tokens": 0, "output_tokens": 110}, id="zero-for-not-repeated"),
    ],
)
def test_anthropics_delta_is_cumulative(delta: dict[str, Any]) -> None:
    """The start's output is inside the delta's; the lifetimes stay."""
    chunks = [START, {"type": "ping"}, {"type": "message_delta", "delta": {"stop_reason": "end"}, "usage": delta}]
    result = read(chunks, provider="anthropic")
    assert list_counts(result) == {
        "input": 20,
        "output": 110,
        "total": 130,
        "cache_read_input": 5,
        "cache_creation_input": 5,
        "cache_creation_5m_input": 3,
        "cache_creation_1h_input": 2,
    }
    assert result.flags == ()


def test_anthropics_output_may_end_below_its_start() -> None:
    """The start's figure is a guess; never summed."""
    chunks = [START, {"type": "message_delta", "usage": {"output_tokens": 4}}]
    assert read(chunks, provider="anthropic").output_tokens == 4


def test_geminis_last_chunk_counts() -> None:
    """Cumulative, the parts by modality too."""
    chunks = [
        {
            "usageMetadata": {
                "promptTokenCount": 400,
                "candidatesTokenCount": candidates,
                "thoughtsTokenCount": thoughts,
                "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 30}],
            }
        }
        for candidates, thoughts in ((20, 0), (40, 20))
    ]
    assert list_counts(read(chunks, provider="gemini")) == {
        "input": 400,
        "output": 60,
        "total": 460,
        "reasoning": 20,
        "audio_input": 30,
    }


def test_perplexity_repeats_growing_counts() -> None:
    """The last one is the whole."""
    chunks = [{"prompt_tokens": 121, "completion_tokens": n, "total_tokens": 121 + n} for n in (11, 77, 4774, 4774)]
    assert list_counts(read(chunks, provider="perplexity")) == {"input": 121, "output": 4774, "total": 4895}


def test_only_the_last_chunk_has_a_usage() -> None:
    """Chunks without one say nothing; Groq's stands under `x_groq`."""
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    chunks = [{"choices": [], "usage": None}, {"choices": [], "x_groq": {"id": "r", "usage": usage}}, None, "[DONE]"]
    assert read(chunks, provider="groq") == read(usage, provider="groq")


def test_moonshots_usage_stands_in_the_last_choice() -> None:
    """Found there, and nowhere else."""
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "cached_tokens": 4}
    chunks = [{"choices": [{"delta": {"content": "hi"}}]}, {"choices": [{"delta": {}, "usage": usage}]}]
    assert read(chunks, provider="moonshot") == read(usage, provider="moonshot")


def test_falling_outputs_are_increments() -> None:
    """Cumulative counts cannot fall: outputs are summed, the repeated prompt is not."""
    chunks = [{"prompt_tokens": 10, "completion_tokens": n} for n in (4, 3, 5)]
    assert list_counts(read(chunks)) == {"input": 10, "output": 12, "total": 22}


def test_realtime_responses_are_summed() -> None:
    """Each `response.done` of a session is a response of its own."""
    done = {
        "type": "response.done",
        "response": {"usage": {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10}},
    }
    assert list_counts(read([done, done], api="openai_realtime")) == {"input": 40, "output": 20, "total": 60}


@pytest.mark.parametrize("api", [None, "openai_realtime", "openai_chat"])
def test_realtime_is_known_by_its_events(api: str | None) -> None:
    """Whatever the caller says."""
    usage = {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10, "input_token_details": {"cached_tokens": 8}}
    done = {"type": "response.done", "response": {"usage": usage}}
    result = read([{"type": "response.created", "response": {"usage": None}}, done, done], api=api)
    assert list_counts(result) == {"input": 40, "output": 20, "total": 60, "cache_read_input": 16}


@pytest.mark.parametrize("api", ["openai_realtime", "posthog", "litellm"])
def test_a_wrong_name_of_the_api_does_not_change_a_stream(api: str) -> None:
    """The chunks' shape decides how they combine."""
    chunks = [START, {"type": "message_delta", "usage": {"output_tokens": 110}}]
    assert read(chunks, api=api) == read(chunks, provider="anthropic", api="anthropic_messages")


def test_chunks_of_text_say_nothing() -> None:
    """A raw stream is mostly text; none of it is an unknown key."""
    text = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Seven"}}
    chunks = [START, text, text, {"type": "message_delta", "usage": {"output_tokens": 110}}, {"type": "message_stop"}]
    result = read(chunks, provider="anthropic")
    assert (result.output_tokens, result.flags) == (110, ())


def test_falling_totals_are_increments() -> None:
    """LangChain's first chunk has the prompt, the later ones what was written since."""
    chunks = [
        {"input_tokens": 25, "output_tokens": 0, "total_tokens": 25},
        {"input_tokens": 0, "output_tokens": 15, "total_tokens": 15},
    ]
    result = read(chunks, provider="anthropic")
    assert (list_counts(result), result.flags) == ({"input": 25, "output": 15, "total": 40}, ())


@pytest.mark.parametrize("chunks", [[], [{"choices": []}], [None, 7, "x"]])
def test_stream_without_usage_reports_nothing(chunks: list[Any]) -> None:
    """No zeros where nobody counted."""
    result = read(chunks, provider="openai")
    assert (list_counts(result), result.reading, result.flags) == ({}, "none", ())
