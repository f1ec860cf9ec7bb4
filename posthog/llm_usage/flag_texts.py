"""
Every integrity flag in words: the one place of its wording, for the command, the API, the UI and the docs.

Each text says what was seen and what it means for the row's numbers, in one sentence each. Names: ACCOUNTING
contract, section 5.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

FLAG_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "total_mismatch": (
            "The provider's total is not input plus output under any reading. "
            "The difference stands in unexplained_tokens."
        ),
        "cache_exceeds_input": (
            "More tokens came from or went to the cache than the input holds. "
            "The input was therefore read as leaving the cache out."
        ),
        "ttl_split_mismatch": (
            "The cache writes by lifetime do not add up to the cache writes. The cost of writing may be off."
        ),
        "reasoning_exceeds_output": (
            "More tokens were spent on reasoning than were written at all. One of the two counts is wrong."
        ),
        "usage_missing_on_success": "The call succeeded, but nobody reported what it used. Its counts are unknown.",
        "stream_without_usage": "The stream ended without a usage report. Its counts are unknown.",
        "unknown_usage_key": (
            "The usage holds a key that no rule knows. What is known was read; the key may mean more tokens or cost."
        ),
        "unpriced_model": "Tokens were used, and nobody knows their price. The cost is unknown, not zero.",
        "price_assumed": (
            "The cost rests on a rate that no price list states for this call, such as a cache rate by rule of thumb."
        ),
        "cost_mismatch": (
            "The reported cost and ours differ by more than 1 %. The reported one stands in the column, ours beside it."
        ),
        "negative_value": "A count below zero was reported. It was read as not reported.",
        "implausible_value": "A value that can be no token count was reported. It was read as not reported.",
        "witness_mismatch": (
            "The gateway's counts, its usage object and the provider's own usage disagree. "
            "The row holds those that the rules trust most."
        ),
        "duplicate_id_different_body": (
            "The same event was delivered again with other contents. The newest delivery counts."
        ),
        "usage_estimated": (
            "The provider's usage did not arrive: the counts are the gateway's own estimate, without cached tokens."
        ),
        "stream_incomplete": (
            "The stream broke off before its end, or the gateway dropped a part of what it reported. "
            "The counts are those known by then; more may have been used and billed."
        ),
        "reasoning_estimated": (
            "Nobody can tell that the provider reported its reasoning tokens: the count may be the gateway's own. "
            "Output and cost do not depend on it."
        ),
    }
)


def describe_flag(flag: str) -> str:
    """The flag in words; a flag of later rules than this code's says so."""
    return FLAG_TEXTS.get(flag, "A flag that this version of the code does not know.")


def describe_flags(flags: Iterable[str]) -> dict[str, str]:
    """Each flag with its words, in the given order."""
    return {flag: describe_flag(flag) for flag in flags}
