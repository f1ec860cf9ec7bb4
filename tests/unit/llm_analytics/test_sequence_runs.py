"""Numbers that arrived, as runs, and the holes between them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.llm_analytics.sequence_runs import (
    ACCEPTED_WITHIN,
    Arrived,
    Hole,
    Run,
    fill_holes,
    list_runs,
    merge_runs,
    sweep,
)
from posthog.llm_usage.payloads.numbering import Numbering

HOUR = datetime(2026, 11, 18, 9, tzinfo=UTC)
NEXT_HOUR = HOUR + timedelta(hours=1)


def number(sequence: int, *, at: datetime | None = HOUR, shipper_id: str = "a") -> Numbering:
    return Numbering(shipper_id, sequence, at)


def test_consecutive_numbers_are_one_run() -> None:
    """In any order, and twice."""
    assert list_runs([number(3), number(1), number(2), number(2)], received_at=HOUR) == [Run("a", HOUR, 1, 3)]


def test_runs_end_at_gaps_hours_and_shippers() -> None:
    """A run is of one shipper and one hour."""
    numbers = [number(1), number(3), number(4, at=NEXT_HOUR), number(5, at=NEXT_HOUR, shipper_id="b")]
    assert list_runs(numbers, received_at=HOUR) == [
        Run("a", HOUR, 1, 1),
        Run("a", HOUR, 3, 3),
        Run("a", NEXT_HOUR, 4, 4),
        Run("b", NEXT_HOUR, 5, 5),
    ]


def test_the_arrival_stands_for_an_unknown_acceptance() -> None:
    """A number without a time is of the hour in which it came."""
    received_at = NEXT_HOUR + timedelta(minutes=7)
    assert list_runs([number(1, at=None)], received_at=received_at) == [Run("a", NEXT_HOUR, 1, 1)]


def test_a_hole_is_found_before_the_next_number() -> None:
    """Also one before the first number that came; the one after the last is not known to exist."""
    runs = [Run("a", HOUR, 3, 4), Run("a", NEXT_HOUR, 8, 9)]
    assert list(sweep(runs)) == [
        Hole("a", HOUR, 1, 2, since=HOUR),
        Arrived(HOUR, 2),
        Hole("a", NEXT_HOUR, 5, 7, since=HOUR),
        Arrived(NEXT_HOUR, 2),
    ]


def test_what_came_again_counts_once() -> None:
    """Overlapping runs add their new numbers only."""
    runs = [Run("a", HOUR, 1, 5), Run("a", HOUR, 2, 4), Run("a", NEXT_HOUR, 4, 7)]
    assert list(sweep(runs)) == [Arrived(HOUR, 5), Arrived(NEXT_HOUR, 2)]


numbers = st.lists(st.integers(1, 40), min_size=1, max_size=60)


@given(numbers)
def test_received_and_missing_make_up_the_highest_number(sequences: list[int]) -> None:
    """Whatever arrives, in whatever order and however often: received + missing = the highest number."""
    found = list(sweep(list_runs(map(number, sequences), received_at=HOUR)))
    received = sum(part.events for part in found if isinstance(part, Arrived))
    missing = sum(part.events for part in found if isinstance(part, Hole))
    assert received == len(set(sequences))
    assert received + missing == max(sequences)


@given(st.lists(numbers, min_size=1, max_size=5))
def test_merging_changes_nothing_that_is_found(batches: list[list[int]]) -> None:
    """Runs of several batches, merged, have the same numbers and holes."""
    runs = [run for batch in batches for run in list_runs(map(number, batch), received_at=HOUR)]
    merged = merge_runs(runs)
    assert [part for part in sweep(merged) if isinstance(part, Hole)] == [
        part for part in sweep(runs) if isinstance(part, Hole)
    ]
    assert sum(run.last_sequence - run.first_sequence + 1 for run in merged) == len({n for b in batches for n in b})


@pytest.mark.parametrize(
    ("minutes", "left"),
    [
        pytest.param([], [2, 1], id="none"),
        pytest.param([30, 40], [0, 1], id="of-the-one-that-is-over-first"),
        pytest.param([30, 40, 50], [0, 0], id="then-of-the-other"),
        pytest.param([-4], [1, 1], id="accepted-a-little-later"),
        pytest.param([-6, 180], [2, 1], id="outside-of-both"),
        pytest.param([130, 40, 30], [0, 0], id="each-where-there-is-room"),
        pytest.param([130, 140], [2, 0], id="one-call-too-many-fills-nothing-else"),
    ],
)
def test_back_filled_calls_fill_holes_that_were_open(minutes: list[int], left: list[int]) -> None:
    """By the minute after HOUR at which a call ended: what is missing of a hole of an hour, and of one of three."""
    short = Hole("b", HOUR, 8, 9, since=HOUR)
    long = Hole("a", HOUR + timedelta(hours=2), 4, 4, since=HOUR)
    found = {
        hole.shipper_id: hole for hole in fill_holes([long, short], [HOUR + timedelta(minutes=m) for m in minutes])
    }
    assert [found["b"].missing, found["a"].missing] == left


spans = st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 3))


@given(st.lists(spans, max_size=4), st.lists(st.integers(-60, 600), max_size=6))
def test_no_other_choice_would_leave_fewer_missing(spans: list[tuple[int, int, int]], minutes: list[int]) -> None:
    """As the size of a largest matching says, found by augmenting paths."""
    holes = [
        Hole(str(place), HOUR + timedelta(hours=first + length), 1, events, since=HOUR + timedelta(hours=first))
        for place, (first, length, events) in enumerate(spans)
    ]
    ends = [HOUR + timedelta(minutes=m) for m in minutes]
    filled = sum(hole.backfilled for hole in fill_holes(holes, ends))
    assert filled == match_most(
        [(h.since - ACCEPTED_WITHIN, h.hour + timedelta(hours=1), h.events) for h in holes], ends
    )


def match_most(rooms: list[tuple[datetime, datetime, int]], ends: list[datetime]) -> int:
    """How many of the moments have a place of their own in a room that was open."""
    places = [(start, end) for start, end, size in rooms for _ in range(size)]
    taken: dict[int, int] = {}

    def find_place(moment: int, seen: set[int]) -> bool:
        for place, (start, end) in enumerate(places):
            if place in seen or not start <= ends[moment] < end:
                continue
            seen.add(place)
            if place not in taken or find_place(taken[place], seen):
                taken[place] = moment
                return True
        return False

    return sum(find_place(moment, set()) for moment in range(len(ends)))
