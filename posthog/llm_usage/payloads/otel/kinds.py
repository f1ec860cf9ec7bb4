"""
What a span tells of: a call of a model, an embedding, another step of an AI application, or nothing of the kind.

Only a span that is itself a model call counts tokens. The spans around it (agents, workflows, the AI SDK's
`ai.generateText` around its `…doGenerate`) repeat the sum of what is below them.

Source: OpenTelemetry semantic conventions, GenAI spans and agent spans; OpenLLMetry, OpenInference and AI SDK
telemetry, as their instrumentations write them.
"""

from collections.abc import Mapping
from typing import Literal

from posthog.llm_usage.payloads.otel.spans import Attributes, Span
from posthog.llm_usage.readings import otel

SpanKind = Literal["generation", "embedding", "step"]

MARKS = ("gen_ai.", "ai.", "llm.", "traceloop.", "openinference.", "pydantic_ai.", "$ai_")
"""The beginnings of names of attributes that only AI applications use."""

OPERATIONS: Mapping[str, SpanKind] = {
    "chat": "generation",
    "text_completion": "generation",
    "generate_content": "generation",
    "completion": "generation",
    "embeddings": "embedding",
    "embedding": "embedding",
}
OPEN_INFERENCE: Mapping[str, SpanKind] = {"llm": "generation", "embedding": "embedding"}
CLASSIFIERS: tuple[tuple[str, Mapping[str, SpanKind]], ...] = (
    ("gen_ai.operation.name", OPERATIONS),
    ("openinference.span.kind", OPEN_INFERENCE),
    ("llm.request.type", OPERATIONS),
)
"""Attribute → what its values mean; the first that a span has decides."""

AI_SDK_OPERATION = "ai.operationId"
AI_SDK_EMBEDDING = ".doEmbed"
AI_SDK_GENERATION = (".doGenerate", ".doStream")
RESPONSE_NAMES = ("gen_ai.response.model", "gen_ai.response.id", "llm.response.model")


def find_kind(span: Span) -> SpanKind | None:
    """Classify a span; None where it has nothing to do with AI."""
    attributes = span.attributes
    if not is_ai(span):
        return None
    operation = attributes.get(AI_SDK_OPERATION)
    if isinstance(operation, str):  # decides before all others: the SDK puts `gen_ai.*` on its outer spans too
        return _read_ai_sdk(operation)
    for name, meanings in CLASSIFIERS:
        value = attributes.get(name)
        if isinstance(value, str):
            return meanings.get(value.lower(), "step")
    return "generation" if _is_answered(attributes) else "step"


def is_ai(span: Span) -> bool:
    """Whether the span is an AI application's: by its name, its attributes or what happened in it."""
    names = (span.name, *span.attributes, *(event.name for event in span.events))
    return any(name.startswith(MARKS) for name in names)


def _read_ai_sdk(operation: str) -> SpanKind:
    if operation.endswith(AI_SDK_EMBEDDING):
        return "embedding"
    return "generation" if operation.endswith(AI_SDK_GENERATION) else "step"


def _is_answered(attributes: Attributes) -> bool:
    """Instrumentations before the conventions name no operation; a model's answer and its usage tell as much."""
    return any(attributes.get(name) for name in RESPONSE_NAMES) and otel.is_otel(attributes)
