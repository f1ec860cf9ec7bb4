"""
One row of LiteLLM's spend log → a standard logging payload, as far as the row knows it. Pure.

The spend log is what the gateway keeps in its own database. It holds the same usage object, cost and key as the
payload that the gateway's callbacks sent, and less of all else: no messages, no answer, no provider's own usage, and
moments in milliseconds. What it does not hold is left out, never made up; the payload says of itself that it is such
a copy.

The row of a failure that the provider refused names the tokens of its prompt, counted by LiteLLM's own tokenizer, and
no others: nobody used those, so they are left out as well.

Source: LiteLLM 1.108.7, `get_logging_payload` in `litellm/proxy/spend_tracking/spend_tracking_utils.py` and the model
`LiteLLM_SpendLogs` in `litellm/proxy/schema.prisma`.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_number, find_object, find_text

BACKFILLED_KEY = "posthog_backfilled"

REQUEST_SUFFIX = re.compile(r"(_cache_hit[\d.]+|_batch_cost|_background_cost|-attempt-\d+)$")
"""What LiteLLM puts after an id to have a second row for it; the callback's payload ends otherwise, or not at all."""
COPIED = (
    *("call_type", "model", "model_group", "model_id", "custom_llm_provider", "api_base", "end_user"),
    *("startTime", "endTime", "completionStartTime"),
)
COPIED_METADATA = tuple(
    f"user_api_key_{name}" for name in ("alias", "team_id", "team_alias", "user_id", "org_id", "project_id")
)
COPIED_ERROR = ("error_code", "error_class", "error_message", "normalized_error")
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


def is_backfilled(payload: JsonObject) -> bool:
    """Whether the payload was built from the gateway's spend log."""
    return payload.get(BACKFILLED_KEY) is True


def strip_suffix(request_id: str) -> str:
    """The id that the spend log's row and the callback's payload have in common."""
    return REQUEST_SUFFIX.sub("", request_id)


def build_payload(row: JsonObject) -> dict[str, Any]:
    """
    Build the payload of one row.

    Args:
        row: As `/spend/logs/v2` answers it; `metadata` and `request_tags` decoded or as JSON text.
    """
    metadata = _read_json(row.get("metadata"))
    known = metadata if isinstance(metadata, Mapping) else {}
    # No row lacks it that came from LiteLLM; in its absence LiteLLM's own reader takes a call for a success.
    status = find_text(row, "status") or find_text(known, "status") or "success"
    is_used = status != "failure" or is_billed(row)
    return {
        BACKFILLED_KEY: True,
        "id": find_text(row, "request_id"),
        "litellm_call_id": find_text(row, "litellm_call_id") or find_text(known, "litellm_call_id"),
        **{key: row[key] for key in COPIED if key in row},
        **{key: row.get(key) if is_used else 0 for key in COUNTS},
        "status": status,
        "trace_id": find_text(row, "session_id"),
        "stream": True if _is_streamed(row) else None,
        "cache_hit": True if str(row.get("cache_hit")).lower() == "true" else None,
        "response_cost": row.get("spend"),
        "cost_breakdown": find_object(known, "cost_breakdown"),
        "request_tags": _read_json(row.get("request_tags")) or None,
        "error_information": _pick(find_object(known, "error_information"), COPIED_ERROR),
        "model_map_information": _pick(find_object(known, "model_map_information"), ("model_map_key",)),
        "metadata": _build_metadata(row, known) | {"usage_object": _find_usage(row, known) if is_used else {}},
    }


def is_billed(payload: JsonObject) -> bool:
    """Whether the model wrote anything, or the call cost something; of a row, or of the payload built from it."""
    return any(find_number(payload, name) for name in ("completion_tokens", "spend", "response_cost"))


def _build_metadata(row: JsonObject, known: JsonObject) -> dict[str, Any]:
    """The gateway's word on who called; in a row it keeps the key's hash under the name of the key itself."""
    return {
        **_pick(known, COPIED_METADATA),
        "user_api_key_team_id": find_text(row, "team_id") or find_text(known, "user_api_key_team_id"),
        "user_api_key_user_id": find_text(row, "user") or find_text(known, "user_api_key_user_id"),
        "user_api_key_hash": find_text(known, "user_api_key"),
        "user_agent": find_text(known, "user_agent"),
    }


def _find_usage(row: JsonObject, known: JsonObject) -> JsonObject:
    """The usage object; rows of versions that kept none have its counts, and what lay beside them. {}: no report."""
    usage = find_object(known, "usage_object")
    if usage or not any(find_number(row, name) for name in COUNTS):
        return usage
    return {**find_object(known, "additional_usage_values"), **{name: row.get(name) for name in COUNTS}}


def _is_streamed(row: JsonObject) -> bool:
    """An answer whose first token came before its end; of any other the row does not tell."""
    first, end = find_moment(row, "completionStartTime"), find_moment(row, "endTime")
    return first is not None and end is not None and first < end


def _pick(source: JsonObject, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: source[key] for key in keys if source.get(key) is not None}


def _read_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
