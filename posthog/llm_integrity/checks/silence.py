"""
`source_silent`: a gateway, or a team, that used to make calls at this time of the week makes none.

For each hour since its last call: the calls of the same hour on the days of the past two weeks, of the leanest but
one. It is silent where these add up to `MIN_EXPECTED` calls, and where it was never without a call for so long.
A source that sleeps at night or at the week-end has lean hours there, and may be silent. Hours in which it was silent
though it should not have been are no model for others.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity, Subject
from posthog.llm_integrity.sources import Source, VolumeHour

MIN_EXPECTED = 10
MIN_DAYS = 7
"""Days of past before anything is expected of a source."""
DAYS = 14
HOUR = timedelta(hours=1)
LONGEST_LOOK = timedelta(days=7)
"""After so long without a call a source is gone, not silent."""


Span = tuple[datetime, datetime]


def look(
    source: Source, hours: Sequence[VolumeHour], looked: Looked, *, now: datetime, outages: Sequence[Span] = ()
) -> None:
    """
    Judge one source.

    Args:
        hours: Ascending, of three weeks.
        outages: Begin and end of silences that an alert was about.
        now: Aware UTC. The hour that it lies in is not over, and does not count as silent.
    """
    if not hours or hours[-1].hour - hours[0].hour < timedelta(days=MIN_DAYS):
        return
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    silent = _list_silent(hours[-1].hour, this_hour)
    if len(silent) * HOUR > LONGEST_LOOK:
        return
    subject = tell_subject(source)
    looked.judged.add(FindingKey(CheckName.SOURCE_SILENT, subject, ""))
    calls = {hour.hour: hour.calls for hour in hours}
    expected = sum(_expect(hour, calls, hours[0].hour, outages) for hour in silent)
    if expected >= MIN_EXPECTED and len(silent) > _find_longest_gap(hours, outages):
        finding = Finding(
            check=CheckName.SOURCE_SILENT,
            subject=subject,
            severity=Severity.CRITICAL if source.kind == "gateway" else Severity.WARNING,
            seen=0.0,
            usual=float(expected),
            calls=0,
            since=silent[0],
        )
        looked.findings.append(finding)


def _list_silent(last: datetime, this_hour: datetime) -> list[datetime]:
    """Full hours after the last with a call."""
    count = max(0, (this_hour - last) // HOUR - 1)
    return [last + HOUR * place for place in range(1, count + 1)]


def _expect(hour: datetime, calls: Mapping[datetime, int], first: datetime, outages: Sequence[Span]) -> int:
    """The fewest calls but one of this hour on past days of the same kind, which week-ends are for themselves."""
    past = [hour - timedelta(days=days) for days in range(1, DAYS + 1)]
    known = [day for day in past if day >= first and not _is_within(day, outages)]
    alike = [day for day in known if (day.weekday() >= 5) == (hour.weekday() >= 5)]
    leanest = sorted(calls.get(day, 0) for day in alike)[:2]
    return leanest[-1] if leanest else 0


def _find_longest_gap(hours: Sequence[VolumeHour], outages: Sequence[Span]) -> int:
    """In hours without a call between two with one."""
    pairs = zip(hours, hours[1:], strict=False)
    gaps = (
        (later.hour - earlier.hour) // HOUR - 1
        for earlier, later in pairs
        if not any(start < later.hour and earlier.hour < end for start, end in outages)
    )
    return max(gaps, default=0)


def _is_within(hour: datetime, spans: Sequence[Span]) -> bool:
    return any(start <= hour < end for start, end in spans)


def tell_subject(source: Source) -> Subject:
    """What findings about a source are about."""
    return Subject(gateway=source.name) if source.kind == "gateway" else Subject(team_id=int(source.name))
