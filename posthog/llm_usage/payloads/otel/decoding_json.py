"""
OTLP's JSON encoding: protobuf's JSON with two changes of its own, ids are hex and enums are numbers.

Read by hand, for protobuf's reader takes ids for base64. Exporters differ: 64-bit integers come as text or as numbers,
enums also by name, empty values as `{}` or null. A value of the wrong type counts as not sent.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.payloads.fields import JsonObject, find_object
from posthog.llm_usage.payloads.otel.decoded_values import (
    MAX_DEPTH,
    TOO_DEEP,
    describe_bytes,
    make_storable,
    parse_integer,
    parse_time_ns,
    require_id,
    require_parent_id,
)
from posthog.llm_usage.payloads.otel.message_count import require_few_values
from posthog.llm_usage.payloads.otel.spans import Attributes, Span, SpanEvent

STATUS_CODES: Mapping[object, int] = {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2, "1": 1, "2": 2, 1: 1, 2: 2}


def decode_json(body: bytes) -> list[Span | InvalidEvent]:
    """
    Decode.

    Raises:
        InvalidBody: Not JSON, not an object with a list of `resourceSpans`, or `too_many_messages`.
    """
    require_few_values(body)
    request = parse_json(body.removeprefix(b"\xef\xbb\xbf").strip())
    groups = request.get("resourceSpans") if isinstance(request, dict) else None
    if not isinstance(request, dict) or not isinstance(groups, list | None):
        raise InvalidBody("body_not_otlp", "body: expected an object with an array of resourceSpans")
    return list(_list_spans(groups or []))


def _list_spans(groups: list[Any]) -> Iterator[Span | InvalidEvent]:
    for group in _list_objects(groups):
        resource = _read_attributes(find_object(group, "resource").get("attributes"))
        for scope_spans in _list_objects(group.get("scopeSpans")):
            scope = find_object(scope_spans, "scope")
            for span in _list_items(scope_spans.get("spans")):
                try:
                    yield _read_span(span, resource, scope)
                except InvalidEvent as invalid:
                    yield invalid


def _read_span(span: object, resource: Attributes, scope: JsonObject) -> Span:
    if not isinstance(span, dict):
        raise InvalidEvent("event_not_object", f"span: expected an object, got {type(span).__name__}")
    status = find_object(span, "status")
    return Span(
        trace_id=require_id(_read_id(span, "traceId"), "traceId", digits=32),
        span_id=require_id(_read_id(span, "spanId"), "spanId", digits=16),
        parent_span_id=require_parent_id(_read_id(span, "parentSpanId")),
        name=_read_text(span, "name"),
        start_ns=parse_time_ns(span.get("startTimeUnixNano")),
        end_ns=parse_time_ns(span.get("endTimeUnixNano")),
        status_code=_read_status_code(status.get("code")),
        status_message=_read_text(status, "message"),
        attributes=_read_attributes(span.get("attributes")),
        events=tuple(_read_event(event) for event in _list_objects(span.get("events"))),
        resource=resource,
        scope_name=_read_text(scope, "name"),
        scope_version=_read_text(scope, "version"),
    )


def _read_event(event: JsonObject) -> SpanEvent:
    time_ns = parse_time_ns(event.get("timeUnixNano"))
    return SpanEvent(
        name=_read_text(event, "name"), time_ns=time_ns, attributes=_read_attributes(event.get("attributes"))
    )


def _read_id(span: JsonObject, key: str) -> str:
    return _read_text(span, key).lower()


def _read_text(source: JsonObject, key: str) -> str:
    value = source.get(key)
    return value if isinstance(value, str) else ""


def _read_status_code(value: object) -> int:
    return STATUS_CODES.get(value, 0) if isinstance(value, str | int) and not isinstance(value, bool) else 0


def _read_attributes(attributes: object, depth: int = 0) -> dict[str, Any]:
    return {
        item["key"]: _read_value(item.get("value"), depth)
        for item in _list_objects(attributes)
        if isinstance(item.get("key"), str)
    }


def _read_value(value: object, depth: int) -> Any:
    """The value of the first kind that is set; None where none is."""
    kinds = value.items() if isinstance(value, dict) else ()
    return next((_read_kind(kind, held, depth) for kind, held in kinds if held is not None), None)


def _read_kind(kind: str, held: Any, depth: int) -> Any:
    if kind in ("arrayValue", "kvlistValue"):
        items = held.get("values") if isinstance(held, dict) else None
        if depth >= MAX_DEPTH:
            return TOO_DEEP
        if kind == "kvlistValue":
            return _read_attributes(items, depth + 1)
        return [_read_value(item, depth + 1) for item in _list_items(items)]
    if kind == "bytesValue":
        return describe_bytes(len(held) * 3 // 4) if isinstance(held, str) else None
    if kind == "intValue":
        integer = parse_integer(held)
        return _read_scalar(held) if integer is None else integer
    return _read_scalar(held) if kind in ("stringValue", "boolValue", "doubleValue") else None


def _read_scalar(held: object) -> Any:
    if isinstance(held, float):
        return make_storable(held)
    return held if isinstance(held, str | bool | int) else None


def _list_items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _list_objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _list_items(value) if isinstance(item, dict)]
