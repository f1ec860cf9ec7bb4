"""The hours whose days must be reported again (`ChangedReportHour`): listed, and removed once their days are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from posthog.models import ChangedReportHour

TABLE = ChangedReportHour._meta.db_table


class ReportMark(NamedTuple):
    """A mark as it was seen; `hour` is its begin, aware UTC."""

    team_id: int
    hour: datetime
    change: int


def list_due_marks(*, now: datetime, limit: int) -> list[ReportMark]:
    """
    The marks whose rows are there for every reader, oldest hours first.

    Those that only announce rows still on their way are held back until they are due (`changed_hours.HELD`).
    """
    marks = ChangedReportHour.objects.filter(due_at__lte=now).order_by("hour", "team_id")
    return [ReportMark(*values) for values in marks.values_list("team_id", "hour", "change")[:limit]]


REMOVE = f"""
    DELETE FROM {TABLE} WHERE (team_id, hour, change) IN (
        SELECT team_id, hour, change
        FROM unnest(%(team_ids)s::bigint[], %(hours)s::timestamptz[], %(changes)s::bigint[])
            AS seen (team_id, hour, change)
    )
"""


def remove_marks(seen: Sequence[ReportMark]) -> None:
    """Remove the marks that nobody has renewed since they were seen."""
    params: dict[str, Any] = {
        "team_ids": [mark.team_id for mark in seen],
        "hours": [mark.hour for mark in seen],
        "changes": [mark.change for mark in seen],
    }
    with connection.cursor() as cursor:
        cursor.execute(REMOVE, params)
