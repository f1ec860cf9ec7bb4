"""
The marks of hours whose rows changed since they were rolled up (`ChangedUsageHour`).

Whoever writes or deletes rows of `ai_events` marks their hours: after the rows are there and, where the hour is over
and so may be read from its rollup already, also before, in a transaction of its own. The mark before holds for
`HELD`: it is not rolled up and removed while the rows are still on their way, and a writer that dies has left it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from posthog.models.changed_usage_hour import CHANGE_SEQUENCE, ChangedUsageHour

HOUR = timedelta(hours=1)
HELD = timedelta(minutes=10)
"""Longer than an INSERT takes, with all its repetitions."""
SETTLING = timedelta(seconds=5)
"""An hour that is written to again and again is rolled up once."""

TABLE = ChangedUsageHour._meta.db_table


class TeamHour(NamedTuple):
    """One hour of one team; `hour` is its begin, aware UTC."""

    team_id: int
    hour: datetime


class Mark(NamedTuple):
    """A mark as it was seen."""

    team_id: int
    hour: datetime
    change: int
    may_shrink: bool


def find_hours(rows: Iterable[Mapping[str, Any]]) -> set[TeamHour]:
    """The hours that rows of `ai_events` lie in; a row mostly lies in that of the row before it."""
    hours: set[TeamHour] = set()
    latest: TeamHour | None = None
    for row in rows:
        moment = row["timestamp"]
        if latest is None or row["team_id"] != latest.team_id or not latest.hour <= moment < latest.hour + HOUR:
            latest = TeamHour(row["team_id"], floor_hour(moment))
            hours.add(latest)
    return hours


def floor_hour(moment: datetime) -> datetime:
    """The begin of the UTC hour that an aware UTC moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def floor_day(moment: datetime) -> datetime:
    """The begin of the UTC day that an aware UTC moment is in."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def mark_changed(hours: Collection[TeamHour], *, now: datetime, may_shrink: bool = False) -> None:
    """
    Mark hours whose rows have changed: they are there, or gone, for every reader.

    Args:
        may_shrink: Rows were deleted; else an hour with fewer rows than before has lost them to retention.
    """
    _mark(hours, due_at=now + SETTLING, may_shrink=may_shrink)


def announce_changes(hours: Iterable[TeamHour], *, now: datetime, may_shrink: bool = False) -> None:
    """Mark those of the hours that are over, before rows are written or deleted; `mark_changed` follows."""
    _mark([each for each in hours if each.hour + HOUR <= now], due_at=now + HELD, may_shrink=may_shrink)


MARK = f"""
    INSERT INTO {TABLE} AS mark (team_id, hour, change, due_at, may_shrink)
    SELECT team_id, hour, nextval('{CHANGE_SEQUENCE}'), %(due_at)s, %(may_shrink)s
    FROM unnest(%(team_ids)s::bigint[], %(hours)s::timestamptz[]) AS changed (team_id, hour)
    ORDER BY team_id, hour
    ON CONFLICT (team_id, hour) DO UPDATE SET
        change = excluded.change,
        due_at = excluded.due_at,
        may_shrink = mark.may_shrink OR excluded.may_shrink
"""
"""In the order of the key, so that two drains that mark the same hours wait for each other instead of deadlocking."""


def _mark(hours: Collection[TeamHour], *, due_at: datetime, may_shrink: bool) -> None:
    if not hours:
        return
    params: dict[str, Any] = {
        "team_ids": [each.team_id for each in hours],
        "hours": [each.hour for each in hours],
        "due_at": due_at,
        "may_shrink": may_shrink,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK, params)


def take_change_number() -> int:
    """A number above that of every mark there is, and below that of every later one."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{CHANGE_SEQUENCE}')")
        (number,) = cursor.fetchone()
    return int(number)


def list_due(*, due_at: datetime, over_at: datetime, limit: int, team_id: int | None = None) -> list[Mark]:
    """
    The marks that may be rolled up, by team and hour as the rows lie: many hours of a team are read at once.

    Args:
        due_at: Now, aware UTC.
        over_at: Hours that end after this are left out.
    """
    marks = _filter_due(due_at, over_at)
    if team_id is not None:
        marks = marks.filter(team_id=team_id)
    chosen = marks.order_by("team_id", "hour")[:limit]
    return [Mark(*values) for values in chosen.values_list("team_id", "hour", "change", "may_shrink")]


def count_due(*, due_at: datetime, over_at: datetime) -> int:
    """How many there are, whosesoever."""
    return _filter_due(due_at, over_at).count()


def _filter_due(due_at: datetime, over_at: datetime) -> QuerySet[ChangedUsageHour]:
    return ChangedUsageHour.objects.filter(due_at__lte=due_at, hour__lte=over_at - HOUR)


def list_marked(start: datetime, end: datetime, team_ids: Collection[int] | None = None) -> list[TeamHour]:
    """The marked hours that begin in the range, by team and hour."""
    marks = ChangedUsageHour.objects.filter(hour__gte=start, hour__lt=end)
    if team_ids is not None:
        marks = marks.filter(team_id__in=team_ids)
    return [TeamHour(*values) for values in marks.order_by("team_id", "hour").values_list("team_id", "hour")]


REMOVE = f"""
    DELETE FROM {TABLE} WHERE (team_id, hour) IN (
        SELECT mark.team_id, mark.hour
        FROM {TABLE} AS mark
        JOIN unnest(%(team_ids)s::bigint[], %(hours)s::timestamptz[], %(changes)s::bigint[])
            AS seen (team_id, hour, change) USING (team_id, hour, change)
        FOR UPDATE OF mark SKIP LOCKED
    )
"""
"""A mark that is locked is being renewed at this moment: it stays, and so does one whose change is another by now."""


def remove_marks(seen: Sequence[Mark]) -> int:
    """Remove the marks that are still as they were seen; returns how many were."""
    params: dict[str, Any] = {
        "team_ids": [mark.team_id for mark in seen],
        "hours": [mark.hour for mark in seen],
        "changes": [mark.change for mark in seen],
    }
    with connection.cursor() as cursor:
        cursor.execute(REMOVE, params)
        return int(cursor.rowcount)
