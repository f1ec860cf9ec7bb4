"""One series as every check sees it: its newest calls, its past, what is expected of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from posthog.llm_integrity.blocks import take_latest
from posthog.llm_integrity.expectations import Expectations
from posthog.llm_integrity.findings import FindingKey, Subject
from posthog.llm_integrity.tallies import Hour, Series, Tally, add_hours

DAY = timedelta(hours=24)
HOURS_BEFORE = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView:
    """
    Attributes:
        hours: Ascending, the last 72 hours at least, without those of the future.
        expected: Learned from hours before these went wrong.
        block: The newest hours that make up a sample; empty where there are too few calls.
    """

    series: Series
    hours: Sequence[Hour]
    expected: Expectations
    block: Sequence[Hour]
    newest: Tally
    """Sums of `block`."""
    before: Tally
    """Sums of the hours right before it, at most `HOURS_BEFORE`."""
    open_keys: Collection[FindingKey] = frozenset()
    """What an alert is open about."""

    @property
    def subject(self) -> Subject:
        return Subject(*self.series)

    def take_day(self) -> Sequence[Hour]:
        """The hours of the 24 that end with the newest."""
        return [hour for hour in self.hours if self.hours[-1].hour - hour.hour < DAY] if self.hours else ()

    def find_first(self, is_wrong: Callable[[Tally], bool], hours: Sequence[Hour] | None = None) -> datetime:
        """Begin of the first hour from which on every hour with calls is wrong; of the newest where none is alone."""
        hours = self.hours if hours is None else hours
        first = hours[-1].hour
        for hour in reversed(hours):
            if not is_wrong(hour.tally):
                break
            first = hour.hour
        return first


def view_series(
    series: Series, hours: Sequence[Hour], expected: Expectations, open_keys: Collection[FindingKey] = frozenset()
) -> SeriesView:
    """Cut the newest block."""
    block = take_latest(hours)
    earliest = block[0].hour - HOURS_BEFORE if block else None
    before = [hour for hour in hours if earliest is not None and earliest <= hour.hour < block[0].hour]
    return SeriesView(
        series=series,
        hours=hours,
        expected=expected,
        block=block,
        newest=add_hours(block),
        before=add_hours(before),
        open_keys=open_keys,
    )


Views = Mapping[Series, SeriesView]
