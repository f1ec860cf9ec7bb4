"""
Hours, days, weeks and months of a zone, as moments: exact also where clocks change.

Rollups keep half hours of UTC, so a zone serves whose offset is a multiple of 30 minutes all the time; the few others
(Kathmandu, Eucla, Chatham) are refused. A day that the clocks make 23, 24½ or 25 hours long is that long.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from posthog.errors import AccountingError
from posthog.models.ai_usage_hourly.grain import SLOT_S

Interval = Literal["hour", "day", "week", "month"]

SLOT = timedelta(seconds=SLOT_S)
CHECKED_YEARS = range(2015, 2045)
"""Of these years every week's offset is looked at; rules that change later reach us with new zone data."""


class InvalidZone(AccountingError):
    """No zone has the name, or one whose days do not begin on a half hour of UTC."""


@cache
def parse_zone(name: str) -> ZoneInfo:
    """
    Find the IANA zone.

    Raises:
        InvalidZone: There is none of that name, or its offset is no multiple of 30 minutes.
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidZone(f"timezone: expected an IANA name such as Europe/Berlin, got {name[:80]!r}") from None
    noon = datetime(CHECKED_YEARS.start, 1, 1, 12, tzinfo=UTC)
    days = (datetime(CHECKED_YEARS.stop, 1, 1, tzinfo=UTC) - noon).days
    for offset in {(noon + timedelta(days=day)).astimezone(zone).utcoffset() for day in range(0, days, 7)}:
        if offset is None or offset % SLOT:
            raise InvalidZone(f"timezone: expected an offset in steps of 30 minutes, got {name!r} with {offset}")
    return zone


def list_bucket_starts(start: datetime, end: datetime, *, interval: Interval, zone: ZoneInfo) -> list[datetime]:
    """
    The begins of the buckets that the range touches, ascending, aware UTC; the first may lie before `start`.

    Args:
        start: Inclusive, aware; `end` is exclusive.
    """
    starts: list[datetime] = []
    for begin in _list_begins(start, interval, zone):
        if begin >= end:
            break
        if begin <= start:
            starts = [begin]
        else:
            starts.append(begin)
    return starts


def _list_begins(start: datetime, interval: Interval, zone: ZoneInfo) -> Iterator[datetime]:
    """Begins from one not after `start` on, without end."""
    if interval == "hour":
        yield from _list_hours(start, zone)
    local = start.astimezone(zone).date()
    if interval == "week":
        local -= timedelta(days=local.weekday())
    elif interval == "month":
        local = local.replace(day=1)
    while True:
        yield datetime.combine(local, time(), zone).astimezone(UTC)
        if interval == "month":
            local = (local + timedelta(days=31)).replace(day=1)
        else:
            local += timedelta(days=7 if interval == "week" else 1)


def _list_hours(start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """An hour that is repeated when clocks go back is two, one half of which they skip is half as long."""
    moment = start.astimezone(UTC)
    moment = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0) - 2 * SLOT
    before = None
    while True:
        local = moment.astimezone(zone)
        hour = local.replace(minute=0, second=0, tzinfo=None), local.utcoffset()
        if before is not None and hour != before:
            yield moment
        before = hour
        moment += SLOT
