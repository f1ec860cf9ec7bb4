"""
The body of an OTLP export request → its spans, whichever of the two encodings it came in.

A body that is no request at all is an `InvalidBody`. A span that cannot be told from others (its ids are missing or
malformed) is rejected alone; its neighbours stay. Fields that nobody knows are ignored, as the protocol asks.

Source: OTLP specification 1.9, sections "OTLP/HTTP" and "JSON Protobuf Encoding".
"""

from typing import Literal

from posthog.errors import InvalidEvent
from posthog.llm_usage.payloads.otel.decoding_json import decode_json
from posthog.llm_usage.payloads.otel.decoding_protobuf import decode_protobuf
from posthog.llm_usage.payloads.otel.spans import Span

Encoding = Literal["protobuf", "json"]


def decode_spans(body: bytes, *, encoding: Encoding) -> list[Span | InvalidEvent]:
    """
    Decode one request.

    Args:
        body: Decompressed.
    Returns:
        One entry per span, in order; for one that cannot be taken, the reason.
    Raises:
        InvalidBody: The body is no export request.
    """
    return decode_protobuf(body) if encoding == "protobuf" else decode_json(body)
