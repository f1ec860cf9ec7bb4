"""What holds for every usage, found by looking for the one where it does not."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.llm_usage import integrity
from posthog.llm_usage.normalize import normalize_usage, read_figures, trace_reading
from posthog.llm_usage.readings.posthog_sdk import WORDS as SDK_WORDS
from posthog.llm_usage.readings.shapes import ENVELOPES, EVERYTHING, MARKS, WRAPPERS
from posthog.llm_usage.token_usage import COUNT_COLUMNS, TokenUsage
from tests.unit.llm_usage.test_usage_cases import ALL_CASES

PROVIDERS = st.sampled_from(
    [None, "openai", "anthropic", "gemini", "xai", "bedrock", "cohere", "mistral", "perplexity", "deepinfra", "x"]
)
APIS = st.sampled_from([None, "litellm", "posthog", "openai_realtime", "openai_chat", "x"])
COUNTS = st.one_of(st.none(), st.integers(0, 100_000))
SMALL = st.one_of(st.none(), st.integers(0, 9))


def build(**shapes: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=shapes)


MODALITIES = st.lists(
    st.fixed_dictionaries({"modality": st.sampled_from(["TEXT", "IMAGE", "AUDIO"]), "tokenCount": COUNTS}), max_size=4
)
SPLIT = build(ephemeral_5m_input_tokens=COUNTS, ephemeral_1h_input_tokens=COUNTS)
DETAILS = build(cached_tokens=COUNTS, cache_write_tokens=COUNTS, audio_tokens=COUNTS, text_tokens=COUNTS)
OUT_DETAILS = build(reasoning_tokens=COUNTS, audio_tokens=COUNTS)
ITERATIONS = st.lists(
    build(
        type=st.sampled_from(["message", "compaction", "advisor_message"]),
        input_tokens=COUNTS,
        output_tokens=COUNTS,
        cache_read_input_tokens=COUNTS,
    ),
    max_size=3,
)
CHAT = build(
    prompt_tokens=COUNTS,
    completion_tokens=COUNTS,
    total_tokens=COUNTS,
    prompt_tokens_details=DETAILS,
    completion_tokens_details=OUT_DETAILS,
    cached_tokens=COUNTS,
    cache_read_input_tokens=COUNTS,
    num_search_queries=COUNTS,
)
ANTHROPIC = build(
    input_tokens=COUNTS,
    output_tokens=COUNTS,
    cache_read_input_tokens=COUNTS,
    cache_creation_input_tokens=COUNTS,
    cache_creation=SPLIT,
    iterations=ITERATIONS,
)
GEMINI = build(
    promptTokenCount=COUNTS,
    candidatesTokenCount=COUNTS,
    thoughtsTokenCount=COUNTS,
    toolUsePromptTokenCount=COUNTS,
    cachedContentTokenCount=COUNTS,
    totalTokenCount=COUNTS,
    promptTokensDetails=MODALITIES,
    cacheTokensDetails=MODALITIES,
)
BEDROCK = build(
    inputTokens=COUNTS,
    outputTokens=COUNTS,
    totalTokens=COUNTS,
    cacheReadInputTokens=COUNTS,
    cacheWriteInputTokens=COUNTS,
)
USAGES = st.one_of(CHAT, ANTHROPIC, GEMINI, BEDROCK)

WORDS = st.sampled_from(
    [*EVERYTHING, *SDK_WORDS, *WRAPPERS, *MARKS, *ENVELOPES, "$ai_usage", "gen_ai.usage.input_tokens", "key", "value"]
)
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(10**15, 10**40),
        st.floats(allow_nan=True, allow_infinity=True),
        st.text(max_size=8),
        st.sampled_from(["12", "-3", "1e30", "NaN", b"x"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(WORDS, st.text(max_size=4), st.integers()), inner, max_size=6),
    ),
    max_leaves=20,
)


def read(usage: Any, provider: Any = None, api: Any = None, model: Any = None) -> TokenUsage:
    return normalize_usage(provider=provider, api=api, model=model, usage=usage)


@given(usage=JUNK, provider=st.one_of(PROVIDERS, JUNK), api=st.one_of(APIS, JUNK), model=JUNK)
@settings(max_examples=100, deadline=None)
def test_nothing_raises(usage: Any, provider: Any, api: Any, model: Any) -> None:
    """Whatever comes, counts are integers that a 64-bit column holds, and none of the parts is negative."""
    result = read(usage, provider, api, model)
    trace_reading(provider=provider, api=api, model=model, usage=usage)
    for name in COUNT_COLUMNS:
        count = getattr(result, name)
        assert count is None or (type(count) is int and abs(count) < 2**62)
        assert count is None or count >= 0 or name == "unexplained_tokens"
    assert list(result.flags) == sorted(set(result.flags))


@given(usage=st.one_of(USAGES, JUNK), provider=PROVIDERS, api=APIS)
@settings(max_examples=100, deadline=None)
def test_witness_has_the_figures_of_a_whole_reading(usage: Any, provider: str | None, api: str | None) -> None:
    """Read no further than they go, they are the same."""
    figures = read_figures(provider=provider, api=api, model=None, usage=usage)
    assert figures == read(usage, provider, api).figures


@pytest.mark.parametrize("key", ["usage", "$ai_usage", "response", "prompt_tokens_details", "total"])
@pytest.mark.parametrize("api", [None, "posthog", "litellm"])
def test_bottomless_nesting_does_not_raise(key: str, api: str | None) -> None:
    """Deeper than Python could follow."""
    usage: dict[str, Any] = {}
    for _ in range(5000):
        usage = {key: usage}
    assert read(usage, api=api).input_tokens is None


def list_broken_wholes(usage: TokenUsage) -> list[str]:
    """The parts that exceed their wholes."""
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    media_in = sum(count or 0 for count in usage[10:14])
    media_out = sum(count or 0 for count in usage[14:18])
    split = sum(count or 0 for count in usage[5:9])
    checks = {
        "cache": cached > (usage.input_tokens or 0),
        "reasoning": (usage.reasoning_tokens or 0) > (usage.output_tokens or 0),
        "media": media_in > (usage.input_tokens or 0) or media_out > (usage.output_tokens or 0),
        "split": split > (usage.cache_creation_input_tokens or 0),
        "total": (usage.input_tokens or 0) + (usage.output_tokens or 0)
        != (usage.total_tokens or 0) - (usage.unexplained_tokens or 0),
    }
    return [name for name, is_broken in checks.items() if is_broken]


ALLOWING = {
    "cache": integrity.CACHE_EXCEEDS_INPUT,
    "reasoning": integrity.REASONING_EXCEEDS_OUTPUT,
    "media": integrity.IMPLAUSIBLE_VALUE,
    "split": integrity.TTL_SPLIT_MISMATCH,
}


@given(usage=USAGES, provider=PROVIDERS, api=APIS)
@settings(max_examples=100, deadline=None)
def test_parts_never_exceed_wholes_without_a_flag(usage: dict[str, Any], provider: str | None, api: str | None) -> None:
    """And input, output and the unexplained always sum to the total."""
    result = read(usage, provider, api)
    has_counts = result.input_tokens is not None or result.output_tokens is not None
    assert {ALLOWING.get(name) for name in list_broken_wholes(result)} <= {*result.flags, None}
    assert not (has_counts and "total" in list_broken_wholes(result))
    assert (integrity.TOTAL_MISMATCH in result.flags) == bool(result.unexplained_tokens)


def scale(value: Any, factor: int) -> Any:
    """Every count `factor` times as large, numbers of modalities aside; text of digits is a count too."""
    if isinstance(value, Mapping):
        return {key: item if key == "modality" else scale(item, factor) for key, item in value.items()}
    if isinstance(value, list):
        return [scale(item, factor) for item in value]
    if isinstance(value, str):
        return str(int(value) * factor) if value.isdecimal() else value
    return value * factor if isinstance(value, int) and not isinstance(value, bool) else value


@given(usage=USAGES, provider=PROVIDERS, api=APIS, factor=st.integers(2, 1000))
@settings(max_examples=100, deadline=None)
def test_scaled_counts_give_scaled_results(
    usage: dict[str, Any], provider: str | None, api: str | None, factor: int
) -> None:
    """k times as many of everything is read in the same way and gives k times as many of everything."""
    one, many = read(usage, provider, api), read(scale(usage, factor), provider, api)
    assert [scale(count, factor) for count in one[:20]] == list(many[:20])
    assert (one.reading, one.flags) == (many.reading, many.flags)


def shuffle(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, Mapping):
        return [shuffle(item, chance) for item in value] if isinstance(value, list) else value
    items = [(key, shuffle(item, chance)) for key, item in value.items()]
    chance.shuffle(items)
    return dict(items)


@given(usage=USAGES, provider=PROVIDERS, api=APIS, chance=st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_of_keys_changes_nothing(
    usage: dict[str, Any], provider: str | None, api: str | None, chance: random.Random
) -> None:
    """JSON objects have no order."""
    assert read(shuffle(usage, chance), provider, api) == read(usage, provider, api)


def replace_zeros(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: replace_zeros(item) for key, item in value.items()}
    if isinstance(value, list):
        return [replace_zeros(item) for item in value]
    return None if value == 0 else value


@given(usage=USAGES, provider=PROVIDERS, api=APIS)
@settings(max_examples=100, deadline=None)
def test_zero_and_null_differ_only_as_zero_and_null(
    usage: dict[str, Any], provider: str | None, api: str | None
) -> None:
    """A zero taken away leaves every figure, and no column says 0 for what was not reported."""
    reported, withheld = read(usage, provider, api), read(replace_zeros(usage), provider, api)
    if reported.total_tokens == 0:
        return  # the total itself is withheld, and with it what it proves
    for name in COUNT_COLUMNS[:-1]:  # the last follows from the others
        before, after = getattr(reported, name), getattr(withheld, name)
        assert after == before or (after is None and before == 0)
        assert after != 0


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: str(case["id"]))
def test_cases_hold_under_scaling_and_shuffling(case: dict[str, Any]) -> None:
    """The recorded bodies too."""
    arguments = (case["provider"], case["api"], case["model"])
    result = read(case["usage"], *arguments)
    assert read(shuffle(case["usage"], random.Random(7)), *arguments) == result
    assert list(read(scale(case["usage"], 3), *arguments)[:20]) == [scale(count, 3) for count in result[:20]]
