"""Spans to start a test from, OTLP requests of them in both encodings, and recorded requests of real exporters."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue

from posthog.llm_usage.payloads.otel.spans import Span

FOLDER = Path(__file__).parent / "fixtures" / "otlp"
TRACE_ID = "5b8efff798038103d269b633813fc60c"
START_NS = 1_795_473_656_000_000_000
USAGE: Mapping[str, Any] = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20}
CHAT: Mapping[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.id": "chatcmpl-1",
    **USAGE,
}


def read_recorded(name: str) -> bytes:
    """The body of one recorded request, protobuf."""
    return (FOLDER / f"{name}.pb").read_bytes()


def make_span(
    attributes: Mapping[str, Any] = CHAT, *, number: int = 1, parent: int | None = None, **fields: Any
) -> Span:
    """A span of two seconds; its id follows from its number."""
    given: dict[str, Any] = {
        "start_ns": START_NS,
        "end_ns": START_NS + 2_000_000_000,
        "resource": {},
        "trace_id": TRACE_ID,
    } | fields
    return Span(
        span_id=f"{number:016x}", parent_span_id=f"{parent:016x}" if parent else "", attributes=attributes, **given
    )


def encode_json(*spans: Mapping[str, Any], resource: Mapping[str, Any] | None = None) -> bytes:
    """A request of spans as OTLP's JSON has them; attributes are written as plain objects here."""
    written = [{**span, "attributes": _list_json(span.get("attributes", {}))} for span in spans]
    groups = [{"resource": {"attributes": _list_json(resource or {})}, "scopeSpans": [{"spans": written}]}]
    return json.dumps({"resourceSpans": groups}).encode()


def encode_protobuf(*spans: Span, resource: Mapping[str, Any] | None = None) -> bytes:
    """A request of these spans in protobuf."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(_list_protobuf(resource or {}))
    scope_spans = group.scope_spans.add()
    for span in spans:
        scope_spans.spans.add(
            trace_id=bytes.fromhex(span.trace_id),
            span_id=bytes.fromhex(span.span_id),
            parent_span_id=bytes.fromhex(span.parent_span_id),
            name=span.name,
            start_time_unix_nano=span.start_ns or 0,
            end_time_unix_nano=span.end_ns or 0,
            attributes=_list_protobuf(span.attributes),
        )
    return request.SerializeToString()


def _list_json(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _to_json(value)} for key, value in attributes.items()]


def _to_json(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_to_json(item) for item in value]}}
    return {"stringValue": value}


def _list_protobuf(attributes: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_to_protobuf(value)) for key, value in attributes.items()]


def _to_protobuf(value: Any) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[_to_protobuf(item) for item in value]))
    return AnyValue(string_value=value)
