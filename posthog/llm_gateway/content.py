"""
What must not reach the spool: raw keys always, and where content is unwanted, everything that was said.

Without content a payload keeps exactly what the server keeps for its private teams; it is the same function.
"""

from typing import Any

from posthog.llm_usage.payloads.fields import find_object
from posthog.llm_usage.payloads.litellm import find_key_hash
from posthog.llm_usage.payloads.private import keep_numbers

Payload = dict[str, Any]

UNREAD_KEY = "model_map_information"
"""More than half of a payload, and nobody reads it."""
HASH_KEY = "user_api_key_hash"


def prepare_payload(payload: Payload, *, is_content_kept: bool) -> Payload:
    """A copy for the spool; shares the values that stay."""
    if not is_content_kept:
        return keep_numbers(payload)
    kept = {key: value for key, value in payload.items() if key != UNREAD_KEY}
    if find_key_hash(payload) is None:
        kept["metadata"] = {key: value for key, value in find_object(payload, "metadata").items() if key != HASH_KEY}
    return kept
