"""
A span as OTLP carries it, decoded: names as text, ids in hex, attributes as plain JSON values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Attributes = Mapping[str, Any]
"""Text, bool, int, float, None, lists and objects of these. What JSON cannot hold (NaN, bytes) is a text."""

STATUS_ERROR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """Something that happened during a span; `time_ns` in nanoseconds since 1970, None where not sent."""

    name: str
    time_ns: int | None
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    Attributes:
        trace_id: 32 hex digits, never all zeros; `span_id` 16.
        parent_span_id: 16 hex digits; '' at the root of a trace.
        start_ns: Nanoseconds since 1970, `end_ns` likewise; None where not sent.
        status_code: 0 unset, 1 ok, 2 error.
        resource: What the process says of itself, the same for all its spans.
        scope_name: The instrumentation that made the span.
    """

    trace_id: str
    span_id: str
    parent_span_id: str = ""
    name: str = ""
    start_ns: int | None = None
    end_ns: int | None = None
    status_code: int = 0
    status_message: str = ""
    attributes: Attributes
    events: tuple[SpanEvent, ...] = ()
    resource: Attributes
    scope_name: str = ""
    scope_version: str = ""
