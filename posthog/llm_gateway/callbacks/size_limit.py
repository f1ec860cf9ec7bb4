"""An event that PostHog would refuse for its size loses what was said, answer first; never a number."""

from typing import Any

from posthog.llm_gateway.event_lines import encode_json

DROPPED = "$ai_content_dropped"
FIRST_TO_GO = ("$ai_output_choices", "$ai_input")
NEXT_TO_GO = ("$ai_tools", "$ai_model_parameters", "$ai_requester_metadata", "$ai_request_tags", "$ai_error")
"""Text as well, and as a rule short; only a call that was all of one of these gets here."""


def encode_within(event: dict[str, Any], *, max_bytes: int) -> bytes:
    """The event as JSON, within the limit where dropping content achieves it; what went is named in the event."""
    encoded = encode_json(event)
    dropped: list[str] = []
    for name in (*FIRST_TO_GO, *NEXT_TO_GO):
        if len(encoded) <= max_bytes:
            break
        if name in event["properties"]:
            dropped.append(name)
            kept = {key: value for key, value in event["properties"].items() if key not in dropped}
            encoded = encode_json(event | {"properties": kept | {DROPPED: dropped}})
    return encoded
