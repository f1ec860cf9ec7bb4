"""What counts as a count, and what happens to everything else."""

from typing import Any

import pytest

from posthog.llm_usage.integrity import IMPLAUSIBLE_VALUE, NEGATIVE_VALUE, UNKNOWN_USAGE_KEY
from posthog.llm_usage.readings.found import MAX_COUNT, Found, parse_count
from tests.unit.llm_usage.readings.shapes import read


@pytest.mark.parametrize(
    ("value", "count"),
    [(0, 0), (7, 7), ("7", 7), (" 7 ", 7), ("7.0", 7), (7.0, 7), (MAX_COUNT, MAX_COUNT), (-0.0, 0)],
)
def test_parse_count_reads_numbers_and_their_text(value: Any, count: int) -> None:
    """Whole numbers, however they are written."""
    flags: set[str] = set()
    assert (parse_count(value, flags), flags) == (count, set())


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        *((value, NEGATIVE_VALUE) for value in (-1, "-5", -1e30)),
        *((value, IMPLAUSIBLE_VALUE) for value in (float("nan"), float("inf"), "NaN", "Infinity", 1e30, 10**400)),
        *((value, IMPLAUSIBLE_VALUE) for value in (7.5, "7.5", "seven", "", "9" * 5000, MAX_COUNT + 1)),
        *((value, IMPLAUSIBLE_VALUE) for value in (True, False, [], [7], object())),
    ],
)
def test_parse_count_flags_what_is_no_count(value: Any, flag: str) -> None:
    """It counts as not reported."""
    flags: set[str] = set()
    assert (parse_count(value, flags), flags) == (None, {flag})


def test_total_of_an_object_is_its_count() -> None:
    """Some libraries wrap every count."""
    result = read(
        {"prompt_tokens": {"total": 12}, "completion_tokens": {"total": "7"}, "total_tokens": {"total": None}}
    )
    assert (result.input_tokens, result.output_tokens, result.total_tokens, result.flags) == (12, 7, 19, ())


@pytest.mark.parametrize("value", [{"a": 1}, {"total": None, "noCache": 9}, {"text": {"n": "3"}}])
def test_object_of_counts_without_their_total_is_flagged(value: Any) -> None:
    """It counts as not reported, and says so."""
    result = read({"prompt_tokens": 12, "completion_tokens": value})
    assert (result.input_tokens, result.output_tokens, result.flags) == (12, None, (IMPLAUSIBLE_VALUE,))


def test_unknown_key_is_flagged_and_the_rest_is_read() -> None:
    """First seen, never refused; a key without a value says nothing."""
    result = read({"prompt_tokens": 12, "completion_tokens": 7, "dream_tokens": 5})
    assert (result.input_tokens, result.flags) == (12, (UNKNOWN_USAGE_KEY,))
    assert read({"prompt_tokens": 12, "completion_tokens": 7, "dream_tokens": None}).flags == ()


def test_unknown_keys_below_are_flagged_too() -> None:
    """Details grow as well."""
    assert read({"prompt_tokens": 12, "prompt_tokens_details": {"smell_tokens": 3}}).flags == (UNKNOWN_USAGE_KEY,)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("ephemeral", id="text"),
        pytest.param(True, id="truth"),
        pytest.param(0.0125, id="a-fraction"),
        pytest.param({"cost_estimate": 3.1e-05, "name": "x"}, id="object-without-a-count"),
        pytest.param([1, 2, 3], id="vector"),
        pytest.param([{"text": "a", "logprob": -0.5}], id="objects-without-a-count"),
    ],
)
def test_unknown_key_without_a_count_is_nobodys_concern(value: Any) -> None:
    """Times, names and fractions of a cent."""
    assert read({"prompt_tokens": 12, "news": value}).flags == ()


@pytest.mark.parametrize("value", [0, 7, "7", 7.0, {"a": {"b": 7}}, [{"n": 7}]])
def test_unknown_key_that_may_hold_a_count_is_flagged(value: Any) -> None:
    """However it is written, and wherever it stands."""
    assert read({"prompt_tokens": 12, "news": value}).flags == (UNKNOWN_USAGE_KEY,)


def test_value_where_an_object_belongs_is_flagged() -> None:
    """Nothing is read from it."""
    assert read({"prompt_tokens": 12, "prompt_tokens_details": 7}).flags == (IMPLAUSIBLE_VALUE,)


def test_sum_beyond_all_reason_is_not_counted() -> None:
    """Pieces that add up to more than a call can hold."""
    found = Found()
    for _ in range(3):
        found.add("image_input", MAX_COUNT - 1)
    assert (found.counts, found.flags) == ({"image_input": MAX_COUNT - 1}, {IMPLAUSIBLE_VALUE})
