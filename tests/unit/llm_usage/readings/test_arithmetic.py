"""Choosing the reading: arithmetic before convention."""

import pytest

from posthog.llm_usage.readings.arithmetic import (
    ALL_READINGS,
    CACHE_BESIDE,
    INCLUSIVE,
    REASONING_BESIDE,
    Parts,
    Reading,
    choose_reading,
    is_possible,
    list_candidates,
    sum_tokens,
)

PARTS = Parts(input=1000, output=100, cache=300, reasoning=40, tool_prompt=7)


@pytest.mark.parametrize("reading", ALL_READINGS, ids=lambda reading: reading.name)
@pytest.mark.parametrize("convention", ALL_READINGS, ids=lambda reading: reading.name)
def test_the_one_reading_that_fits_holds(reading: Reading, convention: Reading) -> None:
    """Whatever the provider's convention says."""
    choice = choose_reading(PARTS._replace(total=sum_tokens(reading, PARTS)), convention)
    assert (choice.reading, choice.basis) == (reading, "total")


@pytest.mark.parametrize("convention", ALL_READINGS, ids=lambda reading: reading.name)
@pytest.mark.parametrize("total", [None, 1, 99_999])
def test_convention_holds_where_no_total_decides(convention: Reading, total: int | None) -> None:
    """No total, or none that any reading explains."""
    choice = choose_reading(PARTS._replace(total=total), convention)
    assert (choice.reading, choice.basis) == (convention, "convention")


def test_convention_holds_among_several_that_fit() -> None:
    """Cache and reasoning of the same size: two readings have the same sum."""
    parts = Parts(input=1000, output=100, cache=40, reasoning=40, total=1140)
    assert choose_reading(parts, REASONING_BESIDE) == (
        REASONING_BESIDE,
        "convention",
        REASONING_BESIDE.name + ":convention",
    )
    assert choose_reading(parts, CACHE_BESIDE).reading == CACHE_BESIDE
    assert choose_reading(parts, INCLUSIVE).basis == "convention"


def test_cache_beyond_the_input_lies_beside_it() -> None:
    """Proved by the shape alone."""
    choice = choose_reading(Parts(input=10, output=1, cache=11), INCLUSIVE)
    assert (choice.reading, choice.basis) == (CACHE_BESIDE, "shape")


def test_cache_lies_among_the_tools_prompt_too() -> None:
    """What a tool read is cached like the rest: beyond the prompt alone proves nothing."""
    beside = Reading(is_tool_prompt_inside=False)
    assert choose_reading(Parts(input=55, cache=100, tool_prompt=89), beside).reading == beside
    assert choose_reading(Parts(input=55, cache=145, tool_prompt=89), beside).basis == "shape"


def test_impossible_reading_does_not_hold_by_its_sum() -> None:
    """A total that leaves the cache out proves nothing for an input that cannot hold it."""
    choice = choose_reading(Parts(input=10, output=1, cache=11, total=11), INCLUSIVE)
    assert (choice.reading, choice.basis) == (CACHE_BESIDE, "shape")


@pytest.mark.parametrize(("reasoning", "is_able"), [(100, True), (110, True), (111, False)])
def test_reasoning_may_exceed_the_output_by_a_tenth(reasoning: int, is_able: bool) -> None:
    """Beyond, it must lie beside."""
    assert is_possible(INCLUSIVE, Parts(output=100, reasoning=reasoning)) is is_able


def test_absent_parts_tell_no_readings_apart() -> None:
    """A candidate for each part that is there, the convention first."""
    assert list_candidates(Parts(input=1, output=1), CACHE_BESIDE) == (CACHE_BESIDE,)
    assert list_candidates(Parts(cache=1), CACHE_BESIDE) == (CACHE_BESIDE, INCLUSIVE)
    assert len(set(list_candidates(PARTS, INCLUSIVE))) == 8


def test_reading_names_itself() -> None:
    """What `usage_reading` stores."""
    assert [reading.name for reading in ALL_READINGS[:2]] == [
        "input_inclusive+output_inclusive",
        "input_inclusive+output_inclusive+tool_prompt_exclusive",
    ]
