"""How a body gives way: which ranges are next, and after how many attempts."""

import json

import pytest
import zstandard

from posthog.llm_analytics.bisection import halve, is_unreadable, is_worn_out, reject_event
from posthog.models import GatewayInboxBody


def make_body(events: int, *, ranges: list[list[int]] | None = None, attempts: int = 0) -> GatewayInboxBody:
    text = json.dumps([{"id": number} for number in range(events)]).encode()
    return GatewayInboxBody(
        body=zstandard.ZstdCompressor().compress(text),
        body_bytes=len(text),
        pending_ranges=ranges or [],
        attempts=attempts,
    )


@pytest.mark.parametrize(
    ("events", "ranges", "expected"),
    [
        pytest.param(10, None, [(0, 5), (5, 10)], id="whole"),
        pytest.param(3, None, [(0, 1), (1, 3)], id="odd"),
        pytest.param(1, None, [(0, 1)], id="one-event-becomes-its-range"),
        pytest.param(0, None, [(0, 1)], id="none"),
        pytest.param(10, [[2, 4], [5, 10]], [(2, 3), (3, 4), (5, 10)], id="first-range-the-rest-waits"),
        pytest.param(10, [[2, 3], [3, 10]], [], id="one-event-cannot-be-halved"),
    ],
)
def test_first_range_is_halved(events: int, ranges: list[list[int]] | None, expected: list[tuple[int, int]]) -> None:
    """Neither half is empty, nothing is left out, nothing comes twice."""
    assert halve(make_body(events, ranges=ranges)) == expected


@pytest.mark.parametrize(
    ("ranges", "allowed"),
    [
        pytest.param(None, 5, id="whole-body"),
        pytest.param([[0, 4], [4, 8]], 1, id="range"),
        pytest.param([[3, 4]], 2, id="event"),
    ],
)
def test_attempts_depend_on_how_much_is_at_stake(ranges: list[list[int]] | None, allowed: int) -> None:
    """A whole body is tried often, a range of it once, an event twice; two more until it is given up unread."""
    worn_out = [is_worn_out(make_body(8, ranges=ranges, attempts=n), max_attempts=5) for n in range(9)]
    assert worn_out.index(True) == allowed + 1
    unreadable = [is_unreadable(make_body(8, ranges=ranges, attempts=n), max_attempts=5) for n in range(9)]
    assert unreadable.index(True) == allowed + 3


def test_reject_names_the_event_and_what_went_wrong() -> None:
    """Without an error on record the worker itself died."""
    rejection = reject_event(make_body(8, ranges=[[3, 4]], attempts=3))
    assert (rejection.position, rejection.code) == (3, "event_unprocessable")
    assert rejection.reason == "2 attempts failed, last: the worker died"
    whole = reject_event(make_body(8, attempts=9))
    assert (whole.position, whole.code) == (-1, "body_unprocessable")
