"""Events as PostHog's SDKs capture them; every field can be overridden."""

from typing import Any
from uuid import uuid5

from posthog.llm_usage.identity import EVENT_NAMESPACE


def make_captured(number: int = 1, **fields: Any) -> dict[str, Any]:
    """
    A generation as posthog-python's OpenAI wrapper captures it; captures of one number are the same event.

    `properties` is merged into the default properties.
    """
    properties = {
        "$ai_provider": "openai",
        "$ai_model": "gpt-4o",
        "$ai_input": [{"role": "user", "content": "hello"}],
        "$ai_output_choices": [{"role": "assistant", "content": "hi"}],
        "$ai_http_status": 200,
        "$ai_input_tokens": 100,
        "$ai_output_tokens": 20,
        "$ai_cache_read_input_tokens": 60,
        "$ai_reasoning_tokens": 5,
        "$ai_latency": 1.0,
        "$ai_trace_id": f"trace-{number}",
        "$ai_span_id": f"span-{number}",
        "$lib": "posthog-python",
        "$lib_version": "7.91.1",
    }
    properties |= fields.pop("properties", {})
    event: dict[str, Any] = {
        "event": "$ai_generation",
        "uuid": str(uuid5(EVENT_NAMESPACE, f"captured {number}")),
        "distinct_id": "user-1",
        "properties": properties,
    }
    return event | fields
