"""Calls as LiteLLM hands them to its callbacks, made to measure, and the recorded ones."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from posthog.llm_gateway.callbacks.capture_event import build_capture_event
from posthog.llm_gateway.callbacks.request_context import add_request_context

CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"
FRESH_ID = UUID("0d9f2b7c-4a68-4c19-9a51-6f6b3c0de001")
STARTED_AT = 1_795_473_582.0

Payload = dict[str, Any]


def make_payload(*, usage: Mapping[str, Any] | None = None, **fields: Any) -> Payload:
    """A successful call of `gpt-4o` by a key of team `tid-alpha`; `usage` is LiteLLM's usage object."""
    metadata = {
        "user_api_key_alias": "alias-alpha",
        "user_api_key_team_id": "tid-alpha",
        "user_api_key_user_id": "user-alpha",
        "user_api_key_auth_metadata": {"product": "search"},
        "usage_object": None if usage is None else dict(usage),
    }
    return {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "call_type": "acompletion",
        "status": "success",
        "custom_llm_provider": "openai",
        "model": "openai/gpt-4o",
        "startTime": STARTED_AT,
        "endTime": STARTED_AT + 2,
        "completionStartTime": STARTED_AT + 0.5,
        "messages": [{"role": "user", "content": "When is high water?"}],
        "response": {"choices": [{"message": {"role": "assistant", "content": "At noon."}}]},
        "metadata": metadata | fields.pop("metadata", {}),
        **fields,
    }


def make_kwargs(payload: Payload | None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a callback's hook is given."""
    parameters = {"proxy_server_request": {"headers": dict(headers or {})}}
    return {"standard_logging_object": payload, "litellm_params": parameters}


def build_event(payload: Payload, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The event that PostHog would get."""
    parameters = make_kwargs(payload, headers)["litellm_params"]
    return build_capture_event(add_request_context(payload, parameters, make_id=lambda: FRESH_ID))


def build_properties(payload: Payload, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    properties: dict[str, Any] = build_event(payload, headers)["properties"]
    return properties


def list_captured_payloads() -> dict[str, Payload]:
    """Every payload of every recorded gateway body, by the capture's name and its place there."""
    found: dict[str, Payload] = {}
    for path in sorted(CAPTURES.glob("*.json")):
        bodies = [json.loads(post["body"]) for post in json.loads(path.read_text())["webhook"]]
        payloads = [payload for body in bodies for payload in (body if isinstance(body, list) else [body])]
        found |= {f"{path.stem}-{position}": payload for position, payload in enumerate(payloads)}
    return found
