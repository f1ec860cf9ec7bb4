"""
A payload without what was said: enough to attribute, count, price and explain the call, nothing of its content.

What is kept is listed, not what is dropped: a gateway's next version may put content under a new name.
"""

from typing import Any

import orjson

from posthog.llm_usage.payloads.fields import JsonObject, find_object
from posthog.llm_usage.payloads.litellm import find_key_hash, find_response_usage
from posthog.llm_usage.payloads.silence import keep_silence

CALL_KEYS = (
    "id", "litellm_call_id", "trace_id", "session_id", "call_type", "status", "stream", "cache_hit",
    "custom_llm_provider", "model", "model_group", "model_id", "api_base", "startTime", "endTime",
    "completionStartTime", "prompt_tokens", "completion_tokens", "total_tokens", "response_cost",
    "saved_cache_cost", "cost_breakdown", "request_tags", "end_user", "posthog_shipper", "posthog_backfilled",
)  # fmt: skip
KEY_METADATA = "user_api_key_"
"""Metadata under this prefix is the gateway's own word on who called; the e-mail address among it is not needed."""
EMAIL_METADATA = "user_api_key_user_email"
ERROR_KEYS = ("error_code", "error_class", "llm_provider")
RESPONSE_KEYS = ("id", "model", "object", "service_tier")


def strip_content(payload: JsonObject) -> dict[str, Any]:
    """Copy what is listed above; a key's hash only where it surely is one and not the raw key."""
    return {
        **_pick(payload, CALL_KEYS),
        "metadata": _strip_metadata(payload),
        "error_information": _pick(find_object(payload, "error_information"), ERROR_KEYS),
        "response": _strip_response(payload.get("response")),
        "model_parameters": _pick(find_object(payload, "model_parameters"), ("stream",)),
    }


def _pick(source: JsonObject, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: source[key] for key in keys if key in source}


def _strip_metadata(payload: JsonObject) -> dict[str, Any]:
    metadata = find_object(payload, "metadata")
    kept = {key: value for key, value in metadata.items() if str(key).startswith(KEY_METADATA)}
    kept.pop(EMAIL_METADATA, None)
    if find_key_hash(payload) is None:
        kept.pop("user_api_key_hash", None)
    return kept | _pick(metadata, ("usage_object",))


def _strip_response(response: Any) -> dict[str, Any]:
    if not isinstance(response, dict):
        return {}
    usage = find_response_usage(response)
    return _pick(response, RESPONSE_KEYS) | keep_silence(response) | ({"usage": usage} if usage else {})


def dump_stripped(payload: JsonObject) -> bytes | None:
    """The stripped payload as JSON; None where it is nested too deep to be written."""
    try:
        return orjson.dumps(strip_content(payload), option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return None
