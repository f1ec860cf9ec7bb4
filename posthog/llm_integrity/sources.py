"""What one hour of a gateway or a team looked like, whatever its models: volume, clocks, repetitions, numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple


class Source(NamedTuple):
    """Where calls come from; `name` is the gateway's, or the team's id in digits."""

    kind: Literal["gateway", "team"]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeHour:
    """Calls that a source made in an hour (UTC), failed ones included; hours without calls are left out."""

    hour: datetime
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalHour:
    """
    What a gateway's reports that arrived in an hour say about its clock and its repetitions.

    Attributes:
        calls: Of every kind.
        ahead_calls: That begin later than they arrived, by more than `CLOCK_TOLERANCE`.
        behind_calls: That ended more than an hour before they arrived.
        repeated_calls: Whose provider's response id another call of the gateway has, too: the same call counted twice.
    """

    hour: datetime
    calls: int
    ahead_calls: int = 0
    behind_calls: int = 0
    repeated_calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedHour:
    """What a gateway's durable shippers numbered in an hour: what came of it, and what is missing for good."""

    hour: datetime
    received: int
    missing: int
