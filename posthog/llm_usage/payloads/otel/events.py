"""
Spans → captured events: what PostHog's SDK would have sent to `/batch/` for the same call.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from posthog.llm_usage.identity import derive_event_uuid
from posthog.llm_usage.payloads.otel.content import read_content
from posthog.llm_usage.payloads.otel.kinds import SpanKind, find_kind
from posthog.llm_usage.payloads.otel.names import find_distinct_id
from posthog.llm_usage.payloads.otel.properties import read_properties
from posthog.llm_usage.payloads.otel.spans import Span
from posthog.llm_usage.payloads.otel.wrappers import find_wrappers

CapturedEvent = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def build_events(spans: Iterable[Span], *, team_id: int) -> list[CapturedEvent]:
    """
    Turn the spans of one request into events; those that have nothing to do with AI become none.

    Returns:
        `event`, `uuid`, `distinct_id` ('' where nobody is named), `timestamp` (ISO 8601; missing where the span names
        no time), `properties`. The uuid follows from team, trace and span: a span that is exported twice counts once.
    """
    spans = list(spans)
    wrappers = find_wrappers(spans)
    kinds = ((span, find_kind(span)) for span in spans)
    return [
        _build_event(span, "step" if (span.trace_id, span.span_id) in wrappers else kind, team_id)
        for span, kind in kinds
        if kind is not None
    ]


def _build_event(span: Span, kind: SpanKind, team_id: int) -> CapturedEvent:
    event: CapturedEvent = {
        "event": _name_event(span, kind),
        "uuid": str(derive_event_uuid(team_id, "otel", span.trace_id, span.span_id)),
        "distinct_id": find_distinct_id(span),
        "properties": read_properties(span, kind) | read_content(span, kind),
    }
    happened_ns = span.end_ns if span.start_ns is None else span.start_ns
    if happened_ns is not None:
        event["timestamp"] = (EPOCH + timedelta(microseconds=happened_ns // 1000)).isoformat()
    return event


def _name_event(span: Span, kind: SpanKind) -> str:
    """A trace is what its outermost span is, unless that is a model call itself."""
    if kind == "step":
        return "$ai_span" if span.parent_span_id else "$ai_trace"
    return f"$ai_{kind}"
