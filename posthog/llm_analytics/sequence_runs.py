"""
Runs of a shipper's numbers that arrived, and the holes between them. Pure.

A shipper numbers what it accepts from 1 without gaps, so a number that lies below one that arrived and did not
arrive itself is a missing event. What lies above the highest is not known to exist.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from posthog.llm_usage.payloads.numbering import Numbering

HOUR = timedelta(hours=1)
ACCEPTED_WITHIN = timedelta(minutes=5)
"""After a call's end a shipper has accepted it, the clocks of two machines included."""


class Run(NamedTuple):
    """Consecutive numbers of one shipper that it accepted within one hour (UTC), both ends included."""

    shipper_id: str
    hour: datetime
    first_sequence: int
    last_sequence: int


class Hole(NamedTuple):
    """
    Numbers that never came, both ends included.

    Attributes:
        hour: The hour (UTC) in which the next number that did come was accepted.
        since: The hour in which the number before was; where none was before, `hour`.
        backfilled: How many of them stand for a call that was back-filled from the gateway's own books.
    """

    shipper_id: str
    hour: datetime
    first_sequence: int
    last_sequence: int
    since: datetime
    backfilled: int = 0

    @property
    def events(self) -> int:
        return self.last_sequence - self.first_sequence + 1

    @property
    def missing(self) -> int:
        return self.events - self.backfilled


class Arrived(NamedTuple):
    """New numbers of one hour: what a run adds to the runs before it."""

    hour: datetime
    events: int


def list_runs(numberings: Iterable[Numbering], *, received_at: datetime) -> list[Run]:
    """
    Join numbers into runs, in order; a number that came twice is in one run.

    Args:
        received_at: Stands for the time of acceptance where the shipper does not say it.
    """
    placed = ((n.shipper_id, _start_of_hour(n.accepted_at or received_at), n.sequence) for n in numberings)
    return merge_runs(Run(shipper_id, hour, sequence, sequence) for shipper_id, hour, sequence in placed)


def merge_runs(runs: Iterable[Run]) -> list[Run]:
    """The same numbers in as few runs as hold them."""
    merged: list[Run] = []
    for run in sorted(runs):
        last = merged[-1] if merged else None
        is_adjacent = last is not None and last[:2] == run[:2] and run.first_sequence <= last.last_sequence + 1
        if last is not None and is_adjacent:
            merged[-1] = last._replace(last_sequence=max(last.last_sequence, run.last_sequence))
        else:
            merged.append(run)
    return merged


def sweep(runs: Iterable[Run]) -> Iterator[Hole | Arrived]:
    """What the runs of one shipper, from its first number on, say: numbers that came, numbers that did not."""
    highest, since = 0, None
    for run in sorted(runs, key=lambda run: run.first_sequence):
        if run.first_sequence > highest + 1:
            yield Hole(run.shipper_id, run.hour, highest + 1, run.first_sequence - 1, since or run.hour)
        new = run.last_sequence - max(run.first_sequence - 1, highest)
        if new > 0:
            yield Arrived(run.hour, new)
            highest, since = run.last_sequence, run.hour


def fill_holes(holes: Iterable[Hole], ends: Iterable[datetime]) -> tuple[Hole, ...]:
    """
    Count each back-filled call for one number of one hole, of the shippers of one gateway; holes in order.

    A call's number is not known, for it never came; when the call ended is. So it counts for a hole that was open then,
    and of several for the one that was over first: no other choice would leave fewer missing.

    Args:
        ends: When the back-filled calls ended; a shipper accepts a call just after.
    """
    filled = sorted(holes, key=lambda hole: (hole.hour, hole))
    for end in sorted(ends):
        for place, hole in enumerate(filled):
            if hole.missing and hole.since - ACCEPTED_WITHIN <= end < hole.hour + HOUR:
                filled[place] = hole._replace(backfilled=hole.backfilled + 1)
                break
    return tuple(sorted(filled))


def _start_of_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
