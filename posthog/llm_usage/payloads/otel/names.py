"""
Who and what a span names: model, provider, framework, session, person. Each has had several names over the years.

Source: OpenTelemetry semantic conventions, GenAI attribute registry; `opentelemetry-semantic-conventions-ai`;
OpenInference semantic conventions; the AI SDK's telemetry.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.payloads.fields import find_text
from posthog.llm_usage.payloads.otel.json_text import parse_object
from posthog.llm_usage.payloads.otel.kinds import AI_SDK_OPERATION
from posthog.llm_usage.payloads.otel.spans import Attributes, Span

TEXTS: Mapping[str, tuple[str, ...]] = {
    "$ai_model": (
        *("gen_ai.response.model", "llm.response.model", "llm.response.model_name", "ai.response.model"),
        *("gen_ai.request.model", "llm.request.model", "llm.model_name", "llm.request.model_name"),
        *("embedding.model_name", "ai.model.id", "model_name"),
    ),
    "$ai_session_id": (
        *("$ai_session_id", "ai.telemetry.metadata.$ai_session_id", "session.id", "gen_ai.conversation.id"),
        *("ai.telemetry.metadata.sessionId", "traceloop.association.properties.session_id"),
    ),
    "$ai_span_type": (
        *("gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind", "llm.request.type"),
        *("ai.operationId",),
    ),
    "$ai_service_tier": ("gen_ai.openai.response.service_tier", "openai.response.service_tier"),
    "$ai_base_url": ("gen_ai.openai.api_base", "server.address"),
    "$ai_prompt_name": ("$ai_prompt_name", "gen_ai.prompt.name", "ai.telemetry.metadata.$ai_prompt_name"),
    "$ai_stop_reason": ("ai.response.finishReason", "llm.response.finish_reason", "llm.finish_reason"),
}
"""Property → the attributes that name it, the surest first: the model that answered before the one asked."""

ANSWER_IDS = ("gen_ai.response.id", "llm.response.id", "ai.response.id")
TRACE_NAMES = ("traceloop.workflow.name", "gen_ai.workflow.name", "gen_ai.agent.name", "ai.telemetry.functionId")
PROVIDERS = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "llm.vendor", "ai.model.provider")
AI_SDK_PROVIDERS: Mapping[str, str] = {"google.vertex": "google-vertex", "google.generative-ai": "google"}
DISTINCT_IDS = (
    *("ai.telemetry.metadata.posthog_distinct_id", "posthog.distinct_id", "user.id", "enduser.id"),
    *("traceloop.association.properties.user_id", "ai.telemetry.metadata.userId", "gen_ai.user", "llm.user"),
)
FRAMEWORKS: Mapping[str, str] = {
    "langchain": "langchain",
    "llama_index": "llamaindex",
    "llamaindex": "llamaindex",
    "pydantic-ai": "pydantic-ai",
    "pydantic_ai": "pydantic-ai",
    "crewai": "crewai",
    "haystack": "haystack",
    "strands": "strands",
    "autogen": "autogen",
    "openai_agents": "openai-agents",
}
"""A part of the instrumentation's name → the framework that it watches."""


def find_distinct_id(span: Span) -> str:
    """Who caused the span; '' where nobody is named. A process may serve many, so the span comes first."""
    return find_text(span.attributes, *DISTINCT_IDS) or find_text(span.resource, *DISTINCT_IDS) or ""


def find_answer_id(attributes: Attributes) -> str | None:
    """The provider's id of the answer; OpenInference names it only inside the answer itself."""
    return find_text(attributes, *ANSWER_IDS) or find_text(parse_object(attributes.get("output.value")), "id")


def read_names(span: Span) -> dict[str, str | None]:
    """The event's properties that name something; None for what nobody named."""
    attributes = span.attributes
    names = {name: find_text(attributes, *sources) for name, sources in TEXTS.items()}
    return names | {
        "$ai_model": names["$ai_model"] or find_text(read_invocation(attributes), "model"),
        "$ai_span_name": span.name or None,
        "$ai_trace_name": None if span.parent_span_id else find_text(attributes, *TRACE_NAMES) or span.name or None,
        "$ai_generation_id": find_answer_id(attributes),
        "$ai_stop_reason": names["$ai_stop_reason"] or _find_finish_reason(attributes),
        "$ai_provider": _find_provider(attributes),
        "$ai_framework": _find_framework(span),
        "otel.scope.name": span.scope_name or None,
    }


def read_invocation(attributes: Attributes) -> Mapping[str, Any]:
    """What OpenInference says was asked for, beside the messages; empty where it says nothing."""
    return parse_object(find_text(attributes, "llm.invocation_parameters", "embedding.invocation_parameters"))


def _find_provider(attributes: Attributes) -> str | None:
    """The provider; the AI SDK writes the API behind it, as in `openai.chat`."""
    named = find_text(attributes, *PROVIDERS)
    if named is None or AI_SDK_OPERATION not in attributes:
        return named
    for prefix, provider in AI_SDK_PROVIDERS.items():
        if named.startswith(prefix):
            return provider
    return named.partition(".")[0]


def _find_framework(span: Span) -> str | None:
    if AI_SDK_OPERATION in span.attributes:
        return "vercel"
    scope = span.scope_name.lower()
    return next((framework for part, framework in FRAMEWORKS.items() if part in scope), None)


def _find_finish_reason(attributes: Attributes) -> str | None:
    reasons = attributes.get("gen_ai.response.finish_reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else reasons
    return first if isinstance(first, str) and first else None
