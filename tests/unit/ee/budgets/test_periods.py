"""Days and months of a zone: midnight, changes of the clock, ends of months, changes of the zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ee.budgets.periods import cut_period
from posthog.llm_analytics.report_calendar import Bounds

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
MOMENT = timedelta.resolution
FIRST = datetime(2019, 1, 1, tzinfo=UTC)
moments = st.integers(min_value=0, max_value=13 * 365 * 86400).map(lambda s: FIRST + timedelta(seconds=s))


def in_2026(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "now", "zone", "start", "end"),
    [
        pytest.param("daily", "03-10T23:59:59.999999", "UTC", "03-10T00:00", "03-11T00:00", id="last-moment"),
        pytest.param("daily", "03-11T00:00", "UTC", "03-11T00:00", "03-12T00:00", id="midnight"),
        pytest.param("daily", "03-10T18:30", "Asia/Kolkata", "03-10T18:30", "03-11T18:30", id="half-hour-zone"),
        pytest.param("daily", "03-29T12:00", "Europe/Berlin", "03-28T23:00", "03-29T22:00", id="23-hours"),
        pytest.param("daily", "10-25T12:00", "Europe/Berlin", "10-24T22:00", "10-25T23:00", id="25-hours"),
        pytest.param("monthly", "02-28T23:59:59", "UTC", "02-01T00:00", "03-01T00:00", id="february"),
        pytest.param("monthly", "04-30T23:59:59", "UTC", "04-01T00:00", "05-01T00:00", id="april"),
        pytest.param("monthly", "01-31T23:30", "Europe/Berlin", "01-31T23:00", "02-28T23:00", id="next-month-there"),
        pytest.param("monthly", "03-15T00:00", "Europe/Berlin", "02-28T23:00", "03-31T22:00", id="clocks-change"),
    ],
)
def test_period_is_the_zones(kind: str, now: str, zone: str, start: str, end: str) -> None:
    """From its midnight to its midnight."""
    period = cut_period(kind, in_2026(now), ZoneInfo(zone))
    assert (period.start, period.end) == (in_2026(start), in_2026(end))


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        pytest.param("2028-02-29T12:00", "2028-02-01", "2028-03-01", id="leap-day"),
        pytest.param("2026-12-31T23:59", "2026-12-01", "2027-01-01", id="december"),
    ],
)
def test_month_ends_with_the_calendars(now: str, start: str, end: str) -> None:
    """Also at the end of a year."""
    period = cut_period("monthly", datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo("UTC"))
    assert (period.start.date(), period.end.date()) == (date.fromisoformat(start), date.fromisoformat(end))


@given(now=moments, zone=st.sampled_from(ZONES), kind=st.sampled_from(["daily", "monthly"]))
def test_periods_follow_each_other_without_gap(now: datetime, zone: str, kind: str) -> None:
    """Every moment lies in exactly one, and the next begins where it ends."""
    period = cut_period(kind, now, ZoneInfo(zone))
    assert period.start <= now < period.end
    assert cut_period(kind, period.end, ZoneInfo(zone)).start == period.end
    assert cut_period(kind, period.start - MOMENT, ZoneInfo(zone)).end == period.start


@given(now=moments, zone=st.sampled_from(ZONES))
def test_month_is_made_of_its_days(now: datetime, zone: str) -> None:
    """Its first day begins with it, its last day ends with it."""
    month = cut_period("monthly", now, ZoneInfo(zone))
    first, last = (cut_period("daily", moment, ZoneInfo(zone)) for moment in (month.start, month.end - MOMENT))
    assert (first.start, first.first_day, last.end) == (month.start, month.first_day, month.end)


def test_day_begins_where_the_last_closed_one_ended() -> None:
    """As the report's does: after a change of the zone no hour counts for two days, or for none."""
    closed = {date(2026, 3, 9): Bounds(datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC))}
    now = datetime(2026, 3, 10, 3, tzinfo=UTC)
    period = cut_period("daily", now, ZoneInfo("America/St_Johns"), closed)
    assert (period.first_day, period.start) == (date(2026, 3, 10), datetime(2026, 3, 10, tzinfo=UTC))
    assert period.end == datetime(2026, 3, 11, 2, 30, tzinfo=UTC)


def test_month_begins_where_the_last_closed_day_before_it_ended() -> None:
    """Its first day is the report's, too."""
    closed = {date(2026, 2, 28): Bounds(datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))}
    period = cut_period("monthly", datetime(2026, 3, 10, tzinfo=UTC), ZoneInfo("Asia/Kolkata"), closed)
    assert (period.start, period.end) == (
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 31, 18, 30, tzinfo=UTC),
    )
