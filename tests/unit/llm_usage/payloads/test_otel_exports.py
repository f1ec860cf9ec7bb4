"""What real instrumentations exported for calls whose usage is known, down to the row's columns."""

from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.otel.decoding import decode_spans
from posthog.llm_usage.payloads.otel.events import build_events
from posthog.llm_usage.payloads.otel.spans import Span
from posthog.llm_usage.rows import Row, RowContext, build_row
from tests.otlp import read_recorded

SOURCES = ("openai-v2", "openllmetry", "openinference")
NOW = datetime(2026, 11, 25, tzinfo=UTC)
COLUMNS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_tokens",
)
PROVIDER: dict[str, tuple[int | None, ...]] = {
    "gpt-4o": (3564, 2053, None, 307, 0),
    "gpt-5.6": (4525, 2539, 1409, 954, 641),
    "o4-mini": (1410, 601, None, 1636, 1217),
    "o3": (2818, 1787, 0, 1150, 887),
    "text-embedding-3-small": (2311, None, None, None, None),
}
"""The usage in the providers' replayed replies, by model."""

UNREPORTED: dict[tuple[str, str], dict[str, Any]] = {
    **{("openai-v2", model): dict.fromkeys(COLUMNS[1:3] + COLUMNS[4:]) for model in ("gpt-4o", "gpt-5.6", "o4-mini")},
    ("openllmetry", "gpt-5.6"): {"cache_creation_input_tokens": None},
    ("openllmetry", "o4-mini"): {"reasoning_tokens": None},
    ("openllmetry", "o3"): {"cache_creation_input_tokens": None},
    ("openllmetry", "text-embedding-3-small"): {"cache_read_input_tokens": 0},
}
"""Where an instrumentation says something else: it leaves figures out, or writes a 0 that the provider did not."""


UNWATCHED = ("openai-v2", "o3")
"""It does not watch the Responses API."""


def build_rows(source: str) -> list[Row]:
    spans = [span for span in decode_spans(read_recorded(source), encoding="protobuf") if isinstance(span, Span)]
    return [build_row(make_event(event), RowContext(ingested_at=NOW)) for event in build_events(spans, team_id=1)]


def make_event(captured: dict[str, Any]) -> AiEvent:
    return AiEvent(
        uuid=UUID(captured["uuid"]),
        event=captured["event"],
        timestamp=datetime.fromisoformat(captured["timestamp"]),
        team_id=1,
        distinct_id=captured["distinct_id"],
        properties=captured["properties"],
    )


def find_row(source: str, model: str) -> Row:
    (row,) = (row for row in build_rows(source) if row["model"] == model)
    return row


@pytest.mark.parametrize(("source", "model"), [pair for pair in product(SOURCES, PROVIDER) if pair != UNWATCHED])
def test_counts_are_the_providers(source: str, model: str) -> None:
    """Each token column is what the provider reported; what an instrumentation leaves out is NULL, never 0."""
    expected = dict(zip(COLUMNS, PROVIDER[model], strict=True)) | UNREPORTED.get((source, model), {})
    row = find_row(source, model)
    assert {name: row[name] for name in COLUMNS} == expected
    assert row["integrity_flags"] == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_failure_has_an_error_and_no_counts(source: str) -> None:
    """A refused call used nothing, and nothing is missed about it."""
    row = find_row(source, "gpt-5.4-nano")
    assert row["is_error"] == 1
    assert row["error_type"].endswith("RateLimitError")
    assert [row[name] for name in COLUMNS] == [None] * len(COLUMNS)
    assert row["integrity_flags"] == []


@pytest.mark.parametrize("source", SOURCES)
def test_an_event_is_named_after_its_call(source: str) -> None:
    """Chats are generations, embeddings embeddings; the application's own span is nobody's AI."""
    events = {row["model"]: row["event"] for row in build_rows(source)}
    assert events["gpt-4o"] == "$ai_generation"
    assert events["text-embedding-3-small"] == "$ai_embedding"
    assert "answer a question" not in {row["span_name"] for row in build_rows(source)}


@pytest.mark.parametrize("source", SOURCES)
def test_names_and_times_are_the_spans(source: str) -> None:
    """Who, by whom, within what, how long."""
    row = find_row(source, "gpt-4o")
    assert (row["provider"], row["distinct_id"], row["lib"]) == ("openai", "ada", "posthog-otel")
    assert len(row["trace_id"]) == 32
    assert row["parent_id"]
    assert row["generation_id"].startswith("chatcmpl-")
    assert 0 < row["latency"] < 60


@pytest.mark.parametrize("source", ["openllmetry", "openinference"])
def test_a_stream_has_its_time_to_first_token(source: str) -> None:
    """Both mark the first token with an event of the span."""
    row = find_row(source, "o4-mini")
    assert row["is_stream"] == 1
    assert 0 < row["time_to_first_token"] <= row["latency"]


@pytest.mark.parametrize("source", ["openllmetry", "openinference"])
def test_content_has_its_columns_and_no_other_place(source: str) -> None:
    """What was said is in `input` and `output_choices`, and nowhere in `properties`."""
    row = find_row(source, "gpt-4o")
    assert "What is a span?" in row["input"]
    assert "High water" in row["output_choices"]
    assert "What is a span?" not in row["properties"]
    assert "High water" not in row["properties"]


def test_vectors_are_stored_nowhere() -> None:
    """An embedding's vector is neither content nor evidence."""
    row = find_row("openinference", "text-embedding-3-small")
    assert "span" in row["input"]
    assert "0.03125" not in "".join(str(value) for value in row.values())
