"""Which spans are calls of a model, by the attributes that each instrumentation documents."""

from typing import Any

import pytest

from posthog.llm_usage.payloads.otel.events import build_events
from posthog.llm_usage.payloads.otel.kinds import find_kind
from posthog.llm_usage.payloads.otel.spans import SpanEvent
from tests.otlp import USAGE, make_span


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        pytest.param({"gen_ai.operation.name": "chat"}, "generation", id="chat"),
        pytest.param({"gen_ai.operation.name": "text_completion"}, "generation", id="text completion"),
        pytest.param({"gen_ai.operation.name": "generate_content"}, "generation", id="generate content"),
        pytest.param({"gen_ai.operation.name": "embeddings"}, "embedding", id="embeddings"),
        pytest.param({"gen_ai.operation.name": "invoke_agent", **USAGE}, "step", id="an agent"),
        pytest.param({"gen_ai.operation.name": "execute_tool"}, "step", id="a tool"),
        pytest.param({"gen_ai.operation.name": "of tomorrow", **USAGE}, "step", id="an operation of tomorrow"),
        pytest.param({"openinference.span.kind": "LLM"}, "generation", id="OpenInference LLM"),
        pytest.param({"openinference.span.kind": "EMBEDDING"}, "embedding", id="OpenInference embedding"),
        pytest.param({"openinference.span.kind": "AGENT", **USAGE}, "step", id="OpenInference agent"),
        pytest.param({"llm.request.type": "chat"}, "generation", id="OpenLLMetry chat"),
        pytest.param({"llm.request.type": "completion"}, "generation", id="OpenLLMetry completion"),
        pytest.param({"llm.request.type": "embedding"}, "embedding", id="OpenLLMetry embedding"),
        pytest.param({"llm.request.type": "rerank", **USAGE}, "step", id="OpenLLMetry rerank"),
        pytest.param({"traceloop.span.kind": "workflow"}, "step", id="OpenLLMetry workflow"),
        pytest.param({"ai.operationId": "ai.generateText.doGenerate"}, "generation", id="AI SDK inner"),
        pytest.param({"ai.operationId": "ai.streamText.doStream"}, "generation", id="AI SDK inner stream"),
        pytest.param({"ai.operationId": "ai.embedMany.doEmbed"}, "embedding", id="AI SDK inner embedding"),
        pytest.param({"ai.operationId": "ai.generateText", **USAGE}, "step", id="AI SDK outer"),
        pytest.param(
            {"ai.operationId": "ai.generateText", "gen_ai.operation.name": "chat", **USAGE}, "step", id="AI SDK decides"
        ),
        pytest.param({"gen_ai.response.model": "gpt-4o", **USAGE}, "generation", id="an answer, no operation"),
        pytest.param({"model_name": "gpt-4o", **USAGE}, "step", id="usage alone is a sum"),
        pytest.param({"http.request.method": "POST"}, None, id="HTTP"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_a_span_is_what_its_attributes_say(attributes: dict[str, Any], kind: str | None) -> None:
    """Only spans that are model calls themselves are calls; what belongs to no AI is nothing."""
    assert find_kind(make_span(attributes, name="span")) == kind


def test_a_span_may_tell_by_its_name_or_its_events_alone() -> None:
    """Not every AI span has attributes of its own."""
    assert find_kind(make_span({}, name="ai.generateText")) == "step"
    event = SpanEvent(name="gen_ai.user.message", time_ns=None, attributes={})
    assert find_kind(make_span({}, name="chat", events=(event,))) == "step"


@pytest.mark.parametrize(
    ("attributes", "parent", "event"),
    [
        pytest.param({"gen_ai.operation.name": "chat"}, None, "$ai_generation", id="a call at the root"),
        pytest.param({"gen_ai.operation.name": "chat"}, 7, "$ai_generation", id="a call"),
        pytest.param({"gen_ai.operation.name": "embeddings"}, 7, "$ai_embedding", id="an embedding"),
        pytest.param({"gen_ai.operation.name": "invoke_agent"}, None, "$ai_trace", id="a root"),
        pytest.param({"gen_ai.operation.name": "execute_tool"}, 7, "$ai_span", id="a step"),
    ],
)
def test_the_event_is_named_by_kind_and_place(attributes: dict[str, Any], parent: int | None, event: str) -> None:
    """The outermost step names its trace."""
    (built,) = build_events([make_span(attributes, number=8, parent=parent)], team_id=1)
    assert built["event"] == event
