"""Days of a zone, and what becomes of them when an organization moves to another one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.errors import InvalidTimezone
from posthog.llm_analytics.report_calendar import Bounds, DaySpan, cut_day, find_today, list_days, parse_report_timezone

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
ZONES = (
    *("UTC", "Asia/Kolkata", "America/St_Johns", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe"),
    *("Pacific/Kiritimati", "Etc/GMT+12", "America/Havana"),
)


def cut(day: str, zone: str) -> DaySpan:
    return cut_day(date.fromisoformat(day), ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        pytest.param("UTC", "2026-04-01", "2026-04-01T00:00", 24, id="utc"),
        pytest.param("Asia/Kolkata", "2026-04-01", "2026-03-31T18:30", 24, id="half-hour-east"),
        pytest.param("America/St_Johns", "2026-07-01", "2026-07-01T02:30", 24, id="half-hour-west"),
        pytest.param("America/St_Johns", "2026-03-08", "2026-03-08T03:30", 23, id="half-hour-spring"),
        pytest.param("America/St_Johns", "2026-11-01", "2026-11-01T02:30", 25, id="half-hour-autumn"),
        pytest.param("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", 23, id="spring"),
        pytest.param("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", 25, id="autumn"),
        pytest.param("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", 24.5, id="clock-moves-half-an-hour"),
        pytest.param("America/Havana", "2026-03-08", "2026-03-08T05:00", 23, id="midnight-that-is-skipped"),
    ],
)
def test_day_is_one_of_the_zone(zone: str, day: str, start: str, hours: float) -> None:
    """From its midnight to the next, however long that is."""
    span = cut(day, zone)
    assert span.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert span.end - span.start == timedelta(hours=hours)


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "UTC"])
def test_zone_of_whole_or_half_hours_is_taken(zone: str) -> None:
    assert parse_report_timezone(zone, now=NOW).key == zone


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("Asia/Kathmandu", "whole or half hours, got Asia/Kathmandu with UTC+05:45", id="quarter-hour"),
        pytest.param("Pacific/Chatham", "whole or half hours, got Pacific/Chatham with UTC+", id="quarter-hour-far"),
        pytest.param("Mars/Olympus", "expected a name such as Europe/Berlin, got 'Mars/Olympus'", id="unknown"),
        pytest.param("../etc/passwd", "expected a name such as", id="path"),
        pytest.param("", "expected a name such as", id="empty"),
    ],
)
def test_other_zones_are_refused_in_words(name: str, words: str) -> None:
    """A quarter of an hour cannot be summed from half hours."""
    with pytest.raises(InvalidTimezone) as raised:
        parse_report_timezone(name, now=NOW)
    assert words in str(raised.value)


def test_day_after_the_last_closed_one_takes_up_what_a_move_west_adds() -> None:
    """UTC's 1 April is closed; Los Angeles' 2 April begins where it ended, seven hours early."""
    closed = {date(2026, 4, 1): Bounds(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))}
    span = cut_day(date(2026, 4, 2), ZoneInfo("America/Los_Angeles"), closed)
    assert (span.start, span.end) == (datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 3, 7, tzinfo=UTC))
    assert list_days(datetime(2026, 4, 2, 3, tzinfo=UTC), datetime(2026, 4, 2, 4, tzinfo=UTC), span.zone, closed) == [
        date(2026, 4, 2)
    ]


def test_day_after_the_last_closed_one_loses_what_a_move_east_takes() -> None:
    """Kolkata's 2 April had five and a half hours that UTC's closed 1 April has counted."""
    closed = {date(2026, 4, 1): Bounds(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))}
    span = cut_day(date(2026, 4, 2), ZoneInfo("Asia/Kolkata"), closed)
    assert (span.start, span.end) == (datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 2, 18, 30, tzinfo=UTC))


def test_closed_day_keeps_its_bounds() -> None:
    bounds = Bounds(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))
    span = cut_day(date(2026, 4, 1), ZoneInfo("Asia/Kolkata"), {date(2026, 4, 1): bounds})
    assert (span.start, span.end) == bounds


def test_today_is_the_zones() -> None:
    now = datetime(2026, 4, 1, 20, tzinfo=UTC)
    assert find_today(now, ZoneInfo("Asia/Kolkata"), {}) == date(2026, 4, 2)
    assert find_today(now, ZoneInfo("America/Los_Angeles"), {}) == date(2026, 4, 1)


@given(
    moves=st.lists(st.tuples(st.sampled_from(ZONES), st.integers(0, 4)), min_size=1, max_size=5),
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_no_moment_is_lost_or_counted_twice(moves: list[tuple[str, int]], first: date) -> None:
    """Whatever zones an organization has had, and however many days it closed in each: its days are one line."""
    closed: dict[date, Bounds] = {}
    day = first
    for name, days in moves:
        for _ in range(days):
            span = cut_day(day, ZoneInfo(name), closed)
            closed[day] = Bounds(span.start, span.end)
            day += ONE_DAY
    zone = ZoneInfo(moves[-1][0])
    spans = [cut_day(first + number * ONE_DAY, zone, closed) for number in range(-3, (day - first).days + 4)]
    assert all(before.end == after.start for before, after in pairwise(spans))
    assert all(span.start <= span.end for span in spans)


@given(
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    hole=st.integers(1, 3),
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_days_between_closed_ones_fill_the_time_between_them(zones: tuple[str, str], hole: int, first: date) -> None:
    """Days that are reported late, in another zone, lie between those that were closed before and after them."""
    later = first + (hole + 1) * ONE_DAY
    closed = {
        day: Bounds(span.start, span.end) for day in (first, later) for span in [cut_day(day, ZoneInfo(zones[0]), {})]
    }
    spans = [cut_day(first + number * ONE_DAY, ZoneInfo(zones[1]), closed) for number in range(hole + 2)]
    assert all(before.end == after.start for before, after in pairwise(spans))
