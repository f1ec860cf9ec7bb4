"""
An event that a client captured with a project token → `AiEvent`. Pure.

What stands here is the event as the door wrote it into the inbox (`captured_identity.py`): its uuid and its moment are
settled. Counts are read later, from the `$ai_*` properties as they were sent.

Whose word it is: a project token is public and speaks for its team alone. What the team says of its own calls (product,
key alias, end user, costs) is taken as said. What only a gateway can know of a call (`GATEWAYS_OWN`: the gateway's
name, its teams and users, key hashes, how its payload is to be read, the durable shipper's numbers) is not the
client's to say: it is set aside under `$ai_claimed`, where it stays visible and counts as nothing. An event of the
gateway's own PostHog callback comes with a project token as well, and is a client's event like any other.

Source: PostHog, `rust/capture` and `plugin-server` (read 2026-11): the AI event names and `$ignore_sent_at`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from posthog.errors import InvalidEvent
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.identity import NIL
from posthog.llm_usage.payloads.content import redact_secrets, replace_binary
from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_text
from posthog.llm_usage.payloads.private import keep_property_numbers

CALL_EVENTS = frozenset({"$ai_generation", "$ai_embedding"})
AI_EVENTS = CALL_EVENTS | {"$ai_span", "$ai_trace", "$ai_metric", "$ai_feedback", "$ai_evaluation"}

CLIENTS_CALL_KINDS = frozenset({"inference", "gateway_cache_hit", "read", "rejected"})
NO_CALL = "no_call"
"""The call kind of spans, traces, metrics, feedback and evaluations: nothing that they count is a call's."""

GATEWAYS_OWN = frozenset(
    {
        *("$ai_gateway", "$ai_gateway_team_id", "$ai_gateway_user_id", "$ai_gateway_org_id", "$ai_gateway_project_id"),
        *("$ai_api_key_hash", "$ai_usage_source", "$ai_provider_usage", "$ai_gateway_counts"),
        *("$ai_shipper_id", "$ai_shipper_sequence", "$ai_backfilled", "$ai_superseded_by"),
        *("$ai_reported_by", "$ai_client_call_kind", "$ai_client_generation_id", "$ai_timestamp_assumed"),
        *("$ai_claimed", "$ai_cost_model_source", "$ai_own_total_cost_usd"),
    }
)
"""What no client may say."""
CONTENT = ("$ai_input", "$ai_output", "$ai_output_choices", "$ai_input_state", "$ai_output_state", "$ai_tools")


def build_captured_event(event: JsonObject, team_id: int) -> AiEvent:
    """
    Build the event of one element of a captured body.

    Args:
        team_id: Whose project token it came with.
    Raises:
        InvalidEvent: `event_name_missing`, `event_unknown`, `identity_missing` or `properties_unreadable`.
    """
    name = find_text(event, "event")
    if name is None:
        raise InvalidEvent("event_name_missing", "event: expected the event's name, got nothing")
    if name not in AI_EVENTS:
        raise InvalidEvent("event_unknown", f"event: expected one of {', '.join(sorted(AI_EVENTS))}")
    properties = event.get("properties")
    if not isinstance(properties, Mapping):
        found = type(properties).__name__
        raise InvalidEvent("properties_unreadable", f"properties: expected an object or its JSON text, got {found}")
    timestamp, uuid = find_moment(event, "timestamp"), parse_uuid(event.get("uuid"))
    if timestamp is None or uuid is None:
        raise InvalidEvent("identity_missing", "timestamp, uuid: expected the moment and the id that the door wrote")
    return AiEvent(
        uuid=uuid,
        event=name,
        timestamp=timestamp,
        team_id=team_id,
        distinct_id=find_text(event, "distinct_id") or "",
        properties=_list_properties(name, properties, is_assumed=event.get("timestamp_assumed") is True),
    )


def parse_uuid(value: Any) -> UUID | None:
    """A uuid by its text; None for anything else, and for the nil uuid, which is nobody's."""
    if not isinstance(value, str):
        return None
    try:
        uuid = UUID(value)
    except ValueError:
        return None
    return None if uuid == NIL else uuid


def keep_captured_numbers(event: JsonObject) -> dict[str, Any]:
    """Copy an element without what was said; the same event, the same counts, the same uuid."""
    name, properties = event.get("event"), event.get("properties")
    kept = {key: event[key] for key in ("uuid", "timestamp", "timestamp_assumed") if key in event}
    if isinstance(name, str) and name in AI_EVENTS:
        kept |= {"event": name, "distinct_id": event.get("distinct_id")}
    if isinstance(properties, Mapping):
        kept["properties"] = keep_property_numbers(properties)
    return kept


def _list_properties(name: str, sent: Mapping[str, Any], *, is_assumed: bool) -> dict[str, Any]:
    claimed = {key: value for key, value in sent.items() if key in GATEWAYS_OWN and value is not None}
    properties = {key: value for key, value in sent.items() if key not in GATEWAYS_OWN and value is not None}
    kind = properties.pop("$ai_call_kind", None)
    if name in CALL_EVENTS and isinstance(kind, str) and kind in CLIENTS_CALL_KINDS:
        properties["$ai_call_kind"] = kind
    else:
        properties["$ai_call_kind"] = "inference" if name in CALL_EVENTS else NO_CALL
        claimed |= {"$ai_call_kind": kind} if kind is not None else {}
    properties |= _fit_for_storage(properties)
    properties |= _name_response(properties)
    properties |= {"$ai_claimed": claimed} if claimed else {}
    return properties | ({"$ai_timestamp_assumed": True} if is_assumed else {})


def _fit_for_storage(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Binary parts give way to their size, and keys that an error quotes to a note."""
    fitted = {name: replace_binary(properties[name]) for name in CONTENT if name in properties}
    error = properties.get("$ai_error")
    return fitted | ({"$ai_error": redact_secrets(error)} if isinstance(error, str) else {})


def _name_response(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The provider's id of the answer stands where a gateway's events have it; a client's own id stands beside it."""
    response_id, own_id = find_text(properties, "$ai_response_id"), find_text(properties, "$ai_generation_id")
    if response_id is None or response_id == own_id:
        return {}
    return {"$ai_generation_id": response_id} | ({"$ai_client_generation_id": own_id} if own_id else {})
