"""
A span under the names that an SDK's event uses. Its attributes stay beside them, verbatim: the counts are read from
those by the same rules as ever (`readings.otel`).
"""

from typing import Any

from posthog.llm_usage.payloads.content import redact_secrets, replace_binary
from posthog.llm_usage.payloads.fields import find_number, find_text
from posthog.llm_usage.payloads.otel.content import is_content
from posthog.llm_usage.payloads.otel.kinds import AI_SDK_OPERATION, SpanKind
from posthog.llm_usage.payloads.otel.names import read_invocation, read_names
from posthog.llm_usage.payloads.otel.spans import STATUS_ERROR, Attributes, Span
from posthog.llm_usage.readings.otel import PREFIXES

LIBRARY = "posthog-otel"
"""`$lib` of every event that came as a span; upstream's name."""

AGGREGATED_USAGE = "$ai_aggregated_usage"
AGGREGATED_PREFIXES = (*PREFIXES, "gen_ai.aggregated_usage.")

STREAM_MARKS = ("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming", "gen_ai.request.is_stream")
FIRST_TOKEN_EVENTS = frozenset(
    {
        *("gen_ai.content.completion.chunk", "llm.content.completion.chunk", "First Token Stream Event"),
        "ai.stream.firstChunk",
    }
)
FIRST_TOKEN = "gen_ai.server.time_to_first_token"
FIRST_TOKENS_PER_S = {"openlit": 1, "strands": 1000}
"""
In which unit an instrumentation, by a part of its name, writes it. The conventions give the name to a metric in
seconds and to no attribute, and others write milliseconds or nanoseconds: of them nothing is read.

Source: OpenLIT (`set_attribute(GEN_AI_SERVER_TTFT, …)`), Strands Agents (`timeToFirstByteMs`), read 2026-11.
"""
REQUEST_PREFIX = "gen_ai.request."
NOT_PARAMETERS = frozenset({"model", "messages", "input", "tools", "functions", "prompt"})
NOISE = ("host.", "process.", "os.", "telemetry.sdk.")
"""What an SDK finds out about the machine: on every span, and nothing to do with the call."""
NS_PER_S = 1_000_000_000
AI_SDK_STREAM = ("Stream", "streamText", "streamObject")


def read_properties(span: Span, kind: SpanKind) -> dict[str, Any]:
    """Everything that the span says but its content; nothing for what it does not."""
    own: dict[str, Any] = {
        "$ai_trace_id": span.trace_id,
        "$ai_span_id": span.span_id,
        "$ai_parent_id": span.parent_span_id or None,
        "$lib": LIBRARY,
        "$lib_version": span.scope_version or None,
        **read_names(span),
        **_read_timing(span),
        **_read_error(span),
        **_read_parameters(span.attributes),
    }
    sent = _keep_sent(span, kind)
    return sent | {name: value for name, value in own.items() if value is not None}


def _keep_sent(span: Span, kind: SpanKind) -> dict[str, Any]:
    """The attributes as they came. Counts of a span that is no model call repeat others' and move out of the way."""
    resource = {name: value for name, value in span.resource.items() if not name.startswith(NOISE)}
    sent = {name: replace_binary(value) for name, value in (resource | dict(span.attributes)).items()}
    sent = {name: value for name, value in sent.items() if value is not None and not is_content(name)}
    if kind != "step":
        return sent
    repeated = {name: value for name, value in sent.items() if name.startswith(AGGREGATED_PREFIXES)}
    kept = {name: value for name, value in sent.items() if name not in repeated}
    return kept | {AGGREGATED_USAGE: repeated} if repeated else kept


def _read_timing(span: Span) -> dict[str, Any]:
    return {
        "$ai_latency": _measure_s(span, span.end_ns),
        "$ai_time_to_first_token": _find_first_token_s(span),
        "$ai_stream": _is_stream(span),
    }


def _measure_s(span: Span, at_ns: int | None) -> float | None:
    """Seconds since the span's start; None where a clock is missing or ran backwards."""
    if span.start_ns is None or at_ns is None or at_ns < span.start_ns:
        return None
    return (at_ns - span.start_ns) / NS_PER_S


def _find_first_token_s(span: Span) -> float | None:
    """The attributes that state their unit, else the event that marks it."""
    stated_s = find_number(span.attributes, "gen_ai.response.time_to_first_chunk")
    stated_ms = find_number(span.attributes, "ai.response.msToFirstChunk")
    if stated_s is not None or stated_ms is not None:
        return stated_s if stated_ms is None else stated_ms / 1000
    if (known_s := _find_known_first_token_s(span)) is not None:
        return known_s
    times = [event.time_ns for event in span.events if event.name in FIRST_TOKEN_EVENTS and event.time_ns is not None]
    return _measure_s(span, min(times)) if times else None


def _find_known_first_token_s(span: Span) -> float | None:
    """Of the instrumentations whose unit is known; a whole answer has no first token, though OpenLIT names one."""
    written, scope = find_number(span.attributes, FIRST_TOKEN), span.scope_name.lower()
    if written is None or _is_stream(span) is False:
        return None
    return next((written / per_s for part, per_s in FIRST_TOKENS_PER_S.items() if part in scope), None)


def _is_stream(span: Span) -> bool | None:
    """None where nothing tells."""
    operation = find_text(span.attributes, AI_SDK_OPERATION) or ""
    said = [span.attributes.get(name) for name in STREAM_MARKS]
    said += [read_invocation(span.attributes).get("stream"), operation.endswith(AI_SDK_STREAM) if operation else None]
    if True in said or any(event.name in FIRST_TOKEN_EVENTS for event in span.events):
        return True
    return False if False in said else None


def _read_error(span: Span) -> dict[str, Any]:
    """`error.type` is set where an operation ended in an error, and only there."""
    raised = next((event.attributes for event in reversed(span.events) if event.name == "exception"), {})
    error_type = find_text(span.attributes, "error.type") or find_text(raised, "exception.type")
    is_error = span.status_code == STATUS_ERROR or "error.type" in span.attributes
    if not is_error:
        return {"$ai_is_error": False}
    message = (
        span.status_message or find_text(raised, "exception.message") or find_text(span.attributes, "error.message")
    )
    return {
        "$ai_is_error": True,
        "$ai_error": redact_secrets(message) if message else None,
        "$ai_error_type": error_type,
        "$ai_http_status": find_text(span.attributes, "http.response.status_code", "http.status_code"),
    }


def _read_parameters(attributes: Attributes) -> dict[str, Any]:
    named = {
        name.removeprefix(REQUEST_PREFIX): value
        for name, value in attributes.items()
        if name.startswith(REQUEST_PREFIX)
    }
    tier = find_text(attributes, "gen_ai.openai.request.service_tier", "openai.request.service_tier")
    parameters = {**read_invocation(attributes), **named, "service_tier": tier}
    kept = {name: value for name, value in parameters.items() if name not in NOT_PARAMETERS and value is not None}
    return {"$ai_model_parameters": replace_binary(kept) or None}
