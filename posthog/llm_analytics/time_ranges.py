"""Ranges of time as people mean them, on the clock of a zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from posthog.llm_analytics.time_buckets import SLOT, Interval, list_bucket_starts


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start` (inclusive) to `end` (exclusive), both aware UTC; `zone` is the clock that cuts it."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def previous(self) -> "TimeRange":
        """The range of the same length before it: as many days of the zone where it is one of whole days."""
        start, end = self.start.astimezone(self.zone), self.end.astimezone(self.zone)
        if start.time() == end.time() == time():
            before = start.date() - (end.date() - start.date())
            return TimeRange(start_of_day(before, self.zone), self.start, self.zone)
        return TimeRange(self.start - (self.end - self.start), self.start, self.zone)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a time series, cut to the range: the first and the last may be parts of their hour, day or month."""

    start: datetime
    end: datetime


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC; where midnight is skipped, the first moment after it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def list_buckets(span: TimeRange, interval: Interval) -> list[Bucket]:
    """Cut the range, in order, without gaps."""
    begins = list_bucket_starts(span.start, span.end, interval=interval, zone=span.zone)
    starts = [span.start, *(begin for begin in begins if begin > span.start)]
    return [Bucket(start, end) for start, end in zip(starts, [*starts[1:], span.end], strict=True)]


def find_broken_offset(zone: ZoneInfo, start: datetime, end: datetime) -> timedelta | None:
    """An offset that the zone has within the range and that is no multiple of half an hour; None: there is none."""
    day = start
    while day < end + timedelta(days=1):
        offset = day.astimezone(zone).utcoffset() or timedelta()
        if offset % SLOT:
            return offset
        day += timedelta(days=1)
    return None
