"""Why a usage was read the way it was."""

from typing import Any

import pytest

from posthog.llm_usage.normalize import normalize_usage, trace_reading
from posthog.llm_usage.readings.trace import ReadingTrace

GROK = {
    "prompt_tokens": 12,
    "completion_tokens": 2,
    "total_tokens": 438,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 424},
    "dream_tokens": 1,
}


def test_every_candidate_shows_its_arithmetic() -> None:
    """The convention first; one chosen, the others with the reason against them."""
    trace = trace_reading(provider="xai", api=None, model="grok-4", usage=GROK)
    assert trace is not None
    assert [(candidate.equation, candidate.is_chosen) for candidate in trace.candidates] == [
        ("input 12 + output 2 + reasoning 424 = 438", True),
        ("input 12 + output 2 = 14", False),
        ("input 12 + cache 3 + output 2 + reasoning 424 = 441", False),
        ("input 12 + cache 3 + output 2 = 17", False),
    ]
    assert [candidate.verdict for candidate in trace.candidates] == [
        "the only one whose sum is the reported total 438",
        "a part would exceed the whole it lies in",
        "its sum is not the reported total 438",
        "a part would exceed the whole it lies in",
    ]


def test_trace_names_family_convention_and_what_was_not_understood() -> None:
    """And agrees with the reading itself."""
    trace = trace_reading(provider="xai", api=None, model="grok-4", usage=GROK)
    assert trace is not None
    assert (trace.family, trace.convention, trace.total) == ("openai_chat", "input_inclusive+output_exclusive", 438)
    assert trace.unknown_keys == ("dream_tokens",)
    assert trace.reading == normalize_usage(provider="xai", api=None, model="grok-4", usage=GROK).reading


def test_verdict_says_when_nothing_proves_the_convention() -> None:
    """No total, a total that nothing explains, or a total that several readings explain."""
    verdicts = []
    for total in (None, 9, 14):
        usage = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": total, "cached_tokens": 1}
        trace = trace_reading(provider="openai", api=None, model=None, usage=usage)
        assert trace is not None
        verdicts.append(trace.candidates[0].verdict)
    assert verdicts == [
        "the convention of openai_chat; no total is reported to test it",
        "the convention of openai_chat; no reading's sum is the reported total 9",
        "the only one whose sum is the reported total 14",
    ]


def read_trace(usage: dict[str, Any], **arguments: str) -> ReadingTrace:
    trace = trace_reading(**{"provider": None, "api": None, "model": None} | arguments, usage=usage)
    assert trace is not None
    return trace


def test_reading_is_put_into_words() -> None:
    """Of the parts that are there."""
    assert read_trace(GROK, provider="xai").meaning == (
        "cached tokens lie inside the reported input; reasoning lies beside the reported output"
    )
    assert read_trace({"prompt_tokens": 1}).meaning.startswith("no part is in question")


@pytest.mark.parametrize(
    ("usage", "arguments", "origins"),
    [
        pytest.param(
            GROK,
            {"provider": "xai"},
            {
                "input_tokens": "as reported",
                "output_tokens": "output 2 + reasoning 424",
                "total_tokens": "as reported",
                "cache_read_input_tokens": "as reported",
                "reasoning_tokens": "as reported",
                "unexplained_tokens": "total 438 − input 12 − output 426",
            },
            id="beside",
        ),
        pytest.param(
            {
                "input_tokens": 1000,
                "output_tokens": 2,
                "cache_read_input_tokens": 3000,
                "cache_creation": {"ephemeral_5m_input_tokens": 40},
            },
            {},
            {
                "input_tokens": "input 1,000 + cache 3,040",
                "output_tokens": "as reported",
                "total_tokens": "input + output; no total is reported",
                "cache_read_input_tokens": "as reported",
                "cache_creation_input_tokens": "the sum of its lifetimes",
                "cache_creation_5m_input_tokens": "as reported",
                "unexplained_tokens": "nothing to compare with: no total is reported",
            },
            id="anthropic",
        ),
        pytest.param(
            {"input_tokens": 9, "output_tokens": 1, "iterations": [{"type": "compaction", "output_tokens": 4}]},
            {},
            {
                "input_tokens": "as reported",
                "output_tokens": "the sum over the model's own iterations",
                "total_tokens": "input + output; no total is reported",
                "unexplained_tokens": "nothing to compare with: no total is reported",
            },
            id="iterations",
        ),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 20},
            {"provider": "gemini"},
            {
                "input_tokens": "as reported",
                "output_tokens": "output 1 + reasoning 10",
                "total_tokens": "as reported",
                "reasoning_tokens": "what the total holds beyond input and output",
                "unexplained_tokens": "total 20 − input 9 − output 11",
            },
            id="hidden-thoughts",
        ),
        pytest.param(
            {
                "promptTokenCount": 5,
                "cachedContentTokenCount": 90,
                "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 5}],
                "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 90}],
            },
            {},
            {
                "input_tokens": "input 5 + cache 90",
                "total_tokens": "input + output; no total is reported",
                "cache_read_input_tokens": "as reported",
                "audio_input_tokens": "reported 5 + cached 90",
                "unexplained_tokens": "nothing to compare with: no total is reported",
            },
            id="cached-media",
        ),
    ],
)
def test_each_column_says_where_it_comes_from(
    usage: dict[str, Any], arguments: dict[str, str], origins: dict[str, str]
) -> None:
    """As reported, or the sum that it is; columns that hold nothing have no origin."""
    assert read_trace(usage, **arguments).origins == origins


def test_counts_without_a_column_are_listed() -> None:
    """What the provider said besides."""
    usage = {
        "tokens": {"input_tokens": 70, "output_tokens": 4},
        "billed_units": {"input_tokens": 5, "output_tokens": 4},
    }
    assert read_trace(usage).uncolumned == {"input as invoiced": 5, "output as invoiced": 4}


def test_nothing_reported_leaves_nothing_to_explain() -> None:
    """No trace without counts."""
    assert trace_reading(provider=None, api=None, model=None, usage=None) is None
    assert trace_reading(provider=None, api="litellm", model=None, usage={}) is None
