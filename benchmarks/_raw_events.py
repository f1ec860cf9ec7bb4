"""
Raw events into ClickHouse, and a materialized view that takes the columns out of them with JSONExtract.

As upstream does it: the event is a row of a few columns and its properties as one JSON text; the view reads each
column out of that text, and writes the text again without what was said. The table it writes to is ours, so that
both ways write to the same indexes and in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from posthog.llm_usage.identity import NIL
from posthog.llm_usage.rows import HEAVY_PROPERTIES, TEXT_PROPERTIES, Row
from posthog.models.ai_events.sql import TABLE, create_table_sql

RAW_TABLE, EXTRACTED_TABLE, VIEW = "bench_raw_events", "bench_extracted_events", "bench_raw_events_mv"
EVENTS_PER_BATCH = 100
TEAM_ID = 1
SAME_COLUMNS = {
    "uuid": "UUID",
    "event": "String",
    "timestamp": "DateTime64(6, 'UTC')",
    "team_id": "Int64",
    "distinct_id": "String",
    "person_id": "UUID",
    "_timestamp": "DateTime",
    "_offset": "UInt64",
    "_partition": "UInt64",
}
"""Taken over by the view as they are."""
COUNTS = (
    *("total_tokens", "input_tokens", "output_tokens", "reasoning_tokens", "web_search_count"),
    *("cache_read_input_tokens", "cache_creation_input_tokens"),
    *(f"{kind}_{side}_tokens" for kind in ("text", "image", "audio", "video") for side in ("input", "output")),
)
AMOUNTS = (
    *(f"{part}_cost_usd" for part in ("input", "output", "total", "request", "web_search", "audio", "image", "video")),
    *("latency", "time_to_first_token"),
)
TEXTS = (
    *("session_id", "parent_id", "span_id", "span_type", "generation_id", "experiment_id", "span_name", "trace_name"),
    *("prompt_name", "model", "provider", "framework", "error_type", "error_normalized"),
)
"""The text columns that upstream has; ours has more."""


def list_statements() -> Iterator[str]:
    """What makes the raw table, which keeps nothing, the table behind it and the view between them."""
    (storage,) = create_table_sql()
    columns = {**SAME_COLUMNS, "properties": "String"}
    names_and_types = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    yield f"CREATE TABLE {RAW_TABLE} ({names_and_types}) ENGINE = Null"
    yield storage.replace(f"EXISTS {TABLE} ", f"EXISTS {EXTRACTED_TABLE} ", 1)
    selected = ", ".join(_list_selected())
    yield f"CREATE MATERIALIZED VIEW {VIEW} TO {EXTRACTED_TABLE} AS SELECT {selected} FROM {RAW_TABLE} AS raw"


def write_batches(rows: Sequence[Row]) -> list[bytes]:
    """The same calls as an SDK posts them, a hundred events a batch."""
    events = [
        {
            **{name: row[name] for name in ("event", "uuid", "timestamp", "distinct_id")},
            "properties": _list_properties(row),
        }
        for row in rows
    ]
    starts = range(0, len(rows), EVENTS_PER_BATCH)
    return [orjson.dumps({"batch": events[start : start + EVENTS_PER_BATCH]}) for start in starts]


def read_batches(batches: Iterable[bytes]) -> dict[str, list[Any]]:
    """What is inserted of them: everything but the identifying columns as one text."""
    now = datetime.now(UTC)
    columns: dict[str, list[Any]] = {name: [] for name in (*SAME_COLUMNS, "properties")}
    for batch in batches:
        for position, event in enumerate(orjson.loads(batch)["batch"]):
            columns["uuid"].append(UUID(event["uuid"]))
            columns["event"].append(event["event"])
            columns["timestamp"].append(datetime.fromisoformat(event["timestamp"]))
            columns["team_id"].append(TEAM_ID)
            columns["distinct_id"].append(event["distinct_id"])
            columns["person_id"].append(NIL)
            columns["_timestamp"].append(now)
            columns["_offset"].append(0)
            columns["_partition"].append(position)
            columns["properties"].append(orjson.dumps(event["properties"]).decode())
    return columns


def _list_properties(row: Row) -> dict[str, Any]:
    properties: dict[str, Any] = orjson.loads(row["properties"])
    properties |= {f"$ai_{column}": row[column] for column in (*COUNTS, *AMOUNTS) if row[column] is not None}
    for name, column in HEAVY_PROPERTIES.items():
        text = row[column]
        if text is not None:
            properties[name] = orjson.Fragment(text) if text[:1] in "[{" else text
    return properties


def _list_selected() -> Iterator[str]:
    yield from SAME_COLUMNS
    yield f"{_without_heavy()} AS properties"
    yield "JSONExtractString(raw.properties, '$ai_trace_id') AS trace_id"
    names = {column: name for name, column in TEXT_PROPERTIES.items()}
    yield from (_extract(names[column], column, "Nullable(String)") for column in TEXTS)
    yield from (_extract(f"$ai_{column}", column, "Nullable(Int64)") for column in COUNTS)
    yield from (_extract(f"$ai_{column}", column, "Nullable(Float64)") for column in AMOUNTS)
    yield "JSONExtractRaw(raw.properties, '$ai_is_error') = 'true' AS is_error"
    yield _extract("$ai_error", "error", "Nullable(String)")
    for name, column in HEAVY_PROPERTIES.items():
        yield f"nullIf(JSONExtractRaw(raw.properties, '{name}'), '') AS {column}"


def _extract(name: str, column: str, type_: str) -> str:
    return f"JSONExtract(raw.properties, '{name}', '{type_}') AS {column}"


def _without_heavy() -> str:
    heavy = ", ".join(f"'{name}'" for name in HEAVY_PROPERTIES)
    kept = f"arrayFilter(pair -> pair.1 NOT IN ({heavy}), JSONExtractKeysAndValuesRaw(raw.properties))"
    members = f"arrayMap(pair -> concat(toJSONString(pair.1), ':', pair.2), {kept})"
    return f"concat('{{', arrayStringConcat({members}, ','), '}}')"
