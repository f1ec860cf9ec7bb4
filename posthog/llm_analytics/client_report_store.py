"""
The stored rows that may be reports of the same calls as others: the hours in which there can be any, and those that
share an id.

`ClientReportHour` keeps gateways' drains cheap: one question to Postgres tells whether clients reported at all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.changed_hours import find_hours, floor_hour
from posthog.llm_analytics.client_matching import APART, Place, Report
from posthog.llm_analytics.client_report_rows import (
    LINKABLE_KINDS,
    describe_row,
    find_latency_s,
    find_place,
    is_call,
    list_ids,
)
from posthog.llm_usage.identity import NIL
from posthog.llm_usage.payloads.captured import CALL_EVENTS
from posthog.llm_usage.rows import Row
from posthog.models import ClientReportHour

ROUNDS = 3
"""How far ids lead from report to report: a client's call id to a gateway's row, its answer's id to another client."""
IDS_PER_QUERY = 2000
SENT_AGAIN_WITHIN = timedelta(hours=1)
"""How long after its first delivery an event without a timestamp is still known to be the same."""
HOUR = timedelta(hours=1)

FIND_SQL = """
    WITH ids AS (SELECT arrayJoin(%(ids)s) AS id)
    SELECT DISTINCT team_id, toStartOfHour(timestamp) AS hour, trace_id, uuid
    FROM ai_events
    WHERE team_id IN %(team_ids)s AND timestamp >= %(start)s AND timestamp < %(end)s
        AND event IN %(events)s AND call_kind IN %(kinds)s
        AND (
            uuid IN (SELECT toUUID(arrayJoin(%(uuids)s)))
            OR span_id IN (SELECT id FROM ids) OR gateway_call_id IN (SELECT id FROM ids)
            OR splitByString('_cache_hit', ifNull(generation_id, ''))[1] IN (SELECT id FROM ids)
        )
"""
"""
Places, of any version of a row: the newest is read by its place. Only columns that are small, for `properties` of an
hour would be read whole; the ids stand in it once. Measured with 2,000 ids beside lists after each IN and FINAL: half
the time.
"""
ROWS_SQL = """
    SELECT {columns} FROM ai_events FINAL
    WHERE team_id IN %(team_ids)s AND toStartOfHour(timestamp) IN %(hours)s
        AND trace_id IN %(trace_ids)s AND uuid IN %(uuids)s
"""
DESCRIBED = (
    *("team_id", "uuid", "timestamp", "trace_id", "event", "call_kind", "gateway", "lib", "is_error", "latency"),
    *("ingested_at", "generation_id", "span_id", "gateway_call_id", "model", "properties"),
)
GATEWAYS_SQL = """
    SELECT DISTINCT team_id, uuid
    FROM ai_events
    WHERE team_id IN %(team_ids)s AND timestamp >= %(start)s AND timestamp < %(end)s
        AND gateway IS NOT NULL AND uuid IN (SELECT toUUID(arrayJoin(%(uuids)s)))
"""
DERIVED_VERSION = 5
"""Of every gateway row's uuid (`identity.py`); the SDKs' own are of version 4 and 7, and need not be asked for."""
LONG_LISTS = {"max_query_size": 16 * 1024 * 1024}
NOBODY = "\x00"
"""An id that no report has: ClickHouse reads no empty list."""


def note_hours(rows: Iterable[Row]) -> None:
    hours = [ClientReportHour(team_id=team_id, hour=hour) for team_id, hour in sorted(find_hours(rows))]
    if hours:
        ClientReportHour.objects.bulk_create(hours, ignore_conflicts=True)


def may_meet(calls: Sequence[Row]) -> bool:
    """Whether any of the rows is a client's, or a gateway's beside which clients reported."""
    if not calls:
        return False
    if any(row["gateway"] is None for row in calls):
        return True
    start, end = _find_range(calls)
    hours = ClientReportHour.objects.filter(team_id__in={row["team_id"] for row in calls})
    return hours.filter(hour__gte=start, hour__lt=end).exists()


def find_places(calls: Sequence[Row]) -> set[Place]:
    """Where the stored rows lie that share an id with one of the rows, and those rows themselves."""
    return _find_places(_build_params(calls), _list_uuids(calls), {each for row in calls for each in list_ids(row)})


def load_reports(calls: Sequence[Row]) -> dict[Place, Report]:
    """The stored reports that share an id with the rows, and those that share one with these."""
    params, uuids = _build_params(calls), _list_uuids(calls)
    pending = {each for row in calls for each in list_ids(row)}
    found: dict[Place, Report] = {}
    asked: set[str] = set()
    for _ in range(ROUNDS):
        places = _find_places(params, uuids, pending) - found.keys()
        rows = load_rows(list(places), DESCRIBED)
        found |= {report.place: report for report in map(describe_row, filter(is_call, rows))}
        asked |= pending
        pending, uuids = {each for report in found.values() for each in report.ids} - asked, set()
        if not pending:
            break
    return found


def find_gateways_uuids(rows: Iterable[Row]) -> set[tuple[int, UUID]]:
    """Which of the clients' rows, calls or not, have the uuid of a stored row of a gateway's in the same hours."""
    suspect = [row for row in rows if row["gateway"] is None and row["uuid"].version == DERIVED_VERSION]
    found: set[tuple[int, UUID]] = set()
    for first in range(0, len(suspect), IDS_PER_QUERY):
        some = suspect[first : first + IDS_PER_QUERY]
        hours = [floor_hour(row["timestamp"]) for row in some]
        params = {
            "team_ids": tuple({row["team_id"] for row in some}),
            "start": min(hours),
            "end": max(hours) + HOUR,
            "uuids": [str(row["uuid"]) for row in some],
        }
        found |= {(row["team_id"], row["uuid"]) for row in query_rows(GATEWAYS_SQL, params, settings=LONG_LISTS)}
    return found


def load_rows(places: Sequence[Place], columns: Sequence[str] = ("*",)) -> list[Row]:
    """The rows as they are stored."""
    if not places:
        return []
    wanted = set(places)
    params = {
        "team_ids": tuple({place.team_id for place in wanted}),
        "hours": tuple({f"{place.hour:%Y-%m-%d %H:%M:%S}" for place in wanted}),
        "trace_ids": tuple({place.trace_id for place in wanted}),
        "uuids": tuple({str(place.uuid) for place in wanted}),
    }
    found = query_rows(ROWS_SQL.format(columns=", ".join(columns)), params, settings=LONG_LISTS)
    return [row for row in found if find_place(row) in wanted]


def _find_range(calls: Sequence[Row]) -> tuple[datetime, datetime]:
    """The whole hours in which the other report of one of the calls may lie; the end is excluded."""
    moments, longest = [row["timestamp"] for row in calls], max(map(find_latency_s, calls))
    start, end = min(moments) - timedelta(seconds=longest), max(moments) + timedelta(seconds=longest)
    if any(row["gateway"] is None for row in calls):
        start -= SENT_AGAIN_WITHIN
    return floor_hour(start - APART), floor_hour(end + APART) + HOUR


def _build_params(calls: Sequence[Row]) -> dict[str, Any]:
    start, end = _find_range(calls)
    team_ids = tuple({row["team_id"] for row in calls})
    events, kinds = tuple(sorted(CALL_EVENTS)), LINKABLE_KINDS
    return {"team_ids": team_ids, "start": start, "end": end, "events": events, "kinds": kinds}


def _list_uuids(calls: Iterable[Row]) -> set[UUID]:
    return {row["uuid"] for row in calls if row["gateway"] is None}


def _find_places(params: Mapping[str, Any], uuids: Collection[UUID], ids: Collection[str]) -> set[Place]:
    keys, names = sorted(str(uuid) for uuid in uuids), sorted(ids)
    places: set[Place] = set()
    for first in range(0, max(len(names), len(keys)), IDS_PER_QUERY):
        some = {
            "ids": names[first : first + IDS_PER_QUERY] or [NOBODY],
            "uuids": keys[first : first + IDS_PER_QUERY] or [str(NIL)],
        }
        for row in query_rows(FIND_SQL, {**params, **some}, settings=LONG_LISTS):
            places.add(Place(row["team_id"], row["hour"].replace(tzinfo=UTC), row["trace_id"], row["uuid"]))
    return places
