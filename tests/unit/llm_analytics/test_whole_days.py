"""Which days of a range the daily rollup answers for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from posthog.llm_analytics.time_buckets import list_bucket_starts
from posthog.llm_analytics.whole_days import WholeDays, find_whole_days

DAY = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        pytest.param(DAY, DAY + 48 * HOUR, (DAY, DAY + 48 * HOUR), id="midnight-to-midnight"),
        pytest.param(DAY - HOUR, DAY + 25 * HOUR, (DAY, DAY + 24 * HOUR), id="parts-at-both-ends"),
        pytest.param(DAY + HOUR, DAY + 25 * HOUR, None, id="a-day-that-is-no-utc-day"),
        pytest.param(DAY, DAY + 23 * HOUR, None, id="less-than-a-day"),
    ],
)
def test_whole_days_lie_within_the_range(
    start: datetime, end: datetime, days: tuple[datetime, datetime] | None
) -> None:
    """From its first midnight in UTC to its last."""
    assert find_whole_days(start, end) == (None if days is None else WholeDays(*days, ()))


def test_day_that_a_bucket_begins_within_is_cut() -> None:
    """Its hours belong to two buckets; one that begins at midnight cuts nothing."""
    starts = [DAY - HOUR, DAY + 30 * HOUR, DAY + 48 * HOUR]
    assert find_whole_days(DAY, DAY + 72 * HOUR, starts) == WholeDays(DAY, DAY + 72 * HOUR, (DAY + 24 * HOUR,))


@pytest.mark.parametrize(
    ("zone", "is_whole"),
    [pytest.param("UTC", True, id="utc"), pytest.param("Asia/Kolkata", False, id="half-an-hour-off")],
)
def test_days_of_other_zones_are_read_by_the_hour(zone: str, is_whole: bool) -> None:
    """Each of them cuts a day of UTC."""
    span = DAY, DAY + 96 * HOUR
    starts = list_bucket_starts(*span, interval="day", zone=ZoneInfo(zone))
    assert (find_whole_days(*span, starts) is not None) is is_whole
