"""
Streams that ended without having said anything.

When a provider breaks off in the middle of `/v1/messages`, LiteLLM logs a success without an error, with the counts of
the beginning and an answer in which nothing stands. That nothing is the only tell, and says nothing of the content: it
stays in payloads whose content does not.
"""

from typing import Any

from posthog.llm_usage.payloads.fields import EMPTY, OBJECT, find_object

SAYING = (
    "content",
    "tool_calls",
    "function_call",
    "reasoning_content",
    "thinking_blocks",
    "audio",
    "images",
    "refusal",
)


def is_silent(response: Any) -> bool:
    """Whether an answer is there, and says nothing: no text, no thought, no call of a tool."""
    choices = response.get("choices") if isinstance(response, dict) else None
    if not isinstance(choices, list) or not choices:
        return False
    return not any(map(_says_something, choices))


def _says_something(choice: Any) -> bool:
    """Or cannot be told: a choice without a message."""
    message = find_object(choice, "message") if isinstance(choice, OBJECT) else EMPTY
    return not message or any(message.get(key) for key in SAYING)


def keep_silence(response: Any) -> dict[str, Any]:
    """What remains of the choices of an answer whose content must not: that they were silent."""
    return {"choices": [{"message": {"content": ""}}]} if is_silent(response) else {}
