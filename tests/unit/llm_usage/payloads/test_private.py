"""What remains of a private team's call: its numbers, and nothing that was said."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_analytics.gateway_bodies import BodySource, read_element
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.payloads.private import keep_event_numbers, keep_numbers
from posthog.models.ai_events.sql import COLUMNS
from tests.captures import CAPTURES, list_payloads
from tests.factories import make_payload

MARKER = "the words of a customer"
SPOKEN = ("messages", "response", "error_str", "error_information", "request_tags", "model_parameters", "user_agent")
NUMBER_COLUMNS = [column.name for column in COLUMNS if "Int" in column.type or "Float" in column.type]


def make_source(*, is_private: bool) -> BodySource:
    policies = {1: TeamPolicy(team_id=1, is_private=is_private)}
    return BodySource(attribution=Attribution(only_team_id=1, policies=policies))


def mark(value: Any) -> Any:
    """The same shape with every text replaced by the marker."""
    if isinstance(value, str):
        return MARKER
    if isinstance(value, Mapping):
        return {key: mark(item) for key, item in value.items()}
    return [mark(item) for item in value] if isinstance(value, list) else value


def say(payload: dict[str, Any]) -> dict[str, Any]:
    """Put the marker wherever a client or a provider can say something."""
    said = payload | {key: mark(payload[key]) for key in SPOKEN if key in payload}
    metadata = payload["metadata"] | {
        "requester_metadata": {MARKER: MARKER},
        "spend_logs_metadata": MARKER,
        "user_api_key_user_email": MARKER,
        "user_api_key_auth_metadata": {"note": MARKER},
        "usage_object": (payload["metadata"].get("usage_object") or {}) | {"note": MARKER, MARKER + " ": 1},
    }
    return said | {"metadata": metadata, "invented_tomorrow": MARKER, "api_base": f"https://a.b/{MARKER}?{MARKER}"}


@pytest.mark.parametrize("name", CAPTURES)
def test_nothing_that_was_said_remains(name: str) -> None:
    """Wherever a client, a provider or a later gateway puts words, none of them are in what is kept."""
    for payload in list_payloads(name):
        said = say(payload)
        assert MARKER in json.dumps(said)
        assert MARKER not in orjson.dumps(keep_numbers(said)).decode()
        event = keep_event_numbers(build_ai_event(said, team_id=1))
        assert MARKER not in orjson.dumps(event._asdict()).decode()


@pytest.mark.parametrize("name", CAPTURES)
def test_row_has_the_same_numbers(name: str) -> None:
    """Tokens, costs, times, flags and the uuid of a private call are those that it would have had."""
    for payload in list_payloads(name):
        row = read_element(payload, make_source(is_private=False), 0)
        private = read_element(payload, make_source(is_private=True), 0)
        assert isinstance(row, dict)
        assert isinstance(private, dict)
        same = ["uuid", "event", "timestamp", "call_kind", "model", "provider", "integrity_flags", *NUMBER_COLUMNS]
        assert {key: private.get(key) for key in same} == {key: row.get(key) for key in same}
        assert (private["input"], private["output_choices"], private["error"]) == (None, None, None)


def test_reduced_twice_is_reduced_once() -> None:
    """The door and the worker may both reduce an event."""
    once = keep_numbers(make_payload())
    assert keep_numbers(once) == once


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param(7, 7, id="number"),
        pytest.param("7", "7", id="number-as-text"),
        pytest.param("secret", None, id="text"),
        pytest.param({"service_tier": "flex", "note": "secret"}, {"service_tier": "flex", "note": None}, id="word"),
        pytest.param({"service_tier": "all of my secrets"}, {"service_tier": None}, id="no-word"),
        pytest.param({"a secret key": 1}, {}, id="key-that-is-no-name"),
        pytest.param([{"modality": "TEXT", "tokenCount": 3}], [{"modality": "TEXT", "tokenCount": 3}], id="modalities"),
    ],
)
def test_usage_keeps_numbers_and_the_words_that_price_them(value: Any, kept: Any) -> None:
    """A usage object is numbers; what else it says is left out."""
    payload = keep_numbers(make_payload(metadata={"usage_object": {"it": value}}))
    assert payload["metadata"]["usage_object"]["it"] == kept


def test_sdk_event_keeps_its_counts() -> None:
    """Events of SDKs carry numbers in properties, as numbers, as text or as objects of numbers."""
    properties = {
        "$ai_input_tokens": 7,
        "$ai_output_tokens": {"total": 3, "said": MARKER},
        "$ai_input": MARKER,
        "$ai_span_name": MARKER,
        "$ai_model": "gpt-4o",
        "custom": MARKER,
        "$ai_invented": MARKER,
    }
    event = build_ai_event(make_payload(), team_id=1)
    kept = keep_event_numbers(type(event)(**{**_fields(event), "properties": properties})).properties
    assert kept == {"$ai_input_tokens": 7, "$ai_output_tokens": {"total": 3, "said": None}, "$ai_model": "gpt-4o"}


def _fields(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in ("uuid", "event", "timestamp", "team_id", "distinct_id")}
