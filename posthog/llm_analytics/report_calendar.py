"""
Which stretch of time each day of an organization is. Pure.

A day is one of the organization's report zone: 23, 24 or 25 hours where the clock changes. Days that are closed keep
their bounds for ever; the days between two closed ones fill the time between them without gap or overlap, whatever
zone the organization has by then. So the day after the last closed one begins where that one ended: at a change of
the zone it alone is longer or shorter, and no hour is counted twice or lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from posthog.errors import InvalidTimezone
from posthog.llm_analytics.time_ranges import find_broken_offset, start_of_day

NEAR = timedelta(days=3)
"""Closed days further away have no say: midnights of two zones are never more than 26 hours apart."""
CHECKED_DAYS_BACK = timedelta(days=365 * 7)
CHECKED_DAYS_AHEAD = timedelta(days=365 * 10)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """A day: from `start` (inclusive) to `end` (exclusive), aware UTC; equal where a change of zone left nothing."""

    day: date
    start: datetime
    end: datetime
    zone: ZoneInfo


class Bounds(NamedTuple):
    """Of a closed day, aware UTC."""

    start: datetime
    end: datetime


def parse_report_timezone(name: str, *, now: datetime) -> ZoneInfo:
    """
    Read the name of a zone whose days can be reported exactly.

    Raises:
        InvalidTimezone: There is none of this name, or its offset is not always a multiple of half an hour.
    """
    if name not in available_timezones():
        raise InvalidTimezone(f"report_timezone: expected a name such as Europe/Berlin, got {name!r}")
    zone = ZoneInfo(name)
    if offset := find_broken_offset(zone, now - CHECKED_DAYS_BACK, now + CHECKED_DAYS_AHEAD):
        raise InvalidTimezone(
            f"report_timezone: expected an offset of whole or half hours, got {name} with {_say_offset(offset)}"
        )
    return zone


def cut_day(day: date, zone: ZoneInfo, closed: Mapping[date, Bounds] | None = None) -> DaySpan:
    """
    Find a day's bounds.

    Args:
        closed: The closed days around it, NEAR suffices. A closed day has the bounds that it was closed with.
    """
    closed = closed or {}
    if day in closed:
        return DaySpan(day=day, start=closed[day].start, end=closed[day].end, zone=zone)
    return DaySpan(day=day, start=_cut(day, zone, closed), end=_cut(day + ONE_DAY, zone, closed), zone=zone)


def list_days(start: datetime, end: datetime, zone: ZoneInfo, closed: Mapping[date, Bounds]) -> list[date]:
    """The days that the stretch from `start` to `end` has a part of, in order."""
    day = start.astimezone(UTC).date() - NEAR
    last = end.astimezone(UTC).date() + NEAR
    days = []
    while day <= last:
        span = cut_day(day, zone, closed)
        if span.start < end and start < span.end:
            days.append(day)
        day += ONE_DAY
    return days


def find_today(now: datetime, zone: ZoneInfo, closed: Mapping[date, Bounds]) -> date:
    """The day that `now` lies in."""
    return list_days(now, now + timedelta.resolution, zone, closed)[0]


def _cut(day: date, zone: ZoneInfo, closed: Mapping[date, Bounds]) -> datetime:
    """Where the day begins that is not closed, and so where an open day before it ends."""
    if day - ONE_DAY in closed:
        return closed[day - ONE_DAY].end
    if day in closed:
        return closed[day].start
    midnight = start_of_day(day, zone)
    ended = [bounds.end for other, bounds in closed.items() if other < day]
    begun = [bounds.start for other, bounds in closed.items() if other > day]
    return min([max([midnight, *ended]), *begun])


def _say_offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
