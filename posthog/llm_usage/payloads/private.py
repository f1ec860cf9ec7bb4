"""
What remains of a call of a private team: numbers, times, and the names that identify, attribute and price it.

Everything here is a list of what stays, never of what goes: a field that a gateway or an SDK invents tomorrow
is left out until it is named here. Names stay as they were sent; free text (messages, answers, errors, tags,
metadata, parameters, names of spans) does not, wherever it stands.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_object, find_text
from posthog.llm_usage.payloads.litellm import find_key_hash, find_response_usage
from posthog.llm_usage.payloads.numbering import SHIPPER_KEY, find_numbering
from posthog.llm_usage.payloads.silence import keep_silence

NAMES = frozenset(
    {
        *("id", "litellm_call_id", "trace_id", "session_id", "call_type", "status"),
        *("model", "model_group", "custom_llm_provider", "end_user"),
    }
)
"""Texts at the top of a gateway's payload that stay."""
MOMENTS = ("startTime", "endTime", "completionStartTime")
KEY_NAMES = tuple(
    f"user_api_key_{name}" for name in ("team_id", "team_alias", "alias", "user_id", "org_id", "project_id")
)
WORD_KEYS = frozenset(
    {
        *("type", "modality", "cache_type", "ttl", "service_tier", "speed", "inference_geo"),
        *("search_context_size", "vertex_location", "data_residency"),
    }
)
"""Keys inside a usage object or a cost breakdown whose value is one word that chooses a price."""
PROPERTY_NAMES = frozenset(
    {
        *("$ai_trace_id", "$ai_session_id", "$ai_parent_id", "$ai_span_id", "$ai_generation_id", "$ai_experiment_id"),
        *("$ai_response_id", "$ai_client_generation_id", "$ai_reported_by"),
        *("$ai_model", "$ai_provider", "$ai_framework", "$ai_base_model"),
        *("$ai_product", "$ai_api_key_alias", "$ai_api_key_hash", "$ai_end_user"),
        *("$ai_gateway", "$ai_gateway_model", "$ai_gateway_model_group", "$ai_gateway_call_id"),
        *("$ai_gateway_call_type", "$ai_gateway_status", "$ai_gateway_team_id", "$ai_gateway_user_id"),
        *("$ai_gateway_org_id", "$ai_gateway_project_id", "$lib", "$lib_version", "$ai_shipper_id"),
    }
)
"""Texts among an event's properties that stay as they are."""
PROPERTY_WORDS = frozenset(
    {
        *("$ai_span_type", "$ai_service_tier", "$ai_search_context_size", "$ai_error_type", "$ai_error_normalized"),
        *("$ai_http_status", "$ai_call_kind", "$ai_usage_source", "$ai_cost_model_source"),
        *("$ai_cache_reporting_exclusive", "$ai_is_error", "$ai_stream"),
    }
)
"""Those that stay if they are one word."""
COUNTED = re.compile(
    r"\$ai_\w*(usage|counts|breakdown|tokens?|cost|cost_usd|price|count|latency)"
    r"|((gen_ai|llm|ai)\.usage|llm\.token_count)\.[\w.]+"
)
"""Properties that are numbers, or objects of numbers."""
WORD = re.compile(r"[\w.:/-]{1,60}")
ERROR_CODE = re.compile(r"[A-Z0-9_]{1,80}")
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
MAX_DEPTH = 16


def keep_numbers(payload: JsonObject) -> dict[str, Any]:
    """Copy a gateway's payload without anything that was said; the same event, the same counts, the same uuid."""
    kept = {key: value for key, value in payload.items() if key in NAMES and isinstance(value, str)}
    kept |= {key: value for key, value in payload.items() if _is_number(value)}
    kept |= {key: payload[key] for key in MOMENTS if find_moment(payload, key) is not None}
    return (
        kept
        | {
            "api_base": _keep_host(find_text(payload, "api_base")),
            "cost_breakdown": reduce_to_numbers(payload.get("cost_breakdown")),
            "model_parameters": _keep_parameters(find_object(payload, "model_parameters")),
            "metadata": _keep_attribution(payload),
            "error_information": _keep_error(find_object(payload, "error_information")),
            "response": _keep_answer(payload.get("response")),
        }
        | _keep_numbering(payload)
    )


def keep_event_numbers(event: AiEvent) -> AiEvent:
    """Copy an event of any source without what was said."""
    return event._replace(properties=keep_property_numbers(event.properties))


def keep_property_numbers(properties: JsonObject) -> dict[str, Any]:
    """Copy an event's properties without what was said."""
    kept = ((name, _keep_property(name, value)) for name, value in properties.items() if isinstance(name, str))
    return {name: value for name, value in kept if value is not None}


def reduce_to_numbers(value: Any, depth: int = 0) -> Any:
    """Numbers, also as text, and their nesting; words only under `WORD_KEYS`. Anything else becomes None."""
    if _is_number(value) or (isinstance(value, str) and NUMBER.fullmatch(value)):
        return value
    if depth < MAX_DEPTH and isinstance(value, Mapping):
        return {
            key: item if _is_word(key, item) else reduce_to_numbers(item, depth + 1)
            for key, item in value.items()
            if WORD.fullmatch(key)
        }
    if depth < MAX_DEPTH and isinstance(value, list):
        return [reduce_to_numbers(item, depth + 1) for item in value]
    return None


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float)


def _is_word(key: str, value: Any) -> bool:
    return key in WORD_KEYS and isinstance(value, str) and WORD.fullmatch(value) is not None


def _keep_property(name: str, value: Any) -> Any:
    if name == "$ai_model_parameters":
        return _keep_parameters(value) if isinstance(value, Mapping) else None
    if isinstance(value, str) and name == "$ai_base_url":
        return _keep_host(value)
    if isinstance(value, str) and name in PROPERTY_NAMES | PROPERTY_WORDS:
        return value if name in PROPERTY_NAMES or WORD.fullmatch(value) else None
    if name.startswith("$ai_") and _is_number(value):
        return value
    return reduce_to_numbers(value) if COUNTED.fullmatch(name) else None


def _keep_parameters(parameters: JsonObject) -> dict[str, Any]:
    """Of the parameters what says how to count and price; tools, schemas and prompts are among the others."""
    search = find_object(parameters, "web_search_options")
    tier, size = parameters.get("service_tier"), search.get("search_context_size")
    kept: dict[str, Any] = {"service_tier": tier} if _is_word("service_tier", tier) else {}
    if isinstance(parameters.get("stream"), bool):
        kept["stream"] = parameters["stream"]
    if _is_word("search_context_size", size):
        kept["web_search_options"] = {"search_context_size": size}
    return kept


def _keep_numbering(payload: JsonObject) -> dict[str, Any]:
    """The shipper's id and sequence, by which a missing event is found."""
    numbering = find_numbering(payload)
    if numbering is None:
        return {}
    kept: dict[str, Any] = {"id": numbering.shipper_id, "sequence": numbering.sequence}
    if numbering.accepted_at is not None:
        kept["accepted_at"] = numbering.accepted_at.isoformat()
    return {SHIPPER_KEY: kept}


def _keep_host(url: str | None) -> str | None:
    """The address without its path and query, where a passed-through call may carry anything."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else None


def _keep_attribution(payload: JsonObject) -> dict[str, Any]:
    metadata = find_object(payload, "metadata")
    kept: dict[str, Any] = {key: metadata[key] for key in KEY_NAMES if isinstance(metadata.get(key), str | int)}
    if (key_hash := find_key_hash(payload)) is not None:
        kept["user_api_key_hash"] = key_hash
    product = find_text(find_object(metadata, "user_api_key_auth_metadata"), "product")
    return kept | {
        "user_api_key_auth_metadata": {"product": product} if product else {},
        "usage_object": reduce_to_numbers(metadata.get("usage_object")),
    }


def _keep_error(error: JsonObject) -> dict[str, Any]:
    """Its class and code: `RateLimitError`, `429`; the message repeats what was asked."""
    is_named = {"error_code": WORD, "error_class": WORD, "llm_provider": WORD, "normalized_error": ERROR_CODE}
    kept = {key: find_text(error, key) for key in is_named}
    return {key: value for key, value in kept.items() if value and is_named[key].fullmatch(value)}


def _keep_answer(response: Any) -> dict[str, Any]:
    if not isinstance(response, dict):
        return {}
    kept = {key: response[key] for key in ("service_tier", "object") if _is_word("type", response.get(key))}
    kept |= keep_silence(response)
    usage = find_response_usage(response)
    return kept | {"usage": reduce_to_numbers(usage)} if usage else kept
