"""An event that PostHog would refuse for its size loses what was said, answer first; never a number."""

from typing import Any

from posthog.llm_gateway.event_lines import encode_json

DROPPED = "$ai_content_dropped"
FIRST_TO_GO = ("$ai_output_choices", "$ai_input")
NEXT_TO_GO = ("$ai_tools", "$ai_model_parameters", "$ai_requester_metadata", "$ai_request_tags", "$ai_error")
"""Text as well, and as a rule short; only a call that was all of one of these gets here."""
LONGEST_NAME = 200
"""Characters of a name in an event that is too large without all of these; of a person's PostHog keeps as many."""


def encode_within(event: dict[str, Any], *, max_bytes: int) -> bytes:
    """The event as JSON, within the limit where dropping content achieves it; what went is named in the event."""
    encoded = encode_json(event)
    dropped: list[str] = []
    for name in (*FIRST_TO_GO, *NEXT_TO_GO):
        if len(encoded) <= max_bytes:
            return encoded
        if name in event["properties"]:
            dropped.append(name)
            kept = {key: value for key, value in event["properties"].items() if key not in dropped}
            encoded = encode_json(event | {"properties": kept | {DROPPED: dropped}})
    return encoded if len(encoded) <= max_bytes else encode_json(_cut_names(event, dropped))


def _cut_names(event: dict[str, Any], dropped: list[str]) -> dict[str, Any]:
    """Without what was dropped, and with names that a client made as long as a book cut short."""
    kept = {key: value for key, value in event["properties"].items() if key not in dropped}
    long = [key for key, value in kept.items() if isinstance(value, str) and len(value) > LONGEST_NAME]
    cut = {key: kept[key][:LONGEST_NAME] for key in long}
    return _cut_person(event) | {"properties": kept | cut | {DROPPED: [*dropped, *long]}}


def _cut_person(event: dict[str, Any]) -> dict[str, Any]:
    person = event.get("distinct_id")
    return event | {"distinct_id": person[:LONGEST_NAME]} if isinstance(person, str) else event
