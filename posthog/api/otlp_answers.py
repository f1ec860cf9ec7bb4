"""
Answers as OTLP/HTTP wants them: protobuf to who sent protobuf, JSON to who sent JSON.

Source: OTLP specification 1.9, "OTLP/HTTP Response"; google.rpc.Status and Code.
"""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from django.http import HttpResponse
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from posthog.llm_usage.payloads.otel.decoding import Encoding

CONTENT_TYPES: Mapping[Encoding, str] = {"protobuf": "application/x-protobuf", "json": "application/json"}

GRPC_CODES: Mapping[int, int] = {
    HTTPStatus.UNAUTHORIZED: 16,
    HTTPStatus.FORBIDDEN: 7,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: 8,
    HTTPStatus.TOO_MANY_REQUESTS: 8,
    HTTPStatus.SERVICE_UNAVAILABLE: 14,
}
"""gRPC's word for an HTTP status; 3, an invalid argument, for all others."""
INVALID_ARGUMENT = 3


def answer_success(encoding: Encoding, *, rejected: int = 0, reason: str = "") -> HttpResponse:
    """
    200: everything else was taken for good.

    Args:
        rejected: Spans that will never be taken, and why; an exporter logs it and does not send them again.
    """
    if encoding == "json":
        partial = {"rejectedSpans": str(rejected), "errorMessage": reason}
        return _answer(orjson.dumps({"partialSuccess": partial} if rejected else {}), encoding, HTTPStatus.OK)
    response = ExportTraceServiceResponse()
    if rejected:
        response.partial_success.rejected_spans = rejected
        response.partial_success.error_message = reason
    return _answer(response.SerializeToString(), encoding, HTTPStatus.OK)


def answer_failure(
    encoding: Encoding, status: int, message: str, *, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Nothing was taken; 429 and 503 ask an exporter to send it again, after `Retry-After` seconds."""
    code = GRPC_CODES.get(status, INVALID_ARGUMENT)
    body = (
        orjson.dumps({"code": code, "message": message})
        if encoding == "json"
        else Status(code=code, message=message).SerializeToString()
    )
    return _answer(body, encoding, status, headers)


def _answer(body: bytes, encoding: Encoding, status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=CONTENT_TYPES[encoding], headers=headers)
