"""Valid things to start a test from; every field can be overridden."""

from typing import Any

USAGE_OBJECT = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 60},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def make_payload(**overrides: Any) -> dict[str, Any]:
    """
    A LiteLLM payload of one successful chat call.

    `metadata` is merged into the default metadata unless a test replaces the usage itself.
    """
    metadata = {"user_api_key_team_id": None, "usage_object": dict(USAGE_OBJECT)}
    metadata |= overrides.pop("metadata", {})
    payload: dict[str, Any] = {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "call_type": "acompletion",
        "status": "success",
        "startTime": 1795473656.777922,
        "endTime": 1795473657.777922,
        "completionStartTime": 1795473657.0,
        "stream": None,
        "cache_hit": None,
        "model": "openai/gpt-4o",
        "custom_llm_provider": "openai",
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "response_cost": 0.000375,
        "messages": [{"role": "user", "content": "hello"}],
        "response": {"choices": [{"message": {"content": "hi"}}]},
        "error_information": {"error_class": "", "error_code": "", "error_message": ""},
        "metadata": metadata,
    }
    return payload | overrides
