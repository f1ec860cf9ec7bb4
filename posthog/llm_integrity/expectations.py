"""
What is usual for a series, learned from its own past; what must hold for every series, declared.

Learned means: the median of its blocks, and how far its blocks lay from it. Nothing is assumed of how calls are
distributed: an application that caches on some days and not on others has a wide range, and stays silent within it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

from posthog.llm_integrity.blocks import MIN_CALLS, cut_blocks
from posthog.llm_integrity.tallies import Hour, Tally, add_hours
from posthog.llm_usage.token_usage import COUNT_COLUMNS

MIN_BLOCKS = 24
"""Blocks that something must have been seen in before it is usual: a day of a busy series."""

Measure = Callable[[Tally], float | None]
"""None: the tally says nothing about it."""

ALWAYS_REPORTED: Mapping[str, float] = MappingProxyType({"input_tokens": 0.95, "output_tokens": 0.95})
"""Declared: count → share of a series' successful generations that must report it, whatever was usual."""

COST_PER_TOKEN = "cost_per_token"
WHERE_ANY = "_where_any"


class Ratio(NamedTuple):
    """
    A part of a whole, by their columns, averaged over calls that report both.

    Attributes:
        is_where_any: Only over calls that have any of the part. How much of a prompt a cached call reads is a property
            of the application and of how it is counted; whether calls hit the cache is chance, and hides a change.
    """

    part: str
    whole: str
    is_where_any: bool = False

    @property
    def min_calls(self) -> int:
        """Calls that an average is taken of, at least."""
        return MIN_CALLS_WITH_ANY if self.is_where_any else MIN_CALLS


MIN_CALLS_WITH_ANY = 20
"""Such an average varies far less than one over a block's calls, of which some have nothing."""
_PARTS = {
    "cache_read_ratio": Ratio("cache_read_input_tokens", "input_tokens"),
    "cache_creation_ratio": Ratio("cache_creation_input_tokens", "input_tokens"),
    "reasoning_ratio": Ratio("reasoning_tokens", "output_tokens"),
}
RATIOS: Mapping[str, Ratio] = MappingProxyType(
    {
        **_PARTS,
        f"cache_read_ratio{WHERE_ANY}": _PARTS["cache_read_ratio"]._replace(is_where_any=True),
        COST_PER_TOKEN: Ratio("total_cost_usd", "total_tokens"),
    }
)
"""Of cache reads alone: what a call writes depends on whether it read, so chance stays in such an average."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a figure was over `blocks` blocks of the past: its median and its range."""

    median: float
    lowest: float
    highest: float
    blocks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """
    Of one series. No key: too little was seen to expect anything.

    Attributes:
        shares: Count column → share of calls that report it.
        ratios: Name of a ratio → its average over calls; of `cost_per_token` in US dollars.
        flag_shares: Integrity flag → share of calls that raise it.
        calls: That all this was learned from.
    """

    shares: Mapping[str, Usual]
    ratios: Mapping[str, Usual]
    flag_shares: Mapping[str, Usual]
    calls: int


def learn(hours: Sequence[Hour]) -> Expectations:
    """
    Learn from the past of one series, ascending.

    The past must be right: hours that an open alert is about are left out by the caller.
    """
    blocks = [add_hours(block) for block in cut_blocks(hours)]
    flags = {flag for block in blocks for flag in block.flags}
    return Expectations(
        shares=_learn_each(blocks, {name: measure_share(name) for name in COUNT_COLUMNS}),
        ratios=_learn_each(blocks, {name: measure_ratio(name) for name in RATIOS}),
        flag_shares=_learn_each(blocks, {flag: measure_flag(flag) for flag in sorted(flags)}),
        calls=sum(block.calls for block in blocks),
    )


def measure_share(count: str) -> Measure:
    """Share of calls that report the count."""
    return lambda tally: tally.reported.get(count, 0) / tally.calls if tally.calls else None


def measure_flag(flag: str) -> Measure:
    """Share of calls that raise the flag."""
    return lambda tally: tally.flags.get(flag, 0) / tally.calls if tally.calls else None


def measure_ratio(name: str) -> Measure:
    """The average of a ratio over calls; None where too few calls have it."""
    min_calls = RATIOS[name].min_calls

    def measure(tally: Tally) -> float | None:
        quotients = tally.quotients.get(name)
        return quotients.mean if quotients and quotients.calls >= min_calls else None

    return measure


def bound_tail(successes: int, trials: int, share: float) -> float:
    """
    An upper bound (Chernoff's) of the chance to see a share as far from `share` as this one, 0 to 1.

    Args:
        share: The true chance of a success; 0 and 1 admit no exception.
    """
    seen = successes / trials
    if seen == share:
        return 1.0
    return math.exp(-trials * (_divergence(seen, share) + _divergence(1 - seen, 1 - share)))


def count_normal_errors(errors: float, *, calls: int) -> float:
    """
    How many standard errors of a normal distribution are as unlikely as `errors` that were estimated from the calls.

    Student's t with `calls` - 1 degrees of freedom, by D. L. Wallace's approximation (1959), which is off by less than
    a hundredth from 20 calls on.
    """
    degrees = calls - 1
    return (8 * degrees + 1) / (8 * degrees + 3) * math.sqrt(degrees * math.log1p(errors**2 / degrees))


def _divergence(seen: float, share: float) -> float:
    if seen == 0:
        return 0.0
    return math.inf if share <= 0 else seen * math.log(seen / share)


def _learn_each(blocks: Sequence[Tally], measures: Mapping[str, Measure]) -> dict[str, Usual]:
    learned = {name: _summarize(map(measure, blocks)) for name, measure in measures.items()}
    return {name: usual for name, usual in learned.items() if usual is not None}


def _summarize(measured: Iterable[float | None]) -> Usual | None:
    values = [value for value in measured if value is not None]
    if len(values) < MIN_BLOCKS:
        return None
    return Usual(median(values), min(values), max(values), len(values))
