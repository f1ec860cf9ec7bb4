"""The shipper's numbering on its way through the server: by it a missing event is found."""

from typing import Any

import pytest

from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.payloads.private import keep_event_numbers, keep_numbers
from posthog.llm_usage.payloads.stripped import strip_content
from tests.factories import make_payload

NUMBERING = {"id": "1f0c6e6e-0000-4000-8000-000000000000", "sequence": 12, "accepted_at": "2026-11-18T09:30:00.120Z"}


def read_numbering(payload: dict[str, Any]) -> tuple[Any, Any]:
    properties = build_ai_event(payload, team_id=7).properties
    return properties.get("$ai_shipper_id"), properties.get("$ai_shipper_sequence")


def test_numbering_becomes_properties() -> None:
    """Id and sequence stand on the event, and do not change which event it is."""
    payload = make_payload(posthog_shipper=NUMBERING)
    assert read_numbering(payload) == (NUMBERING["id"], 12)
    assert build_ai_event(payload, team_id=7).uuid == build_ai_event(make_payload(), team_id=7).uuid


@pytest.mark.parametrize("numbering", [None, "text", {}, {"sequence": "12"}, {"sequence": True}, {"sequence": 1.5}])
def test_event_of_another_sender_has_none(numbering: object) -> None:
    """Without a shipper, or with something that is no numbering, there is no sequence."""
    assert read_numbering(make_payload(posthog_shipper=numbering)) == (None, None)


def test_numbering_outlives_private_mode_and_rejection() -> None:
    """A private team's events and replayed ones are counted by the gap detector too."""
    payload = make_payload(posthog_shipper=NUMBERING)
    assert read_numbering(keep_numbers(payload)) == (NUMBERING["id"], 12)
    assert read_numbering(strip_content(payload)) == (NUMBERING["id"], 12)
    private = keep_event_numbers(build_ai_event(payload, team_id=7)).properties
    assert (private["$ai_shipper_id"], private["$ai_shipper_sequence"]) == (NUMBERING["id"], 12)
