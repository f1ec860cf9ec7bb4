"""A row holds all of its evidence: the same event, and with it the same row, follows from the row alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posthog.errors import InvalidEvent
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.identity import derive_event_uuid
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rebuild import derive_again, list_changed_columns, rebuild_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from tests.factories import make_payload
from tests.unit.llm_usage.captures.reading import list_captures, read_rows

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CONTEXT = RowContext(ingested_at=NOW, retention_days=90, offset=4, position=2)

SDK_EVENTS: dict[str, dict[str, Any]] = {
    "tokens": {"$ai_provider": "openai", "$ai_model": "gpt-4o", "$ai_input_tokens": 10, "$ai_output_tokens": 3},
    "raw-usage": {
        "$ai_provider": "anthropic",
        "$ai_model": "claude-sonnet-4-5",
        "$ai_input_tokens": 10,
        "$ai_cache_read_input_tokens": 5,
        "$ai_usage": {"input_tokens": 10, "cache_read_input_tokens": 5},
    },
    "content": {
        "$ai_model": "gpt-4o",
        "$ai_input": [{"role": "user", "content": "hi"}],
        "$ai_output_choices": "plain text",
        "$ai_input_state": {"step": 1},
        "$ai_tools": [{"name": "search"}],
    },
    "text-that-looks-like-json": {
        "$ai_input": '[ {"role": "user"} ]',
        "$ai_output": "[not json",
        "$ai_output_choices": '{"a":1}',
        "$ai_tools": "{",
    },
    "custom-price": {"$ai_model": "mine", "$ai_input_tokens": 7, "$ai_input_token_price": 1e-6},
    "nothing": {},
}


def make_sdk_row(properties: dict[str, Any]) -> Row:
    event = AiEvent(
        uuid=derive_event_uuid(7, repr(properties)),
        event="$ai_generation",
        timestamp=NOW,
        team_id=7,
        distinct_id="someone",
        properties=properties,
    )
    return build_row(event, CONTEXT)


def make_gateway_row(**payload: Any) -> Row:
    return build_row(build_ai_event(make_payload(**payload), team_id=7), CONTEXT)


@pytest.mark.parametrize("name", list_captures())
def test_captured_row_follows_from_itself(name: str) -> None:
    """Every recorded event: the rebuilt event makes the same row, column by column."""
    for row in read_rows(name):
        context = RowContext(ingested_at=row["ingested_at"], position=row["_partition"])
        assert build_row(rebuild_event(row), context) == row


@pytest.mark.parametrize("properties", SDK_EVENTS.values(), ids=SDK_EVENTS)
def test_sdk_row_follows_from_itself(properties: dict[str, Any]) -> None:
    """An SDK's event keeps its token properties and its raw usage."""
    row = make_sdk_row(properties)
    assert build_row(rebuild_event(row), CONTEXT) == row


def test_rebuilt_event_is_the_stored_one() -> None:
    """Identity and evidence come back as they were; derived properties do not."""
    event = build_ai_event(make_payload(), team_id=7)
    rebuilt = rebuild_event(build_row(event, CONTEXT))
    assert (rebuilt.uuid, rebuilt.timestamp, rebuilt.team_id) == (event.uuid, event.timestamp, 7)
    assert rebuilt.properties["$ai_usage"] == event.properties["$ai_usage"]
    assert rebuilt.properties.keys() == event.properties.keys()


def test_derivation_keeps_how_the_event_came() -> None:
    """Only the moment of the derivation is new: the inbox's ids and the retention stay."""
    row = make_gateway_row()
    derived = derive_again(row, ingested_at=LATER)
    assert {column for column in row if derived[column] != row[column]} == {"ingested_at"}
    assert derived["ingested_at"] == LATER


def test_derivation_keeps_the_place_in_the_table() -> None:
    """Whatever the rules say of the trace: only under the same sorting key does the new version replace the old."""
    row = make_gateway_row() | {"trace_id": "of-older-rules"}
    derived = derive_again(row, ingested_at=LATER)
    assert [derived[name] for name in ("team_id", "timestamp", "trace_id", "uuid")] == [
        row[name] for name in ("team_id", "timestamp", "trace_id", "uuid")
    ]


def test_derivation_repairs_a_wrong_row() -> None:
    """What a faulty rule wrote gives way to what the evidence says."""
    right = make_gateway_row()
    wrong = right | {"cache_read_input_tokens": None, "total_cost_usd": 9.0, "integrity_flags": ["total_mismatch"]}
    derived = derive_again(wrong, ingested_at=LATER)
    changed = {"cache_read_input_tokens", "total_cost_usd", "integrity_flags"}
    assert set(list_changed_columns(wrong, derived)) == changed
    assert list_changed_columns(right, derived) == []


def test_newer_rules_that_read_the_same_change_nothing() -> None:
    """The version alone is no difference."""
    row = make_gateway_row() | {"usage_rules_version": "0"}
    assert list_changed_columns(row, derive_again(row, ingested_at=LATER)) == []


@pytest.mark.parametrize("properties", ["{", "[1]", "null"], ids=["cut", "array", "null"])
def test_unreadable_evidence_is_named(properties: str) -> None:
    """A row whose properties are no object cannot be derived, and says so."""
    with pytest.raises(InvalidEvent, match="properties: ") as refused:
        rebuild_event(make_gateway_row() | {"properties": properties})
    assert refused.value.code == "evidence_unreadable"
