"""
Rows of `ai_events` as reports of calls, and what a row becomes when its call is found to be the gateway's. Pure.

A client's row that is linked keeps every figure; its call kind is `client_report`, and it names the gateway's row.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.client_matching import Place, Report, name_model
from posthog.llm_analytics.superseding import SUPERSEDED_EVENT, SUPERSEDED_KIND
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.captured import CALL_EVENTS, parse_uuid
from posthog.llm_usage.payloads.fields import find_number, find_text
from posthog.llm_usage.payloads.spend_log import strip_suffix
from posthog.llm_usage.rebuild import DERIVED_PROPERTIES
from posthog.llm_usage.rows import Row, RowContext, build_row

CLIENT_REPORT = "client_report"
LINKABLE_KINDS = ("inference", "gateway_cache_hit", "read", CLIENT_REPORT)
LINK, FIRST_KIND = "$ai_reported_by", "$ai_client_call_kind"
MODEL_NAMES = ("$ai_gateway_model", "$ai_gateway_model_group", "$ai_base_model")
DAY_S = 86400.0
MICROSECOND = timedelta(microseconds=1)


def is_call(row: Row) -> bool:
    return row["event"] in CALL_EVENTS and row["call_kind"] in LINKABLE_KINDS


def is_clients_call(row: Row) -> bool:
    return row["gateway"] is None and is_call(row)


def find_place(row: Mapping[str, Any]) -> Place:
    return Place(row["team_id"], floor_hour(row["timestamp"]), row["trace_id"], row["uuid"])


def find_latency_s(row: Mapping[str, Any]) -> float:
    """Zero where it is unknown, a day at most: nobody's figure opens more of the table."""
    latency_s = row["latency"]
    if type(latency_s) is not float:  # unknown, or a value that the store is yet to refuse
        latency_s = find_number(row, "latency") or 0.0
    return min(max(0.0, latency_s), DAY_S)  # in this order NaN is 0, too


def list_ids(row: Mapping[str, Any]) -> set[str]:
    """Everything that a report of another source may name the row's call by."""
    answer, call = strip_suffix(row["generation_id"] or ""), strip_suffix(row["gateway_call_id"] or "")
    own = row["span_id"] if row["gateway"] is None else None
    return {answer, call, own or ""} - {""}


def describe_row(row: Mapping[str, Any]) -> Report:
    """A row of `ai_events` as a report."""
    properties = _read_properties(row) or {}
    names = [find_text(properties, name) for name in MODEL_NAMES]
    return Report(
        place=find_place(row),
        is_gateways=row["gateway"] is not None,
        reporter=row["lib"] or "",
        response_id=strip_suffix(row["generation_id"] or ""),
        span_id=(row["span_id"] if row["gateway"] is None else None) or "",
        call_id=strip_suffix(row["gateway_call_id"] or ""),
        call_kind=find_text(properties, FIRST_KIND) or row["call_kind"],
        models=name_model(row["model"], *names),
        is_failure=bool(row["is_error"]),
        started_at=row["timestamp"],
        latency=timedelta(seconds=find_latency_s(row)),
        ingested_at=row["ingested_at"],
        linked_to=parse_uuid(properties.get(LINK)),
    )


def apply_link(row: Row, link: UUID | None) -> Row:
    """The row with its link, or with none; its numbers stay as they are."""
    properties = _read_properties(row)
    if properties is None:
        return row
    first_kind = properties.pop(FIRST_KIND, None) or row["call_kind"]
    if properties.pop(LINK, None) is None and link is None:
        return row
    added = {LINK: str(link), FIRST_KIND: first_kind} if link is not None else {}
    kind = CLIENT_REPORT if link is not None else first_kind
    properties |= {"$ai_call_kind": kind, **added}
    # Where a derivation writes them: the row is then the one that it would make, to the letter.
    properties |= {name: properties.pop(name) for name in DERIVED_PROPERTIES if name in properties}
    return row | {"call_kind": kind, "properties": orjson.dumps(properties).decode()}


def rewrite_row(row: Row, link: UUID | None, *, now: datetime) -> Row:
    """The next version of a stored row, with its link or with none."""
    version = _next_version(row, now)
    return apply_link(row, link) | {"ingested_at": version, "_timestamp": version}


def put_out_row(row: Row, *, now: datetime) -> Row:
    """What takes the place of an older delivery of an event that is stored in another place by now."""
    event = AiEvent(
        uuid=row["uuid"],
        event=SUPERSEDED_EVENT,
        timestamp=row["timestamp"],
        team_id=row["team_id"],
        distinct_id="",
        properties={
            "$ai_trace_id": row["trace_id"],
            "$ai_call_kind": SUPERSEDED_KIND,
            "$ai_superseded_by": str(row["uuid"]),
        },
    )
    context = RowContext(
        ingested_at=_next_version(row, now),
        retention_days=row["retention_days"],
        offset=row["_offset"],
        position=row["_partition"],
    )
    return build_row(event, context)


def _next_version(row: Row, now: datetime) -> datetime:
    """Later than the stored version; no later than needed, so that a deletion of what arrived until now takes it."""
    version: datetime = max(now, row["ingested_at"] + MICROSECOND)
    return version


def _read_properties(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """None where the evidence is not the JSON that was written: such a row stays as it is."""
    try:
        properties = orjson.loads(row["properties"])
    except orjson.JSONDecodeError:
        return None
    return properties if isinstance(properties, dict) else None
