"""
Rows that another one took the place of: a new version of each counts as nothing.

Such a version has the event `$ai_superseded`, the call kind `superseded`, no tokens, no cost, and the uuid of the row
that counts. So end copies of calls that were back-filled from the gateway's spend log when their own event comes after
all: the copy's uuid is another than the original's (`BackfilledCall`), so both would count. The copy's new version goes
with the original, in the same INSERT. (Calls that were reported twice: `repeated_calls.py`.)

The new version wins wherever it arrives: before the copy, which was received when it was recorded, and beside a
re-derivation of the copy, whose version is the moment at which it is written.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from posthog.llm_analytics.call_matching import Call, match_calls
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.spend_log import strip_suffix
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.models import BackfilledCall, GatewayInboxBody

SUPERSEDED_EVENT = "$ai_superseded"
SUPERSEDED_KIND = "superseded"

STARTS_APART = timedelta(minutes=10)
"""By how much the start of a call may differ between the gateway's books and its event; measured: 4 ms."""
AHEAD = timedelta(minutes=1)
"""Longer than a page of rows is re-derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy(Call):
    record: BackfilledCall


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original(Call):
    row: Row


def list_superseding_rows(rows: Sequence[Row], bodies: Sequence[GatewayInboxBody], *, now: datetime) -> list[Row]:
    """
    The rows that put out back-filled ones.

    Args:
        rows: About to be stored; `_offset` names the body of each.
        now: When they are; aware UTC.
    """
    gateways = {body.id: body.credential.gateway_id for body in bodies if body.credential is not None}
    by_gateway: dict[UUID, list[Row]] = {}
    for row in rows:
        if (gateway_id := gateways.get(row["_offset"])) is not None:
            by_gateway.setdefault(gateway_id, []).append(row)
    return [row for gateway_id, of_it in by_gateway.items() for row in _list_of_gateway(gateway_id, of_it, now)]


def name_rows(rows: Sequence[Row]) -> str:
    """The end of an INSERT's token: with other superseding rows it is another INSERT; '' without any."""
    return f".{hashlib.sha256(b''.join(row['uuid'].bytes for row in rows)).hexdigest()[:16]}" if rows else ""


def _list_of_gateway(gateway_id: UUID, rows: Sequence[Row], now: datetime) -> Iterator[Row]:
    first, last = min(row["timestamp"] for row in rows), max(row["timestamp"] for row in rows)
    records = list(
        BackfilledCall.objects.filter(
            gateway_id=gateway_id, started_at__gte=first - STARTS_APART, started_at__lte=last + STARTS_APART
        )
    )
    places = {_find_place(record) for record in records}
    originals = [_describe(row) for row in rows if records and _find_row_place(row) not in places]
    copies = [_describe_copy(record) for record in records]
    for pair in match_calls(copies, originals, is_likeness_enough=False).pairs:
        yield _supersede_copy(pair.logged.record, pair.stored.row, now)


def _find_place(record: BackfilledCall) -> tuple[Any, ...]:
    """Where the copy lies in the table's order: a row in the same place replaces it without more ado."""
    return record.team_id, _hour(record.started_at), record.trace_id, record.uuid


def _find_row_place(row: Row) -> tuple[Any, ...]:
    return row["team_id"], _hour(row["timestamp"]), row["trace_id"], row["uuid"]


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _describe_copy(record: BackfilledCall) -> _Copy:
    return _Copy(
        response_id=record.response_id,
        call_id=record.call_id,
        is_failure=record.is_failure,
        is_cache_hit=record.is_cache_hit,
        started_at=record.started_at,
        record=record,
    )


def _describe(row: Row) -> _Original:
    return _Original(
        response_id=strip_suffix(row["generation_id"] or ""),
        call_id=strip_suffix(row["gateway_call_id"] or ""),
        is_failure=bool(row["is_error"]),
        is_cache_hit=row["call_kind"] == "gateway_cache_hit",
        started_at=row["timestamp"],
        row=row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededRow:
    """
    A row that is to count as nothing, by what it keeps.

    Attributes:
        received: When (a version beats those before it), in which body and where in it; retention.
    """

    uuid: UUID
    team_id: int
    timestamp: datetime
    trace_id: str
    gateway: str | None
    call_id: str
    response_id: str
    received: RowContext
    is_backfilled: bool = False


def build_superseding_row(gone: SupersededRow, *, by: UUID) -> Row:
    """
    The version that counts as nothing.

    Args:
        by: The row that counts instead.
    """
    properties = {
        "$ai_trace_id": gone.trace_id,
        "$ai_call_kind": SUPERSEDED_KIND,
        "$ai_gateway": gone.gateway,
        "$ai_gateway_call_id": gone.call_id,
        "$ai_generation_id": gone.response_id,
        "$ai_superseded_by": str(by),
        **({"$ai_backfilled": True} if gone.is_backfilled else {}),
    }
    event = AiEvent(
        uuid=gone.uuid,
        event=SUPERSEDED_EVENT,
        timestamp=gone.timestamp,
        team_id=gone.team_id,
        distinct_id="",
        properties=properties,
    )
    return build_row(event, gone.received)


def _supersede_copy(record: BackfilledCall, original: Row, now: datetime) -> Row:
    received = RowContext(
        ingested_at=max(now, record.recorded_at) + AHEAD,
        retention_days=original["retention_days"],
        offset=original["_offset"],
        position=original["_partition"],
    )
    copy = SupersededRow(
        uuid=record.uuid,
        team_id=record.team_id,
        timestamp=record.started_at,
        trace_id=record.trace_id,
        gateway=original["gateway"],
        call_id=record.call_id,
        response_id=record.response_id,
        received=received,
        is_backfilled=True,
    )
    return build_superseding_row(copy, by=original["uuid"])
