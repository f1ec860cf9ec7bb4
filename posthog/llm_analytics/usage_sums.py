"""
What a group of rows sums up to. Groups that share no row add up: `sum_usage` of the parts is the sum of the whole.

Tokens are counts, costs exact US dollars, times seconds. None: no row of the group reported the figure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import reduce
from operator import attrgetter
from typing import Any

from posthog.llm_usage.pricing.costs import EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSums:
    """
    Attributes:
        failed_rows: With `is_error`.
        unpriced_rows: With the flag `unpriced_model`: their cost is missing from the sums; `unpriced_tokens` theirs.
        uncached_input_tokens: Input that the provider neither read from its cache nor wrote to it.
        latency_rows: How many rows reported a latency; `latency_s` is the sum of theirs.
        flags: Integrity flag → rows that raised it.
    """

    rows: int = 0
    failed_rows: int = 0
    unpriced_rows: int = 0
    unpriced_tokens: int | None = None
    uncached_input_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation_5m_input_tokens: int | None = None
    cache_creation_30m_input_tokens: int | None = None
    cache_creation_1h_input_tokens: int | None = None
    cache_creation_12h_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    text_input_tokens: int | None = None
    image_input_tokens: int | None = None
    audio_input_tokens: int | None = None
    video_input_tokens: int | None = None
    text_output_tokens: int | None = None
    image_output_tokens: int | None = None
    audio_output_tokens: int | None = None
    video_output_tokens: int | None = None
    web_search_count: int | None = None
    unexplained_tokens: int | None = None
    input_cost_usd: Decimal | None = None
    output_cost_usd: Decimal | None = None
    total_cost_usd: Decimal | None = None
    request_cost_usd: Decimal | None = None
    web_search_cost_usd: Decimal | None = None
    audio_cost_usd: Decimal | None = None
    image_cost_usd: Decimal | None = None
    video_cost_usd: Decimal | None = None
    cache_read_cost_usd: Decimal | None = None
    cache_creation_cost_usd: Decimal | None = None
    saved_cache_cost_usd: Decimal | None = None
    latency_s: Decimal | None = None
    latency_rows: int = 0
    time_to_first_token_s: Decimal | None = None
    time_to_first_token_rows: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)


SUMMED: tuple[str, ...] = tuple(each.name for each in fields(UsageSums) if each.name != "flags")


def sum_usage(parts: Iterable[UsageSums], names: Sequence[str] = SUMMED) -> UsageSums:
    """
    Add groups that share no row; of none: zero rows, nothing reported.

    Args:
        names: Which sums to add beside the flags, two or more; others come out as if nobody had reported them.
    """
    known = list(parts)
    if len(known) < 2:
        return known[0] if known else UsageSums()
    columns = zip(*map(attrgetter(*names), known), strict=True)
    sums: dict[str, Any] = dict(zip(names, map(_sum_known, columns), strict=True))
    return UsageSums(**sums, flags=_sum_flags(part.flags for part in known))


def _sum_known(amounts: Iterable[Any]) -> Any:
    """Of counts, or of amounts; None where none is known."""
    known = [amount for amount in amounts if amount is not None]
    if known and isinstance(known[0], Decimal):
        # 38 digits, as in ClickHouse: the default context would round.
        return reduce(EXACT.add, known)
    return sum(known) if known else None


def _sum_flags(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    flags: dict[str, int] = {}
    for part in parts:
        for name, rows in part.items():
            flags[name] = flags.get(name, 0) + rows
    return dict(sorted(flags.items()))
