"""Finds one event in `ai_events`."""

from typing import Any
from uuid import UUID

from posthog.clickhouse.client import query_rows


def find_row(uuid: UUID, *, team_id: int | None = None) -> dict[str, Any] | None:
    """
    The newest version of an event, every written column by name; None where there is none.

    Args:
        team_id: Only this team's; None: whosesoever it is.
    Raises:
        ClickHouseError: The store could not be read.
    """
    place = _find_place(uuid, team_id)
    if place is None:
        return None
    # The place is a function of the event alone: by it the deduplicating read opens one granule instead of all.
    sql = """
        SELECT * FROM ai_events FINAL
        WHERE team_id = %(team_id)s AND toStartOfHour(timestamp) = toDateTime(%(hour)s, 'UTC')
            AND trace_id = %(trace_id)s AND uuid = toUUID(%(uuid)s)
    """
    return next(iter(query_rows(sql, place | {"uuid": str(uuid)})), None)


def _find_place(uuid: UUID, team_id: int | None) -> dict[str, Any] | None:
    """Where the event lies in the table's order; the uuid's bloom filter serves reads without FINAL only."""
    team = "" if team_id is None else "team_id = %(team_id)s AND "
    sql = f"""
        SELECT team_id, formatDateTime(toStartOfHour(timestamp), '%%F %%T') AS hour, trace_id
        FROM ai_events WHERE {team}uuid = toUUID(%(uuid)s) LIMIT 1
    """
    return next(iter(query_rows(sql, {"uuid": str(uuid), "team_id": team_id})), None)
