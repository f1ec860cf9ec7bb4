"""Buckets of local time: exact on days on which clocks change, refused where half hours of UTC cannot be."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.llm_analytics.time_buckets import Interval, InvalidZone, list_bucket_starts, parse_zone

ZONES = (
    "UTC",
    "Asia/Kolkata",
    "America/St_Johns",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Africa/Cairo",
)


def list_local(start: datetime, end: datetime, interval: Interval, zone: str) -> list[str]:
    starts = list_bucket_starts(start, end, interval=interval, zone=parse_zone(zone))
    return [begin.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes") for begin in starts]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), 23, id="spring"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), 25, id="autumn"),
        pytest.param("America/St_Johns", date(2026, 3, 8), 23, id="half-hour-zone-in-spring"),
        pytest.param("America/St_Johns", date(2026, 11, 1), 25, id="half-hour-zone-in-autumn"),
        pytest.param("Asia/Kolkata", date(2026, 3, 29), 24, id="no-change"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), 24.5, id="half-an-hour-back"),
        pytest.param("Africa/Cairo", date(2026, 4, 24), 23, id="no-midnight"),
        pytest.param("America/Havana", date(2026, 11, 1), 25, id="two-midnights"),
    ],
)
def test_day_is_as_long_as_the_clocks_make_it(zone: str, day: date, hours: float) -> None:
    """From its first moment to that of the next day."""
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    starts = list_bucket_starts(noon, noon + timedelta(days=1), interval="day", zone=parse_zone(zone))
    assert (starts[1] - starts[0]) / timedelta(hours=1) == hours


def test_hour_that_is_repeated_is_two() -> None:
    """Once in summer time, once in winter time."""
    start = datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert list_local(start, start + timedelta(hours=3), "hour", "Europe/Berlin") == [
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]


def test_hours_of_half_hour_zones_begin_on_half_hours() -> None:
    """The first begins before the range."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    starts = list_bucket_starts(start, start + timedelta(hours=2), interval="hour", zone=parse_zone("Asia/Kolkata"))
    assert [begin - start for begin in starts] == [timedelta(minutes=minutes) for minutes in (-30, 30, 90)]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        pytest.param("week", ["2026-03-23T00:00+01:00", "2026-03-30T00:00+02:00", "2026-04-06T00:00+02:00"], id="week"),
        pytest.param("month", ["2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"], id="month"),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(interval: Interval, expected: list[str]) -> None:
    """On the local calendar."""
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert list_local(start, datetime(2026, 4, 7, tzinfo=UTC), interval, "Europe/Berlin") == expected


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware here
INTERVALS: tuple[Interval, ...] = ("hour", "day", "week", "month")


@given(
    start=MOMENTS,
    length=st.timedeltas(timedelta(seconds=1), timedelta(days=70)),
    zone=st.sampled_from(ZONES),
    interval=st.sampled_from(INTERVALS),
)
def test_every_moment_is_in_the_bucket_of_its_local_time(
    start: datetime, length: timedelta, zone: str, interval: Interval
) -> None:
    """Moments of one bucket agree in local day, week or month; a bucket's begin is in it; all lie on half hours."""
    starts = list_bucket_starts(start, start + length, interval=interval, zone=parse_zone(zone))
    assert starts[0] <= start < start + length
    assert starts == sorted(set(starts))
    assert all(begin.timestamp() % 1800 == 0 for begin in starts)
    assert all(start < begin < start + length for begin in starts[1:])
    for begin, end in zip(starts, starts[1:], strict=False):
        first, last, after = (
            moment.astimezone(ZoneInfo(zone)) for moment in (begin, end - timedelta(microseconds=1), end)
        )
        assert _name(first, interval) == _name(last, interval) != _name(after, interval)


def _name(local: datetime, interval: Interval) -> tuple[object, ...]:
    if interval == "hour":
        return local.date(), local.hour, local.utcoffset()
    if interval == "day":
        return (local.date(),)
    return local.isocalendar()[:2] if interval == "week" else (local.year, local.month)


@pytest.mark.parametrize("name", ["Asia/Kathmandu", "Pacific/Chatham", "Australia/Eucla"])
def test_zone_with_quarter_hours_is_refused(name: str) -> None:
    """Its days cannot be made of half hours."""
    with pytest.raises(InvalidZone, match="steps of 30 minutes"):
        parse_zone(name)


@pytest.mark.parametrize("name", ["", "Berlin", "../etc/passwd", "Europe", "x" * 300, "\0"])
def test_name_that_is_no_zone_is_refused(name: str) -> None:
    """And is not quoted at length."""
    with pytest.raises(InvalidZone, match="expected an IANA name") as refused:
        parse_zone(name)
    assert len(str(refused.value)) < 200
