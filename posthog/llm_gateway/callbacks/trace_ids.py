"""
Which trace a call belongs to. The first that is there holds:

1. the caller's own property, `x-posthog-property-$ai_trace_id`;
2. `traceparent` (W3C Trace Context): its trace, and its span as this call's parent;
3. a name in the request's metadata, hashed to a uuid5: the same conversation, the same trace;
4. LiteLLM's trace id, one for all tries of a request: as it is where it is a uuid, else hashed;
5. a fresh uuid4, made once when the call was accepted.
"""

import re
from uuid import NAMESPACE_URL, UUID, uuid5

from posthog.llm_gateway.callbacks.request_context import TRACEPARENT, RequestContext
from posthog.llm_usage.payloads.fields import JsonObject, find_object, find_text

METADATA_NAMES = ("trace_id", "session_id", "user_id")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


def find_trace_properties(payload: JsonObject, context: RequestContext) -> dict[str, str]:
    """
    `$ai_trace_id`, and `$ai_parent_id` where a `traceparent` names it.

    The caller's own properties (1) are laid over these by whoever builds the event.
    """
    found = _TRACEPARENT.fullmatch(context.headers.get(TRACEPARENT, "").strip().lower())
    if found:
        return {"$ai_trace_id": found.group(1), "$ai_parent_id": found.group(2)}
    trace_id = _find_trace_id(payload) or context.fresh_trace_id
    return {"$ai_trace_id": trace_id} if trace_id else {}


def _find_trace_id(payload: JsonObject) -> str | None:
    named = find_text(find_object(payload, "metadata", "requester_metadata"), *METADATA_NAMES)
    if named is not None:
        return str(uuid5(NAMESPACE_URL, named))
    own = find_text(payload, "trace_id")
    return None if own is None else _to_uuid(own)


def _to_uuid(trace_id: str) -> str:
    try:
        return str(UUID(trace_id))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, trace_id))
