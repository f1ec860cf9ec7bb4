"""
What must not reach the spool: raw keys always, and where content is unwanted, everything that was said.

Without content a payload keeps exactly what the server keeps for its private teams; it is the same function.
"""

from typing import Any

from posthog.llm_usage.payloads.fields import find_object
from posthog.llm_usage.payloads.litellm import KEY_HASH, classify_call
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
    if not _has_verified_key(payload):
        kept["metadata"] = {key: value for key, value in find_object(payload, "metadata").items() if key != HASH_KEY}
    return kept


def _has_verified_key(payload: Payload) -> bool:
    """Whether the key's hash surely is one, of an accepted key; on a failed sign-in it can be the raw key."""
    key_hash = find_object(payload, "metadata").get(HASH_KEY)
    is_hash = isinstance(key_hash, str) and KEY_HASH.fullmatch(key_hash) is not None
    return is_hash and classify_call(payload) != "rejected"
