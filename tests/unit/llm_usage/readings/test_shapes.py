"""The keys decide whose shape it is."""

from typing import Any

import pytest

from tests.unit.llm_usage.readings.shapes import read

BODIES: dict[str, dict[str, Any]] = {
    "openai_chat": {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
    "openai_responses": {"input_tokens": 10, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}},
    "anthropic_messages": {"input_tokens": 6, "output_tokens": 2, "cache_read_input_tokens": 4},
    "gemini_generate_content": {"promptTokenCount": 10, "candidatesTokenCount": 2, "cachedContentTokenCount": 4},
    "bedrock_converse": {"inputTokens": 6, "outputTokens": 2, "cacheReadInputTokens": 4},
    "cohere_tokens": {"tokens": {"input_tokens": 10, "output_tokens": 2}, "cached_tokens": 4},
    "otel_attributes": {
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 4,
    },
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("api", [None, "nonsense", *BODIES])
def test_a_wrong_name_of_the_api_changes_nothing(body: str, api: str | None) -> None:
    """Missing, unknown or another's."""
    result = read(BODIES[body], api=api)
    assert (result.input_tokens, result.output_tokens, result.cache_read_input_tokens) == (10, 2, 4)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("wrapper", ["usage", "response", "message", "data", "body", "response_metadata", "llm_output"])
def test_wrappers_are_looked_through(body: str, wrapper: str) -> None:
    """A response, a chunk, an event."""
    wrapped = {"id": "x", wrapper: {"usage": BODIES[body]} if wrapper != "usage" else BODIES[body]}
    assert read(wrapped) == read(BODIES[body])


def test_an_empty_wrapper_does_not_hide_the_next() -> None:
    """Groq's `x_groq` beside an empty usage."""
    assert read({"usage": {}, "x_groq": {"usage": BODIES["openai_chat"]}}).input_tokens == 10


def test_whole_answers_under_ambiguous_names_are_looked_through() -> None:
    """`output` and `tokens` count only where a count stands there."""
    body = {"input": {"prompt": "x"}, "output": ["x"], "tokens": ["x"], "response": {"usage": BODIES["openai_chat"]}}
    assert read(body) == read(BODIES["openai_chat"])


@pytest.mark.parametrize("name", [None, "", "OpenAI", "nobody"])
def test_an_unknown_provider_is_no_error(name: str | None) -> None:
    """What is understood is used."""
    assert read(BODIES["openai_chat"], provider=name).flags == ()
