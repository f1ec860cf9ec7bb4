"""
Which stretch of time a budget's period is: a day, or a month as the sum of its days, of the report zone. Pure.

The bounds are those of the usage reports (`report_calendar.py`): what a budget says was used in a day or month is what
the report of it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ee.models import Budget
from posthog.llm_analytics.report_calendar import Bounds, cut_day, find_today

LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` (inclusive) to `end` (exclusive), aware UTC; `first_day` is the zone's and names it."""

    kind: str
    first_day: date
    start: datetime
    end: datetime


def cut_period(kind: str, now: datetime, zone: ZoneInfo, closed: Mapping[date, Bounds] | None = None) -> Period:
    """
    Find the period that `now` lies in.

    Args:
        kind: One of `Budget.Period`.
        closed: The bounds of closed days around today and around the first of the month.
    """
    closed = closed or {}
    today = find_today(now.astimezone(UTC), zone, closed)
    if kind == Budget.Period.DAILY:
        day = cut_day(today, zone, closed)
        return Period(kind=kind, first_day=today, start=day.start, end=day.end)
    first = today.replace(day=1)
    next_first = (first + LONGEST_MONTH).replace(day=1)
    start, end = (cut_day(day, zone, closed).start for day in (first, next_first))
    return Period(kind=kind, first_day=first, start=start, end=end)
