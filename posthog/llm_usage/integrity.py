"""
Integrity flags about counts; one function each. Flags about prices: `posthog.llm_usage.pricing.flags`.

A flag never changes a number. It says that a number contradicts another one, was not fully reported, or was not
counted by the provider, so that nobody takes it for a fact. Source: ACCOUNTING contract, section 5.
"""

from collections.abc import Iterable
from typing import Final

from posthog.llm_usage.token_usage import Figures, TokenUsage

TOTAL_MISMATCH: Final = "total_mismatch"
CACHE_EXCEEDS_INPUT: Final = "cache_exceeds_input"
TTL_SPLIT_MISMATCH: Final = "ttl_split_mismatch"
REASONING_EXCEEDS_OUTPUT: Final = "reasoning_exceeds_output"
USAGE_MISSING_ON_SUCCESS: Final = "usage_missing_on_success"
STREAM_WITHOUT_USAGE: Final = "stream_without_usage"
UNKNOWN_USAGE_KEY: Final = "unknown_usage_key"
NEGATIVE_VALUE: Final = "negative_value"
IMPLAUSIBLE_VALUE: Final = "implausible_value"
WITNESS_MISMATCH: Final = "witness_mismatch"
USAGE_ESTIMATED: Final = "usage_estimated"
STREAM_INCOMPLETE: Final = "stream_incomplete"
REASONING_ESTIMATED: Final = "reasoning_estimated"


def is_total_mismatch(unexplained_tokens: int | None) -> bool:
    """The provider's total is not the sum of input and output under the chosen reading."""
    return bool(unexplained_tokens)


def is_cache_exceeding_input(cache: int, reported_input: int, *, is_expected_inside: bool, is_proven: bool) -> bool:
    """More tokens came from the cache than the input holds that should include them, and no total explains why."""
    return is_expected_inside and not is_proven and cache > reported_input


def is_ttl_split_mismatch(written: int | None, split: int | None) -> bool:
    """The cache writes by lifetime do not add up to the cache writes; an absent split contradicts nothing."""
    return written is not None and split is not None and written != split


def is_reasoning_exceeding_output(
    reasoning: int, reported_output: int, *, is_expected_inside: bool, is_proven: bool
) -> bool:
    """More tokens were spent on reasoning than were written, and no total explains why."""
    return is_expected_inside and not is_proven and reasoning > reported_output


def is_part_exceeding_whole(parts: Iterable[int | None], whole: int | None) -> bool:
    """The modality parts of one side sum to more than the side."""
    return sum(filter(None, parts)) > (whole or 0)


def is_usage_missing_on_success(*, is_expected: bool, is_stream: bool, usage: TokenUsage) -> bool:
    """A call that should have counts succeeded, answered at once, and read and wrote nothing."""
    return is_expected and not is_stream and not has_tokens(usage)


def is_stream_without_usage(*, is_expected: bool, is_stream: bool, usage: TokenUsage) -> bool:
    """A stream that should have counts ended well, and none of its chunks reported any."""
    return is_expected and is_stream and not has_tokens(usage)


def is_stream_incomplete(*, is_broken_off: bool, is_extra_lost: bool) -> bool:
    """The stream broke off, or a part of what it reported was lost on the way."""
    return is_broken_off or is_extra_lost


def is_usage_estimated(*, is_assembled: bool, has_own_details: bool) -> bool:
    """The gateway's own details stand where a provider that always sends some would have put its own."""
    return is_assembled and has_own_details


def is_reasoning_estimated(*, is_counted_by_gateway: bool, is_counted_by_provider: bool) -> bool:
    """The reasoning, or that there was none, is the gateway's own word; the provider did not say."""
    return is_counted_by_gateway and not is_counted_by_provider


def is_witness_mismatch(one: Figures, other: Figures) -> bool:
    """Two reports of the same call name different figures; what only one of them names contradicts nothing."""
    return one != other and any(map(_is_different, one, other))


def _is_different(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def has_tokens(usage: TokenUsage) -> bool:
    """Whether anything was read or written."""
    return bool(usage.input_tokens or usage.output_tokens)
