"""
LiteLLM's standard logging payload → `AiEvent`.

What the gateway says stays verbatim (`$ai_usage`, `$ai_gateway_*`); reading it as counts and costs comes
later and is the same for every source. Only `metadata.user_api_key_*` is the gateway's own word on who
called: teams, tags and end users elsewhere in the payload come from the client and never choose a team.

Source: payloads of a running LiteLLM 1.109.1 proxy (`tests/fixtures/captures/`), ACCOUNTING contract section 6.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.identity import derive_event_uuid
from posthog.llm_usage.payloads.content import redact_secrets, replace_binary
from posthog.llm_usage.payloads.fields import (
    JsonObject,
    copy_texts,
    find_moment,
    find_number,
    find_object,
    find_text,
)
from posthog.llm_usage.payloads.numbering import find_numbering
from posthog.llm_usage.payloads.silence import is_silent
from posthog.llm_usage.payloads.spend_log import is_backfilled

CallKind = Literal["inference", "gateway_cache_hit", "read", "rejected"]
Properties = dict[str, Any]

EMBEDDING_CALL_TYPES = frozenset({"embedding", "aembedding"})
READ_CALL_TYPES = frozenset({"get_responses", "aget_responses"})
GATEWAY_VERSION = re.compile(r"litellm/[\w.+-]{1,40}")
KEY_HASH = re.compile(r"[0-9a-f]{64}")
CLIENT_DISCONNECTED = "499"
OUTPUT_KEYS = ("choices", "output", "candidates", "data", "text", "response")

NAMES = (
    *("$ai_call_kind", "$ai_trace_id", "$ai_session_id", "$ai_span_id", "$ai_generation_id", "$ai_model"),
    *("$ai_provider", "$ai_framework", "$ai_base_url", "$ai_gateway_model", "$ai_base_model"),
    *("$ai_gateway_model_group", "$ai_gateway_call_id", "$ai_gateway_call_type", "$ai_gateway_status"),
    *("$ai_stream", "$ai_latency", "$ai_time_to_first_token"),
    *("$ai_usage", "$ai_usage_source", "$ai_provider_usage", "$ai_gateway_counts", "$ai_service_tier"),
    *("$ai_gateway_response_cost", "$ai_gateway_saved_cache_cost", "$ai_gateway_cost_breakdown"),
    *("$ai_product", "$ai_api_key_alias", "$ai_api_key_hash", "$ai_end_user", "$ai_gateway_team_id"),
    *("$ai_gateway_user_id", "$ai_gateway_org_id", "$ai_gateway_project_id"),
    *("$ai_requester_metadata", "$ai_request_tags", "$ai_user_agent"),
    *("$ai_is_error", "$ai_error", "$ai_error_type", "$ai_error_normalized", "$ai_http_status"),
    *("$ai_stream_incomplete", "$ai_model_parameters", "$ai_tools", "$ai_input", "$ai_output_choices"),
    *("$ai_shipper_id", "$ai_shipper_sequence", "$ai_backfilled", "$ai_gateway", "$lib", "$lib_version"),
)
"""Every property that a payload can become, in the order in which they are kept."""
BLANK: Properties = {
    **dict.fromkeys(NAMES),
    **{"$ai_framework": "litellm", "$ai_usage_source": "litellm", "$lib": "litellm", "$ai_is_error": False},
}
METADATA_TEXTS = {
    "$ai_api_key_alias": "user_api_key_alias",
    "$ai_gateway_team_id": "user_api_key_team_id",
    "$ai_gateway_user_id": "user_api_key_user_id",
    "$ai_gateway_org_id": "user_api_key_org_id",
    "$ai_gateway_project_id": "user_api_key_project_id",
    "$ai_user_agent": "user_agent",
}
TEXTS = {
    "$ai_trace_id": "trace_id",
    "$ai_session_id": "session_id",
    "$ai_generation_id": "id",
    "$ai_provider": "custom_llm_provider",
    "$ai_base_url": "api_base",
    "$ai_gateway_model": "model",
    "$ai_gateway_model_group": "model_group",
    "$ai_gateway_call_id": "litellm_call_id",
    "$ai_gateway_call_type": "call_type",
    "$ai_gateway_status": "status",
    "$ai_end_user": "end_user",
    "$ai_user_agent": "user_agent",
}
"""What stands at the top of a payload; its user agent rather than the one in the metadata."""
ERROR_TEXTS = {
    "$ai_error_type": "error_class",
    "$ai_error_normalized": "normalized_error",
    "$ai_http_status": "error_code",
}


@lru_cache(maxsize=256)
def find_gateway_version(user_agent: str) -> str:
    """`litellm/x.y.z` out of a request's user agent; '' where another program sent it."""
    found = GATEWAY_VERSION.match(user_agent)
    return found.group() if found else ""


def find_gateway_team_id(payload: JsonObject) -> str | None:
    """The gateway's own id of the team whose key was used; None where the call carried none."""
    return find_text(find_object(payload, "metadata"), "user_api_key_team_id")


def classify_call(payload: JsonObject) -> CallKind:
    """
    What kind of call the payload reports; only `inference` was work of a provider.

    A failure that names neither provider, key nor team never got past the gateway's door.
    """
    if payload.get("cache_hit") is True:
        return "gateway_cache_hit"
    if find_text(payload, "call_type") in READ_CALL_TYPES:
        return "read"
    if payload.get("status") != "failure" or find_text(payload, "custom_llm_provider") or _is_key_known(payload):
        return "inference"
    return "rejected"


def _is_key_known(payload: JsonObject) -> bool:
    """Whether the gateway knows anything of the key beside the key."""
    metadata = find_object(payload, "metadata")
    return find_text(metadata, "user_api_key_alias", "user_api_key_team_id", "user_api_key_user_id") is not None


def find_key_hash(payload: JsonObject) -> str | None:
    """
    The hash of an accepted key.

    On a failed sign-in the field can hold the key itself, and many keys are 64 hex digits as hashes are; the provider
    of the model that was asked for may be named there. So of a failure it is read only where the gateway knows the
    key, or the provider answered.
    """
    key_hash = find_text(find_object(payload, "metadata"), "user_api_key_hash")
    if key_hash is None or not KEY_HASH.fullmatch(key_hash):
        return None
    return key_hash if payload.get("status") != "failure" or _is_key_accepted(payload) else None


def _is_key_accepted(failure: JsonObject) -> bool:
    if classify_call(failure) == "rejected":
        return False
    return _is_key_known(failure) or find_text(find_object(failure, "error_information"), "llm_provider") is not None


def build_ai_event(payload: JsonObject, *, team_id: int, gateway: str = "", gateway_version: str = "") -> AiEvent:
    """
    Turn one payload into the event that an SDK would have sent for the call.

    Args:
        payload: One element of a `generic_api` body, or one line of LiteLLM's file and S3 logs.
        team_id: Whose event it is, decided by the caller.
        gateway: The gateway's name; '' where nobody knows it.
        gateway_version: From the request's user agent, `litellm/x.y.z`; '' where unknown.
    Raises:
        InvalidEvent: `identity_missing`: what tells this event from another is absent or unreadable.
    """
    started_at = find_moment(payload, "startTime")
    if started_at is None:
        raise InvalidEvent(
            "identity_missing", f"startTime: expected seconds or ISO 8601, {_seen(payload, 'startTime')}"
        )
    said = _list_properties(payload, started_at)
    call_id, response_id = said["$ai_gateway_call_id"] or "", said["$ai_generation_id"] or ""
    call_type, status = said["$ai_gateway_call_type"] or "", said["$ai_gateway_status"] or ""
    if not call_id and not response_id:
        raise InvalidEvent("identity_missing", "litellm_call_id, id: expected at least one of them to be non-empty")
    said["$ai_gateway"], said["$lib_version"] = gateway or None, gateway_version or None
    return AiEvent(
        uuid=derive_event_uuid(team_id, call_id, response_id, call_type, status, started_at.timestamp()),
        event="$ai_embedding" if call_type in EMBEDDING_CALL_TYPES else "$ai_generation",
        timestamp=started_at,
        team_id=team_id,
        distinct_id=said["$ai_end_user"] or said["$ai_gateway_user_id"] or "",
        properties={name: value for name, value in said.items() if value is not None},
    )


def _seen(payload: JsonObject, key: str) -> str:
    return f"got {type(payload[key]).__name__}" if key in payload else "got nothing"


def _list_properties(payload: JsonObject, started_at: datetime) -> Properties:
    """Everything that the payload says, under the names of an SDK's event; None: it does not."""
    metadata, response = find_object(payload, "metadata"), payload.get("response")
    said = BLANK.copy()
    copy_texts(metadata, METADATA_TEXTS, said)
    copy_texts(payload, TEXTS, said)
    _fill_in_call(said, payload)
    _fill_in_timing(said, payload, started_at)
    _fill_in_numbers(said, payload, metadata, response)
    _fill_in_attribution(said, payload, metadata)
    _fill_in_error(said, payload, response)
    _fill_in_content(said, payload, response)
    _fill_in_shipper(said, payload)
    return said


def _fill_in_call(said: Properties, payload: JsonObject) -> None:
    model = said["$ai_gateway_model"]
    said["$ai_call_kind"] = classify_call(payload)
    said["$ai_span_id"] = said["$ai_generation_id"] or said["$ai_gateway_call_id"]
    if model:
        said["$ai_model"] = strip_provider(model, said["$ai_provider"])
    said["$ai_base_model"] = _find_base_model(payload, model)


def _find_base_model(payload: JsonObject, model: str | None) -> str | None:
    """The model that the gateway's administrator names behind a deployment's own name, e.g. on Azure."""
    base_model = find_text(find_object(payload, "model_map_information"), "model_map_key")
    return base_model if base_model != model else None


def _fill_in_timing(said: Properties, payload: JsonObject, started_at: datetime) -> None:
    is_streamed = payload.get("stream") is True
    said["$ai_stream"] = is_streamed or (None if is_backfilled(payload) else _is_stream_asked_for(payload))
    said["$ai_latency"] = _measure_seconds(started_at, payload, "endTime")
    if is_streamed:
        said["$ai_time_to_first_token"] = _measure_seconds(started_at, payload, "completionStartTime")


def _is_stream_asked_for(payload: JsonObject) -> bool:
    """`stream` is null on every failure; there the request's own parameters tell."""
    return find_object(payload, "model_parameters").get("stream") is True


def _measure_seconds(started_at: datetime, payload: JsonObject, end_key: str) -> float | None:
    """Seconds from the call's start; None where a clock is missing or ran backwards."""
    end = find_moment(payload, end_key)
    return None if end is None or end < started_at else (end - started_at).total_seconds()


def strip_provider(model: str, provider: str | None) -> str:
    """Drop the routing prefixes that the gateway puts before a model's name: `bedrock/converse/x` → `x`."""
    if not provider:
        return model
    name = model.removeprefix(f"{provider}/")
    return name.removeprefix("converse/").removeprefix("invoke/") if provider == "bedrock" else name


def _fill_in_numbers(said: Properties, payload: JsonObject, metadata: JsonObject, response: Any) -> None:
    """
    Every witness of the counts: the gateway's usage object, its top-level counts, the provider's usage; and the costs.

    The provider's is kept only where it differs from the usage object; top-level zeros mean nothing reported.
    """
    usage, answered = find_object(metadata, "usage_object"), find_response_usage(response)
    breakdown = find_object(payload, "cost_breakdown")
    said["$ai_usage"] = usage or None
    if answered != usage:
        said["$ai_provider_usage"] = answered
    said["$ai_gateway_counts"] = {
        "prompt_tokens": payload.get("prompt_tokens"),
        "completion_tokens": payload.get("completion_tokens"),
        "total_tokens": payload.get("total_tokens"),
    }
    said["$ai_service_tier"] = _find_service_tier(response, breakdown)
    said["$ai_gateway_response_cost"] = find_number(payload, "response_cost")
    said["$ai_gateway_saved_cache_cost"] = find_number(payload, "saved_cache_cost")
    said["$ai_gateway_cost_breakdown"] = {key: value for key, value in breakdown.items() if value} or None


def find_response_usage(response: Any) -> JsonObject | None:
    """The usage inside the response; a passed-through response is JSON text inside `response`."""
    if not isinstance(response, dict):
        return None
    inner = response.get("response")
    if isinstance(inner, str) and inner.lstrip()[:1] == "{":
        try:
            response = parse_json(inner.encode("utf-8", "replace"))
        except InvalidBody:
            return None
    usage = find_object(response, "usage") or find_object(response, "usageMetadata")
    return usage or None


def _find_service_tier(response: Any, breakdown: JsonObject) -> str | None:
    answered = find_text(response, "service_tier") if isinstance(response, dict) else None
    return answered or find_text(breakdown, "service_tier")


def _fill_in_attribution(said: Properties, payload: JsonObject, metadata: JsonObject) -> None:
    said["$ai_product"] = find_text(find_object(metadata, "user_api_key_auth_metadata"), "product")
    said["$ai_api_key_hash"] = find_key_hash(payload)
    said["$ai_requester_metadata"] = replace_binary(metadata.get("requester_metadata")) or None
    said["$ai_request_tags"] = payload.get("request_tags") or None


def _fill_in_error(said: Properties, payload: JsonObject, response: Any) -> None:
    """The error; `error_information` stands beside successes too, with an empty class."""
    error, is_failure = find_object(payload, "error_information"), payload.get("status") == "failure"
    if is_failure or find_text(error, "error_class"):
        message = find_text(error, "error_message") or find_text(payload, "error_str")
        said["$ai_is_error"] = is_failure
        said["$ai_error"] = redact_secrets(message) if message else None
        copy_texts(error, ERROR_TEXTS, said)
    if _is_cut_short(payload, error, response):
        said["$ai_stream_incomplete"] = True


def _is_cut_short(payload: JsonObject, error: JsonObject, response: Any) -> bool:
    """Whether the answer broke off midway: the client left, or the provider failed mid-stream."""
    if find_text(error, "error_code") == CLIENT_DISCONNECTED:
        return True
    is_failure, is_streamed = payload.get("status") == "failure", payload.get("stream") is True
    if not (is_failure or is_streamed) or not find_number(payload, "completion_tokens"):
        return False
    return is_failure or is_silent(response)


def _fill_in_content(said: Properties, payload: JsonObject, response: Any) -> None:
    parameters = find_object(payload, "model_parameters")
    if "tools" in parameters:
        parameters = dict(parameters)
        said["$ai_tools"] = parameters.pop("tools") or None
    said["$ai_model_parameters"] = replace_binary(parameters) or None
    said["$ai_input"] = replace_binary(payload.get("messages")) or None
    if said["$ai_gateway_call_type"] not in EMBEDDING_CALL_TYPES:
        said["$ai_output_choices"] = replace_binary(_find_output(response))


def _find_output(response: Any) -> Any:
    """What the model wrote: chat choices, Responses output, Gemini candidates, or whatever was answered."""
    if isinstance(response, dict):
        for key in OUTPUT_KEYS:
            if written := response.get(key):
                return written
        return None
    return response or None


def _fill_in_shipper(said: Properties, payload: JsonObject) -> None:
    """The durable shipper's numbering: a hole in a shipper's sequence is an event that never came."""
    numbering = find_numbering(payload)
    if numbering is not None:
        said["$ai_shipper_id"], said["$ai_shipper_sequence"] = numbering.shipper_id, numbering.sequence
    if is_backfilled(payload):
        said["$ai_backfilled"] = True
