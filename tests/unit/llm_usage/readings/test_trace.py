"""Why a usage was read the way it was."""

from posthog.llm_usage.normalize import normalize_usage, trace_reading

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


def test_nothing_reported_leaves_nothing_to_explain() -> None:
    """No trace without counts."""
    assert trace_reading(provider=None, api=None, model=None, usage=None) is None
    assert trace_reading(provider=None, api="litellm", model=None, usage={}) is None
