"""Valid rows of LiteLLM's spend log, as its API answers them; every field can be overridden."""

from datetime import UTC, datetime
from typing import Any

from tests.factories import USAGE_OBJECT


def make_spend_row(**overrides: Any) -> dict[str, Any]:
    """The row of the call that `make_payload` reports; `metadata` is merged into the default metadata."""
    metadata: dict[str, Any] = {
        "status": None,
        "litellm_call_id": "call-1",
        "user_api_key": "a" * 64,
        "user_api_key_alias": "key-1",
        "user_api_key_team_id": "team-alpha",
        "usage_object": dict(USAGE_OBJECT),
        "additional_usage_values": {"prompt_tokens_details": USAGE_OBJECT["prompt_tokens_details"]},
        "cost_breakdown": {"total_cost": 0.000375},
        "error_information": None,
    }
    metadata |= overrides.pop("metadata", {})
    row: dict[str, Any] = {
        "request_id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "call_type": "acompletion",
        "status": "success",
        "startTime": "2026-11-24T10:00:56.778+00:00",
        "endTime": "2026-11-24T10:00:57.778+00:00",
        "completionStartTime": "2026-11-24T10:00:57.778+00:00",
        "model": "openai/gpt-4o",
        "custom_llm_provider": "openai",
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "spend": 0.000375,
        "cache_hit": "False",
        "team_id": "team-alpha",
        "user": "",
        "end_user": "",
        "session_id": "trace-1",
        "request_tags": [],
        "metadata": metadata,
    }
    return row | overrides


def make_spend_row_of(payload: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    """The row that LiteLLM would keep of the call that the payload reports."""
    copied = ("call_type", "status", "model", "custom_llm_provider", "prompt_tokens", "completion_tokens")
    names = ("litellm_call_id", "user_api_key_team_id", "usage_object")
    known = payload["metadata"] | {"litellm_call_id": payload["litellm_call_id"]}
    moments = {key: _to_text(payload[key]) for key in ("startTime", "endTime")}
    row = {
        "request_id": payload["id"],
        **{key: payload[key] for key in (*copied, "litellm_call_id", "total_tokens")},
        **{**moments, "completionStartTime": moments["endTime"]},
        "spend": payload["response_cost"],
        "team_id": payload["metadata"]["user_api_key_team_id"] or "",
        "session_id": payload.get("trace_id"),
        "metadata": {key: known[key] for key in names} | overrides.pop("metadata", {}),
    }
    return make_spend_row(**row | overrides)


def _to_text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
