"""Each integrity rule by itself: when it is raised, and when it is not."""

import pytest

from posthog.llm_usage import integrity
from posthog.llm_usage.token_usage import TokenUsage

COUNTED = TokenUsage(input_tokens=10, output_tokens=2, total_tokens=12)
UNCOUNTED = TokenUsage()
ZEROS = TokenUsage(input_tokens=0, output_tokens=0, total_tokens=0)


@pytest.mark.parametrize(("unexplained", "is_raised"), [(None, False), (0, False), (3, True), (-3, True)])
def test_total_mismatch(unexplained: int | None, is_raised: bool) -> None:
    """Raised for any residue, of either sign."""
    assert integrity.is_total_mismatch(unexplained) is is_raised


@pytest.mark.parametrize(
    ("cache", "is_expected_inside", "is_proven", "is_raised"),
    [(11, True, False, True), (10, True, False, False), (11, False, False, False), (11, True, True, False)],
)
def test_cache_exceeds_input(cache: int, is_expected_inside: bool, is_proven: bool, is_raised: bool) -> None:
    """Raised where the cache should lie inside, cannot, and no total explains it."""
    raised = integrity.is_cache_exceeding_input(cache, 10, is_expected_inside=is_expected_inside, is_proven=is_proven)
    assert raised is is_raised


@pytest.mark.parametrize(
    ("written", "split", "is_raised"), [(5, 5, False), (5, 4, True), (5, None, False), (None, 5, False), (0, 5, True)]
)
def test_ttl_split_mismatch(written: int | None, split: int | None, is_raised: bool) -> None:
    """Raised where both are reported and differ."""
    assert integrity.is_ttl_split_mismatch(written, split) is is_raised


@pytest.mark.parametrize(
    ("reasoning", "is_expected_inside", "is_proven", "is_raised"),
    [(11, True, False, True), (10, True, False, False), (11, False, False, False), (11, True, True, False)],
)
def test_reasoning_exceeds_output(reasoning: int, is_expected_inside: bool, is_proven: bool, is_raised: bool) -> None:
    """Raised where reasoning should lie inside, cannot, and no total explains it."""
    raised = integrity.is_reasoning_exceeding_output(
        reasoning, 10, is_expected_inside=is_expected_inside, is_proven=is_proven
    )
    assert raised is is_raised


@pytest.mark.parametrize(
    ("parts", "whole", "is_raised"),
    [((3, None, 7), 10, False), ((3, 8), 10, True), ((None, None), None, False), ((1,), None, True)],
)
def test_part_exceeding_whole(parts: tuple[int | None, ...], whole: int | None, is_raised: bool) -> None:
    """Raised where the media of a side sum to more than the side."""
    assert integrity.is_part_exceeding_whole(parts, whole) is is_raised


@pytest.mark.parametrize(
    ("usage", "is_expected", "is_stream", "is_missing", "is_stream_empty"),
    [
        (UNCOUNTED, True, False, True, False),
        (ZEROS, True, False, True, False),
        (COUNTED, True, False, False, False),
        (UNCOUNTED, False, False, False, False),
        (UNCOUNTED, True, True, False, True),
        (COUNTED, True, True, False, False),
        (UNCOUNTED, False, True, False, False),
    ],
)
def test_usage_missing(
    usage: TokenUsage, is_expected: bool, is_stream: bool, is_missing: bool, is_stream_empty: bool
) -> None:
    """A success without counts, and a stream without them, are two flags; neither where none are due."""
    assert (
        integrity.is_usage_missing_on_success(is_expected=is_expected, is_stream=is_stream, usage=usage),
        integrity.is_stream_without_usage(is_expected=is_expected, is_stream=is_stream, usage=usage),
    ) == (is_missing, is_stream_empty)


@pytest.mark.parametrize(
    ("is_broken_off", "is_extra_lost", "is_raised"),
    [(False, False, False), (True, False, True), (False, True, True)],
)
def test_stream_incomplete(is_broken_off: bool, is_extra_lost: bool, is_raised: bool) -> None:
    """Raised for either reason."""
    assert integrity.is_stream_incomplete(is_broken_off=is_broken_off, is_extra_lost=is_extra_lost) is is_raised


@pytest.mark.parametrize(
    ("is_assembled", "has_own_details", "is_raised"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_usage_estimated(is_assembled: bool, has_own_details: bool, is_raised: bool) -> None:
    """Raised where the gateway's details stand in for a provider's that are always there."""
    assert integrity.is_usage_estimated(is_assembled=is_assembled, has_own_details=has_own_details) is is_raised


@pytest.mark.parametrize(
    ("is_counted_by_gateway", "is_counted_by_provider", "is_raised"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_reasoning_estimated(is_counted_by_gateway: bool, is_counted_by_provider: bool, is_raised: bool) -> None:
    """Raised where only the gateway counted."""
    raised = integrity.is_reasoning_estimated(
        is_counted_by_gateway=is_counted_by_gateway, is_counted_by_provider=is_counted_by_provider
    )
    assert raised is is_raised


@pytest.mark.parametrize(
    ("other", "is_raised"),
    [
        (COUNTED, False),
        (UNCOUNTED, False),
        (COUNTED._replace(input_tokens=11), True),
        (COUNTED._replace(output_tokens=0), True),
        (COUNTED._replace(cache_read_input_tokens=5), False),
        (COUNTED._replace(reading="another"), False),
    ],
)
def test_witness_mismatch(other: TokenUsage, is_raised: bool) -> None:
    """Raised where both name a figure and the figures differ."""
    assert integrity.is_witness_mismatch(COUNTED.figures, other.figures) is is_raised
    assert integrity.is_witness_mismatch(other.figures, COUNTED.figures) is is_raised
