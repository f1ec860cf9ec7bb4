"""
OTLP's binary encoding: `ExportTraceServiceRequest` by the protocol's own generated classes.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.payloads.otel.decoded_values import (
    MAX_DEPTH,
    TOO_DEEP,
    describe_bytes,
    make_storable,
    parse_time_ns,
    require_id,
    require_parent_id,
)
from posthog.llm_usage.payloads.otel.message_count import require_few_messages
from posthog.llm_usage.payloads.otel.spans import Attributes, Span, SpanEvent


def decode_protobuf(body: bytes) -> list[Span | InvalidEvent]:
    """
    Decode; an empty body is a request without spans.

    Raises:
        InvalidBody: `body_not_protobuf`, `too_many_messages`.
    """
    require_few_messages(body)
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError:
        message = "body: expected a protobuf ExportTraceServiceRequest, it cannot be decoded"
        raise InvalidBody("body_not_protobuf", message) from None
    return list(_list_spans(request))


def _list_spans(request: ExportTraceServiceRequest) -> Iterator[Span | InvalidEvent]:
    for resource_spans in request.resource_spans:
        resource = _read_attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                try:
                    yield _read_span(span, resource, scope_spans.scope)
                except InvalidEvent as invalid:
                    yield invalid


def _read_span(span: SpanMessage, resource: Attributes, scope: InstrumentationScope) -> Span:
    return Span(
        trace_id=require_id(span.trace_id.hex(), "traceId", digits=32),
        span_id=require_id(span.span_id.hex(), "spanId", digits=16),
        parent_span_id=require_parent_id(span.parent_span_id.hex()),
        name=span.name,
        start_ns=parse_time_ns(span.start_time_unix_nano),
        end_ns=parse_time_ns(span.end_time_unix_nano),
        status_code=int(span.status.code),
        status_message=span.status.message,
        attributes=_read_attributes(span.attributes),
        events=tuple(_read_event(event) for event in span.events),
        resource=resource,
        scope_name=scope.name,
        scope_version=scope.version,
    )


def _read_event(event: SpanMessage.Event) -> SpanEvent:
    time_ns = parse_time_ns(event.time_unix_nano)
    return SpanEvent(name=event.name, time_ns=time_ns, attributes=_read_attributes(event.attributes))


def _read_attributes(attributes: Iterable[KeyValue], depth: int = 0) -> dict[str, Any]:
    return {item.key: _read_value(item.value, depth) for item in attributes}


def _read_value(value: AnyValue, depth: int) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        items = value.array_value.values
        return [_read_value(item, depth + 1) for item in items] if depth < MAX_DEPTH else TOO_DEEP
    if which == "kvlist_value":
        return _read_attributes(value.kvlist_value.values, depth + 1) if depth < MAX_DEPTH else TOO_DEEP
    if which == "bytes_value":
        return describe_bytes(len(value.bytes_value))
    if which == "double_value":
        return make_storable(value.double_value)
    return getattr(value, which) if which in ("string_value", "bool_value", "int_value") else None
