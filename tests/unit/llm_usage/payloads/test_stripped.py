"""A payload without its content: still the same event with the same numbers, and not a word of what was said."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.payloads.stripped import dump_stripped, strip_content
from tests.captures import CAPTURES, list_payloads
from tests.factories import make_payload

CONTENT_PROPERTIES = {"$ai_input", "$ai_output_choices", "$ai_tools", "$ai_model_parameters"}
LEFT_OUT = {*CONTENT_PROPERTIES, "$ai_error", "$ai_error_normalized", "$ai_requester_metadata", "$ai_user_agent"}


def omit_left_out(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in LEFT_OUT}


@pytest.mark.parametrize("name", CAPTURES)
def test_stripped_payload_is_the_same_event(name: str) -> None:
    """Replayed from the rejects it gets the same uuid, counts, costs and attribution."""
    for payload in list_payloads(name):
        whole = build_ai_event(payload, team_id=7)
        stripped = build_ai_event(orjson.loads(dump_stripped(payload) or b""), team_id=7)
        assert (stripped.uuid, stripped.timestamp, stripped.distinct_id) == (
            *(whole.uuid, whole.timestamp, whole.distinct_id),
        )
        assert omit_left_out(stripped.properties) == omit_left_out(whole.properties)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"messages": "SAID"}, id="messages"),
        pytest.param({"response": {"choices": ["SAID"]}}, id="answer"),
        pytest.param({"model_parameters": {"tools": ["SAID"]}}, id="tools"),
        pytest.param({"error_str": "SAID"}, id="error"),
        pytest.param({"error_information": {"error_message": "SAID", "traceback": "SAID"}}, id="error-message"),
        pytest.param({"guardrail_information": {"guardrail_response": "SAID"}}, id="guardrail"),
        pytest.param({"metadata": {"requester_metadata": {"note": "SAID"}}}, id="clients-metadata"),
        pytest.param({"metadata": {"mcp_tool_call_metadata": {"arguments": "SAID"}}}, id="tool-call"),
        pytest.param({"metadata": {"vector_store_request_metadata": ["SAID"]}}, id="vector-store"),
        pytest.param({"metadata": {"user_api_key_user_email": "SAID"}}, id="e-mail"),
        pytest.param({"a_key_of_the_next_version": "SAID"}, id="unknown-key"),
    ],
)
def test_nothing_said_is_kept(said: dict[str, Any]) -> None:
    """Wherever it stands in the payload."""
    assert "SAID" not in json.dumps(strip_content(make_payload(**said)))


@pytest.mark.parametrize("status", ["success", "failure"])
def test_raw_key_is_never_kept(status: str) -> None:
    """What is no hash may be the key itself."""
    payload = make_payload(status=status, custom_llm_provider=None, metadata={"user_api_key_hash": "sk-raw"})
    assert "sk-raw" not in json.dumps(strip_content(payload))


def test_payload_nested_too_deep_is_not_dumped() -> None:
    """The reject is kept with its reason, without the event."""
    nested: Any = []
    for _ in range(400):
        nested = [nested]
    assert dump_stripped(make_payload(request_tags=nested)) is None
