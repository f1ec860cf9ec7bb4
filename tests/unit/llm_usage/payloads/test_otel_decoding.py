"""OTLP requests in both encodings, and what exporters make of the protocol."""

import json
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.payloads.otel.decoded_values import MAX_DEPTH, TOO_DEEP
from posthog.llm_usage.payloads.otel.decoding import Encoding, decode_spans
from posthog.llm_usage.payloads.otel.message_count import MAX_MESSAGES, TooManyMessages
from posthog.llm_usage.payloads.otel.spans import Span
from tests.otlp import START_NS, TRACE_ID, encode_json, encode_protobuf, make_span

JSON_SPAN = {
    "traceId": TRACE_ID,
    "spanId": "0000000000000002",
    "parentSpanId": "0000000000000001",
    "name": "chat gpt-4o",
    "kind": 3,
    "startTimeUnixNano": str(START_NS),
    "endTimeUnixNano": str(START_NS + 2_000_000_000),
}


def decode_one(body: bytes) -> Span:
    (span,) = decode_spans(body, encoding="json")
    assert isinstance(span, Span)
    return span


def decode_value(value: Any) -> Any:
    span = JSON_SPAN | {"attributes": [{"key": "a", "value": value}]}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    return decode_one(body.encode()).attributes["a"]


def test_both_encodings_decode_to_the_same_span() -> None:
    """A span is the same span whichever encoding carried it."""
    attributes = {"text": "a", "flag": True, "count": 2**40, "ratio": 0.5, "list": ["a", 1]}
    span = make_span(attributes, number=2, parent=1, name="chat gpt-4o", resource={"service.name": "s"})
    (decoded,) = decode_spans(encode_protobuf(span, resource=span.resource), encoding="protobuf")
    assert decoded == span
    assert decode_one(encode_json({**JSON_SPAN, "attributes": attributes}, resource=span.resource)) == span


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"intValue": "9"}, 9, id="integers are text"),
        pytest.param({"intValue": 9}, 9, id="or numbers"),
        pytest.param({"intValue": "-9"}, -9, id="also negative"),
        pytest.param({"intValue": "9" * 30}, "9" * 30, id="past 64 bits stays text"),
        pytest.param({"doubleValue": "NaN"}, "NaN", id="no number, as text"),
        pytest.param({"doubleValue": float("inf")}, "inf", id="no number, as such"),
        pytest.param({"bytesValue": "AAECAwQF"}, "[binary, 6 bytes]", id="bytes give way to their size"),
        pytest.param({"stringValue": None, "intValue": "3"}, 3, id="null is not set"),
        pytest.param({}, None, id="nothing is set"),
        pytest.param(None, None, id="no value"),
        pytest.param({"arrayValue": {}}, [], id="an empty list"),
        pytest.param({"kvlistValue": {"values": [{"key": "b", "value": {"intValue": 1}}]}}, {"b": 1}, id="an object"),
        pytest.param({"newKindOfValue": 1}, None, id="a kind of tomorrow"),
    ],
)
def test_json_values_decode(value: Any, expected: Any) -> None:
    """Each kind of attribute value becomes the plain value it stands for."""
    assert decode_value(value) == expected


def test_values_nested_too_deep_give_way_to_a_note() -> None:
    """No attribute can exhaust the stack."""
    value: dict[str, Any] = {"intValue": 1}
    for _ in range(200):
        value = {"arrayValue": {"values": [value]}}
    decoded = decode_value(value)
    for _ in range(MAX_DEPTH):
        (decoded,) = decoded
    assert decoded == TOO_DEEP


@pytest.mark.parametrize(
    "status", [pytest.param({"code": 2}, id="number"), pytest.param({"code": "STATUS_CODE_ERROR"}, id="name")]
)
def test_enums_are_read_by_number_and_by_name(status: dict[str, Any]) -> None:
    """Exporters write enums either way."""
    assert decode_one(encode_json({**JSON_SPAN, "status": status})).status_code == 2


def test_ids_are_hex_in_either_case() -> None:
    """JSON carries ids in hex, never in base64."""
    assert decode_one(encode_json({**JSON_SPAN, "traceId": TRACE_ID.upper()})).trace_id == TRACE_ID


def test_a_parent_of_zeros_is_no_parent() -> None:
    """Some exporters write a root's parent as zeros."""
    assert decode_one(encode_json({**JSON_SPAN, "parentSpanId": "0" * 16})).parent_span_id == ""


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"traceId": "W47/95gDgQPSabYzgT/GDA=="}, id="base64"),
        pytest.param({"traceId": "0" * 32}, id="zeros"),
        pytest.param({"traceId": None}, id="missing"),
        pytest.param({"spanId": "12"}, id="short"),
        pytest.param({"spanId": 12}, id="a number"),
        pytest.param({"parentSpanId": "xyz"}, id="parent"),
    ],
)
def test_a_span_without_identity_is_rejected_alone(broken: dict[str, Any]) -> None:
    """What cannot be told from others cannot be counted once; its neighbours can."""
    rejected, taken = decode_spans(encode_json({**JSON_SPAN, **broken}, JSON_SPAN), encoding="json")
    assert isinstance(rejected, InvalidEvent)
    assert rejected.code == "identity_missing"
    assert isinstance(taken, Span)


def test_a_protobuf_span_without_identity_is_rejected_alone() -> None:
    """The same holds for the binary encoding."""
    broken = replace(make_span(), span_id="")
    rejected, taken = decode_spans(encode_protobuf(broken, make_span()), encoding="protobuf")
    assert isinstance(rejected, InvalidEvent)
    assert isinstance(taken, Span)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(START_NS, START_NS, id="number"),
        pytest.param("0", None, id="zero is not sent"),
        pytest.param("soon", None, id="text"),
        pytest.param(2**64, None, id="past 64 bits"),
        pytest.param(-1, None, id="negative"),
        pytest.param(True, None, id="boolean"),
    ],
)
def test_times_that_are_none_count_as_not_sent(start: Any, expected: int | None) -> None:
    """A span is not lost for its clock."""
    assert decode_one(encode_json({**JSON_SPAN, "startTimeUnixNano": start})).start_ns == expected


@pytest.mark.parametrize(
    "body", [pytest.param(b"{}", id="json"), pytest.param(b'{"resourceSpans": null}', id="null in json")]
)
def test_a_json_request_may_be_empty(body: bytes) -> None:
    """A request without spans is a request."""
    assert decode_spans(body, encoding="json") == []


def test_a_protobuf_request_may_be_empty() -> None:
    """Protobuf writes a request without spans as no bytes at all."""
    assert decode_spans(b"", encoding="protobuf") == []


def test_unknown_fields_are_ignored() -> None:
    """A field of a later version of the protocol costs nothing."""
    body = json.loads(encode_json({**JSON_SPAN, "newField": {"a": 1}, "flags": 257}))
    assert decode_one(json.dumps(body | {"newField": []}).encode()).name == "chat gpt-4o"
    unknown = ExportTraceServiceRequest.FromString(encode_protobuf(make_span())).SerializeToString() + b"\x9a\x06\x01a"
    assert len(decode_spans(unknown, encoding="protobuf")) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "body_not_json", id="empty"),
        pytest.param(b"[]", "body_not_otlp", id="a list"),
        pytest.param(b"null", "body_not_otlp", id="null"),
        pytest.param(b'{"resourceSpans": {}}', "body_not_otlp", id="no list of spans"),
        pytest.param(b'{"resourceSpans": [', "body_not_json", id="cut short"),
        pytest.param(b"[" * 100_000, "body_too_deep", id="a bomb"),
    ],
)
def test_a_json_body_that_is_no_request_is_refused(body: bytes, code: str) -> None:
    """Nothing in it was understood, and the reason says why."""
    with pytest.raises(InvalidBody) as refused:
        decode_spans(body, encoding="json")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{}", id="json"),
        pytest.param(b"\xff\xff\xff", id="noise"),
        pytest.param(encode_protobuf(make_span())[:-3], id="cut short"),
    ],
)
def test_a_protobuf_body_that_is_no_request_is_refused(body: bytes) -> None:
    """The other encoding's bodies included."""
    with pytest.raises(InvalidBody) as refused:
        decode_spans(body, encoding="protobuf")
    assert refused.value.code == "body_not_protobuf"


def repeat(message: bytes, *fields: int) -> bytes:
    """A message inside others, by their field numbers."""
    for field in fields:
        message = bytes([field << 3 | 2]) + encode_varint(len(message)) + message
    return message


def encode_varint(number: int) -> bytes:
    more = number >> 7
    return bytes([number & 127 | 128]) + encode_varint(more) if more else bytes([number])


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(repeat(b"\x12\x00" * (MAX_MESSAGES + 1), 2, 1), "protobuf", id="spans"),
        pytest.param(repeat(b"\x4a\x00" * (MAX_MESSAGES + 1), 2, 2, 1), "protobuf", id="attributes"),
        pytest.param(repeat(b"\x0a\x00" * (MAX_MESSAGES + 1), 5, 2, 9, 2, 2, 1), "protobuf", id="values of a list"),
        pytest.param(b'{"resourceSpans": [' + b"{}," * MAX_MESSAGES + b"{}]}", "json", id="objects"),
    ],
)
def test_a_request_that_would_unfold_without_end_is_refused(body: bytes, encoding: Encoding) -> None:
    """Two bytes on the wire are 170 in memory: they are counted before they are decoded."""
    with pytest.raises(TooManyMessages):
        decode_spans(body, encoding=encoding)


def test_a_large_request_of_long_texts_is_taken() -> None:
    """What counts is how many messages there are, not how long."""
    spans = [make_span({"gen_ai.input.messages": "x" * 100_000}, number=number + 1) for number in range(30)]
    assert len(decode_spans(encode_protobuf(*spans), encoding="protobuf")) == 30
