"""
What one hour of one series of calls adds up to; hours add up to blocks.

A series is the calls of one gateway to one model that were either streamed or not: what a provider, an SDK or a
LiteLLM upgrade changes, it changes for whole series. Only successful generations count (ACCOUNTING contract, §6).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Quotients(NamedTuple):
    """Of calls that report a part, and a whole above 0: how many, the sum of part / whole, the sum of its squares."""

    calls: int
    total: float
    squares: float

    def add(self, other: "Quotients") -> "Quotients":
        """Of calls that are in one of the two."""
        return Quotients(self.calls + other.calls, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        return self.total / self.calls

    @property
    def standard_error(self) -> float:
        """Of the mean, as the calls themselves tell it; of a single one 0."""
        variance = max(0.0, self.squares / self.calls - self.mean**2)
        return math.sqrt(variance / max(1, self.calls - 1))


class Series(NamedTuple):
    """Whose calls are looked at. `gateway` '': no gateway reported them. `is_stream` None: nobody said."""

    gateway: str
    provider: str
    model: str
    is_stream: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    Sums over calls.

    Attributes:
        calls: Successful generations.
        reported: Count column → calls that reported it; 0 is a report.
        quotients: Name of a ratio (`expectations.RATIOS`) → its quotient, call by call: an average over calls varies
            far less than a ratio of sums, which a few long prompts decide.
        costless_calls: Used tokens, have no cost, and no rule said why (`unpriced_model` calls are not among them).
        unpriced_calls: With the flag `unpriced_model`.
        flags: Integrity flag → calls that raised it.
    """

    calls: int = 0
    reported: Mapping[str, int] = field(default_factory=dict)
    quotients: Mapping[str, Quotients] = field(default_factory=dict)
    costless_calls: int = 0
    unpriced_calls: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)


class Hour(NamedTuple):
    """One hour (UTC, begins at `hour`) of a series; hours without calls are left out."""

    hour: datetime
    tally: Tally


def add_tallies(tallies: Iterable[Tally]) -> Tally:
    """Of calls that are in one of them only."""
    known = list(tallies)
    if len(known) == 1:
        return known[0]
    return Tally(
        calls=sum(tally.calls for tally in known),
        reported=_add_counts(tally.reported for tally in known),
        quotients=_add_quotients(tally.quotients for tally in known),
        costless_calls=sum(tally.costless_calls for tally in known),
        unpriced_calls=sum(tally.unpriced_calls for tally in known),
        flags=_add_counts(tally.flags for tally in known),
    )


def add_hours(hours: Sequence[Hour]) -> Tally:
    """Of one series."""
    return add_tallies(hour.tally for hour in hours)


def _add_counts(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            sums[name] = sums.get(name, 0) + count
    return sums


def _add_quotients(parts: Iterable[Mapping[str, Quotients]]) -> dict[str, Quotients]:
    sums: dict[str, Quotients] = {}
    for part in parts:
        for name, own in part.items():
            known = sums.get(name)
            sums[name] = own if known is None else known.add(own)
    return sums
