"""
What is usual for each series of an organization: learned once a day from two weeks of its hours, and kept.

Only hours that were judged before are learned from: a fault of the newest would be taken for usual. At an
organization's first look nothing was judged, and its last day is left out. An accepted alert lets it be learned anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

from posthog.llm_analytics.alerts.series_hours import SeriesHours, read_series_hours
from posthog.llm_analytics.alerts.spoiled_hours import list_spoiled, select_good
from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_integrity.expectations import Expectations, Usual, learn
from posthog.llm_integrity.tallies import Series
from posthog.models import AccountingAlert, AccountingCheck

PAST = timedelta(days=14)
DAY = timedelta(days=1)
GROUPS = ("shares", "ratios", "flag_shares")

Expected = Mapping[Series, Expectations]


def load_expected(check: AccountingCheck, team_ids: Sequence[int], *, now: datetime, is_kept: bool = True) -> Expected:
    """
    Expectations of each series, learned today if they were not yet.

    Args:
        is_kept: False stores nothing.
    Raises:
        ClickHouseError: The store could not be read.
    """
    if check.learned_at is not None and check.learned_at.date() == now.date():
        return parse_expected(check)
    expected = _learn(check, team_ids, now=now)
    # What was accepted while this was read is not in it: the next look learns again.
    is_outdated = AccountingAlert.objects.filter(organization=check.organization, accepted_at__gte=now).exists()
    if is_kept and not is_outdated:
        check.expected, check.learned_at = [_write(*each) for each in expected.items()], now
        check.save(update_fields=["expected", "learned_at"])
    return expected


def parse_expected(check: AccountingCheck) -> Expected:
    """What was learned last, also where it is to be learned anew; {}: nothing yet."""
    return dict(map(_parse, check.expected))


def forget_expected(check: AccountingCheck) -> None:
    """Let the next look learn anew."""
    check.learned_at = None
    check.save(update_fields=["learned_at"])


def _learn(check: AccountingCheck, team_ids: Sequence[int], *, now: datetime) -> dict[Series, Expectations]:
    end = floor_hour(min(check.checked_at or now - DAY, now))
    start = floor_hour(now) - PAST
    spoiled = list_spoiled(check.organization, since=start)
    hours = _read_days(team_ids, start, end, now=now)
    return {series: learn(select_good(series, of_series, spoiled)) for series, of_series in hours.items()}


def _read_days(team_ids: Sequence[int], start: datetime, end: datetime, *, now: datetime) -> SeriesHours:
    """A day at a time: were none of them rolled up, `FINAL` of two weeks of rows at once would need their memory."""
    found: SeriesHours = {}
    while start < end:
        day_end = min(start + DAY, end)
        for series, hours in read_series_hours(team_ids, start=start, end=day_end, now=now).items():
            found.setdefault(series, []).extend(hours)
        start += DAY
    return found


def _write(series: Series, expected: Expectations) -> dict[str, Any]:
    groups = {group: {name: list(astuple(usual)) for name, usual in _list(expected, group)} for group in GROUPS}
    return {"series": list(series), "calls": expected.calls, **groups}


def _list(expected: Expectations, group: str) -> Iterator[tuple[str, Usual]]:
    yield from getattr(expected, group).items()


def _parse(stored: Mapping[str, Any]) -> tuple[Series, Expectations]:
    groups = {group: {name: Usual(*usual) for name, usual in stored[group].items()} for group in GROUPS}
    return Series(*stored["series"]), Expectations(calls=stored["calls"], **groups)
