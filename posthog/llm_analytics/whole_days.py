"""Which UTC days of a range may be read from the daily rollup: whole ones that no bucket begins within. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from posthog.llm_analytics.changed_hours import floor_day

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WholeDays:
    """
    Days from `start` to before `end`, midnights in UTC, at least one, without those that are `cut`.

    Attributes:
        cut: Begins of days between the two of which some hours are in one bucket and some in the next, ascending.
    """

    start: datetime
    end: datetime
    cut: tuple[datetime, ...]


def find_whole_days(start: datetime, end: datetime, bucket_starts: Sequence[datetime] = ()) -> WholeDays | None:
    """
    Args:
        start: Inclusive, aware; `end` is exclusive.
        bucket_starts: See `CellQuery`.
    Returns:
        None where there is no such day.
    """
    first, last = _ceil_day(start.astimezone(UTC)), floor_day(end.astimezone(UTC))
    if last <= first:
        return None
    begins = (each.astimezone(UTC) for each in bucket_starts)
    cut = sorted({floor_day(each) for each in begins if first < each < last and each != floor_day(each)})
    return None if len(cut) == (last - first) // DAY else WholeDays(first, last, tuple(cut))


def _ceil_day(moment: datetime) -> datetime:
    floor = floor_day(moment)
    return floor if floor == moment else floor + DAY
