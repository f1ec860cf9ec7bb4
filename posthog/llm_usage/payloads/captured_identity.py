"""
A captured event as a client sent it → the element that the inbox keeps: which event it is, and when. Pure.

**When.** A client's clock may be wrong by hours; the two moments that it names are wrong by the same. So the event
happened as long before the arrival as its `timestamp` lies before `sent_at`. Without `sent_at`, or where the client
forbids it (`$ignore_sent_at`), the timestamp is taken as it is; without a timestamp the event happened `offset`
milliseconds before the arrival, or at it.

**Which.** The client's `uuid` is kept: the same uuid sent again is the same event. Where it sends none, the uuid
follows from the event's own words: name, person, timestamp as sent, ids and a digest of its properties. Events with
neither uuid, timestamp nor an id of their own cannot be told from each other: there each arrival is an event.

Source: PostHog, `plugin-server/src/worker/ingestion/timestamps.ts` (read 2026-11).
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from posthog.errors import InvalidBody
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.identity import derive_event_uuid
from posthog.llm_usage.payloads.captured import AI_EVENTS, parse_uuid
from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_number, find_text

OWN_IDS = ("$insert_id", "$ai_generation_id", "$ai_response_id", "$ai_span_id")
"""Properties that name one event."""
TOKENS = frozenset({"token", "$token", "api_key"})
"""Where clients put the project token; it is not part of the event."""
MILLISECONDS_FROM = 1e11
"""A number of seconds above it lies in the year 5138: it is milliseconds, as JavaScript counts."""
OFFSET_MAX_MS = 30 * 86_400_000.0


def is_captured(raw: Any) -> bool:
    """
    Whether an element belongs into the inbox: it is an AI event, or cannot be told, and must be kept with its reason.
    """
    if not isinstance(raw, Mapping):
        return raw is not None
    return find_text(raw, "event") is None or raw["event"] in AI_EVENTS


def normalize_captured(
    raw: Any, *, team_id: int, received_at: datetime, sent_at: datetime | None, position: int
) -> Any:
    """
    Settle what identifies an event; never raises, and leaves what cannot be read to the worker.

    Args:
        raw: As the client sent it.
        received_at: Aware UTC, as `sent_at`.
        position: Of the event in its request, from 0.
    Returns:
        `uuid`, `event`, `timestamp` (ISO 8601), `distinct_id` and `properties` (an object, unless unreadable);
        `timestamp_assumed` where a timestamp was sent that is none. What is no object is returned as it is.
    """
    if not isinstance(raw, Mapping):
        return raw
    properties = _read_properties(raw.get("properties"))
    known = properties if isinstance(properties, Mapping) else {}
    timestamp = find_sent_moment(raw, "timestamp")
    uuid = parse_uuid(raw.get("uuid")) or _derive_uuid(team_id, raw, known, received_at, position)
    element = {
        "uuid": str(uuid),
        "event": raw.get("event"),
        "timestamp": _correct(raw, known, timestamp, received_at, sent_at).isoformat(),
        "distinct_id": find_text(raw, "distinct_id", "$distinct_id") or find_text(known, "distinct_id", "$distinct_id"),
        "properties": properties,
    }
    if timestamp is None and raw.get("timestamp") is not None:
        element["timestamp_assumed"] = True
    return element


def find_sent_moment(source: JsonObject, key: str) -> datetime | None:
    """A moment as clients write it: ISO 8601 text, seconds, or milliseconds since 1970; aware UTC."""
    number = find_number(source, key)
    if number is not None and number > MILLISECONDS_FROM:
        return find_moment({key: number / 1000}, key)
    return find_moment(source, key)


def _correct(
    raw: JsonObject, properties: JsonObject, timestamp: datetime | None, received_at: datetime, sent_at: datetime | None
) -> datetime:
    if timestamp is None:
        offset_ms = find_number(raw, "offset")
        is_usable = offset_ms is not None and 0 <= offset_ms <= OFFSET_MAX_MS
        return received_at - timedelta(milliseconds=offset_ms if offset_ms is not None and is_usable else 0)
    if sent_at is None or properties.get("$ignore_sent_at") in (True, "true"):
        return timestamp
    try:
        return (timestamp + (received_at - sent_at)).astimezone(UTC)
    except OverflowError:
        return timestamp


def _read_properties(value: Any) -> Any:
    """The properties as an object, where they are one or its JSON text; a missing one is empty."""
    if value is None:
        return {}
    if isinstance(value, str):
        try:
            value = parse_json(value.encode("utf-8", "replace"))
        except InvalidBody:
            return value
    if not isinstance(value, Mapping):
        return value
    return {str(key): _spell_number(item) for key, item in value.items() if key not in TOKENS}


def _spell_number(value: Any) -> Any:
    """NaN and the infinities as text: JSON cannot say them, and as null they would not be told from silence."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _spell_number(item) if isinstance(item, float) else item for key, item in value.items()}
    return value


def _derive_uuid(team_id: int, raw: JsonObject, properties: JsonObject, received_at: datetime, position: int) -> UUID:
    ids = [find_text(properties, name) or "" for name in OWN_IDS]
    timestamp = find_text(raw, "timestamp") or ""
    said = (find_text(raw, "event") or "", find_text(raw, "distinct_id") or "", timestamp, *ids, _digest(properties))
    is_told_apart = bool(timestamp) or any(ids)
    arrival = () if is_told_apart else (received_at.isoformat(), position)
    return derive_event_uuid(team_id, "captured", *said, *arrival)


def _digest(properties: JsonObject) -> str:
    try:
        text = orjson.dumps(properties, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # nested too deep to be written: the worker rejects it
        text = repr(sorted(properties)).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()
