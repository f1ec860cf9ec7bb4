"""
Hours → blocks of enough calls to be compared.

A busy series is judged hour by hour, a quiet one by the hours that its last calls took: a share of ten calls says
nothing. History is cut the same way, so that what is usual includes how much such a block varies.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from posthog.llm_integrity.tallies import Hour

MIN_CALLS = 50
"""Calls of a block, at least."""
LONGEST_BLOCK = timedelta(hours=72)
"""A series that has no such number of calls in so many hours is not judged by shares."""


def cut_blocks(hours: Sequence[Hour]) -> Iterator[Sequence[Hour]]:
    """Blocks of consecutive hours, oldest first; hours that fill none are left out."""
    first = calls = 0
    for place, hour in enumerate(hours):
        while first < place and hour.hour - hours[first].hour > LONGEST_BLOCK:
            calls -= hours[first].tally.calls
            first += 1
        calls += hour.tally.calls
        if calls >= MIN_CALLS:
            yield hours[first : place + 1]
            first, calls = place + 1, 0


def take_latest(hours: Sequence[Hour]) -> Sequence[Hour]:
    """The newest hours that make up a block; empty where there are too few calls."""
    calls = 0
    for place in range(len(hours) - 1, -1, -1):
        if hours[-1].hour - hours[place].hour > LONGEST_BLOCK:
            break
        calls += hours[place].tally.calls
        if calls >= MIN_CALLS:
            return hours[place:]
    return ()
