"""
What of the request the standard logging payload does not carry: the caller's headers for PostHog, and the trace.

It travels through the spool as one more member of the payload, so that an event sent again is the same event:

    {"posthog_request":{"headers":{"x-posthog-property-plan":"pro","traceparent":"00-…"},"fresh_trace_id":"<uuid4>"}}

Only these headers are taken: any other may be a credential.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from posthog.llm_usage.payloads.fields import JsonObject, find_object, find_text

REQUEST_KEY = "posthog_request"
PROPERTY_PREFIX = "x-posthog-property-"
FLAG_PREFIX = "x-posthog-flag-"
TRACEPARENT = "traceparent"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """
    Attributes:
        headers: Lower-case names; those for PostHog and `traceparent`.
        fresh_trace_id: Made when the event was accepted; None where the spool keeps no content.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    fresh_trace_id: str | None = None


def add_request_context(
    payload: Mapping[str, Any], litellm_params: object, *, make_id: Callable[[], UUID] = uuid4
) -> dict[str, Any]:
    """Copy the payload with the member; `litellm_params` is what LiteLLM gives its callbacks beside the payload."""
    context = {"headers": _pick_headers(litellm_params), "fresh_trace_id": str(make_id())}
    return {**payload, REQUEST_KEY: context}


def find_request_context(payload: JsonObject) -> RequestContext:
    """Read the member back; empty where there is none."""
    headers = find_object(payload, REQUEST_KEY, "headers")
    return RequestContext(
        headers={name: value for name, value in headers.items() if isinstance(value, str)},
        fresh_trace_id=find_text(find_object(payload, REQUEST_KEY), "fresh_trace_id"),
    )


def _pick_headers(litellm_params: object) -> dict[str, str]:
    parameters = litellm_params if isinstance(litellm_params, Mapping) else {}
    headers = find_object(parameters, "proxy_server_request", "headers")
    lowered = ((str(name).lower(), str(value)) for name, value in headers.items())
    return {name: value for name, value in lowered if _is_wanted(name)}


def _is_wanted(name: str) -> bool:
    return name == TRACEPARENT or name.startswith((PROPERTY_PREFIX, FLAG_PREFIX))
