"""
What a gateway's reports say about themselves when they arrive.

- `clock_skewed`: more than one in a hundred calls began later than they arrived, or more than half ended over an hour
  before they arrived in an hour in which the inbox was not behind: the gateway's clock is wrong, and with it the hour,
  day and month that the calls are counted in.
- `calls_repeated`: more calls share their provider's response id with another than `MOST_REPEATED` and than twice the
  worst hour of the past: the same calls are counted twice, under ids of their own.
- `events_missing`: numbers that a durable shipper gave out never came, in an hour that is over for `GRACE`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from posthog.llm_integrity.blocks import MIN_CALLS
from posthog.llm_integrity.expectations import bound_tail
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity, Subject
from posthog.llm_integrity.sources import ArrivalHour, NumberedHour

CLOCK_TOLERANCE = timedelta(minutes=5)
BEHIND = timedelta(hours=1)
CHANCE = 1e-6
MOST_AHEAD, MOST_BEHIND, MOST_REPEATED = 0.01, 0.5, 0.01
WORSE = 2.0
GRACE = timedelta(minutes=10)
"""Reports overtake each other on their way; what is missing for longer is missing."""
LOOK_BACK = timedelta(hours=24)
MIN_HOURS = 24
BEHIND_HOURS = 3
"""Late reports in so many hours one after the other: a gateway that makes up for an outage is late in fewer."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A share of calls that must not be over `most` in each of the last `hours` hours."""

    check: CheckName
    figure: str
    share: Callable[[ArrivalHour], float]
    most: float
    hours: int = 1


def look(gateway: str, hours: Sequence[ArrivalHour], looked: Looked) -> None:
    """Judge one gateway by the hours in which its reports arrived, ascending, of two weeks."""
    busy = [hour for hour in hours if hour.calls >= MIN_CALLS]
    if not busy:
        return
    subject = Subject(gateway=gateway)
    for judged in _list_judged(busy[:-1]):
        looked.judged.add(FindingKey(judged.check, subject, judged.figure))
        if _is_wrong(judged, busy):
            looked.findings.append(_find(judged, subject, busy))


def look_at_numbers(gateway: str, hours: Sequence[NumberedHour], looked: Looked, *, now: datetime) -> None:
    """Judge a gateway by its durable shippers' numbers; `hours` of the last day, ascending."""
    over = [hour for hour in hours if now - LOOK_BACK <= hour.hour and hour.hour + timedelta(hours=1) + GRACE <= now]
    if not over:
        return
    subject = Subject(gateway=gateway)
    looked.judged.add(FindingKey(CheckName.EVENTS_MISSING, subject, ""))
    missing = sum(hour.missing for hour in over)
    if missing:
        known = missing + sum(hour.received for hour in over)
        finding = Finding(
            check=CheckName.EVENTS_MISSING,
            subject=subject,
            severity=Severity.CRITICAL,
            seen=1 - missing / known,
            usual=1.0,
            calls=known,
            since=next(hour.hour for hour in over if hour.missing),
        )
        looked.findings.append(finding)


def _list_judged(past: Sequence[ArrivalHour]) -> list[_Judged]:
    # The worst but one in a hundred of the past: an hour that was wrong itself must not hide the next.
    repeated = sorted(map(_share_repeated, past))
    usual_most = repeated[int(len(repeated) * 0.99)] if len(repeated) >= MIN_HOURS else 0.0
    most_repeated = max(MOST_REPEATED, WORSE * usual_most)
    return [
        _Judged(CheckName.CLOCK_SKEWED, "ahead", _share_ahead, MOST_AHEAD),
        _Judged(CheckName.CLOCK_SKEWED, "behind", _share_behind, MOST_BEHIND, hours=BEHIND_HOURS),
        _Judged(CheckName.CALLS_REPEATED, "", _share_repeated, most_repeated),
    ]


def _share_ahead(hour: ArrivalHour) -> float:
    return hour.ahead_calls / hour.calls


def _share_behind(hour: ArrivalHour) -> float:
    return hour.behind_calls / hour.calls


def _share_repeated(hour: ArrivalHour) -> float:
    return hour.repeated_calls / hour.calls


def _is_wrong(judged: _Judged, hours: Sequence[ArrivalHour]) -> bool:
    newest = hours[-judged.hours :]
    return len(newest) == judged.hours and all(_is_beyond(judged, hour) for hour in newest)


def _is_beyond(judged: _Judged, hour: ArrivalHour) -> bool:
    share = judged.share(hour)
    return share > judged.most and bound_tail(round(share * hour.calls), hour.calls, judged.most) < CHANCE


def _find(judged: _Judged, subject: Subject, hours: Sequence[ArrivalHour]) -> Finding:
    first = len(hours) - 1
    while first > 0 and judged.share(hours[first - 1]) > judged.most:
        first -= 1
    return Finding(
        check=judged.check,
        subject=subject,
        severity=Severity.CRITICAL,
        figure=judged.figure,
        seen=judged.share(hours[-1]),
        usual=median(map(judged.share, hours[:first])) if first else None,
        calls=hours[-1].calls,
        since=hours[first].hour,
    )
