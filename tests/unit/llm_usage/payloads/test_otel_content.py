"""What was said, in each of the conventions, in the event's own columns."""

import json
from typing import Any

import pytest

from posthog.llm_usage.payloads.otel.content import read_content
from posthog.llm_usage.payloads.otel.events import build_events
from posthog.llm_usage.payloads.otel.spans import SpanEvent
from tests.otlp import CHAT, make_span

ASKED = [{"role": "user", "content": "Hi"}]
ANSWERED = [{"role": "assistant", "content": "Hello"}]
CALLED = [{"id": "c1", "function": {"name": "search", "arguments": "{}"}}]


def happen(name: str, **attributes: Any) -> SpanEvent:
    return SpanEvent(name=name, time_ns=None, attributes=attributes)


@pytest.mark.parametrize(
    ("attributes", "events"),
    [
        pytest.param(
            {"gen_ai.input.messages": json.dumps(ASKED), "gen_ai.output.messages": json.dumps(ANSWERED)}, (), id="today"
        ),
        pytest.param({"gen_ai.input.messages": ASKED, "gen_ai.output.messages": ANSWERED}, (), id="structured"),
        pytest.param(
            {},
            (
                happen(
                    "gen_ai.client.inference.operation.details",
                    **{"gen_ai.input.messages": ASKED, "gen_ai.output.messages": ANSWERED},
                ),
            ),
            id="on an event",
        ),
        pytest.param(
            {},
            (
                happen("gen_ai.user.message", **{"gen_ai.system": "openai", "content": "Hi"}),
                happen("gen_ai.choice", role="assistant", content="Hello"),
            ),
            id="an event a message",
        ),
        pytest.param(
            {
                "events": json.dumps(
                    [
                        {"event.name": "gen_ai.user.message", "role": "user", "content": "Hi"},
                        {"event.name": "gen_ai.choice", "role": "assistant", "content": "Hello"},
                    ]
                )
            },
            (),
            id="Logfire",
        ),
        pytest.param(
            {},
            (
                happen("gen_ai.content.prompt", **{"gen_ai.prompt": json.dumps(ASKED)}),
                happen("gen_ai.content.completion", **{"gen_ai.completion": json.dumps(ANSWERED)}),
            ),
            id="an event a side",
        ),
        pytest.param(
            {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "Hi",
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.content": "Hello",
            },
            (),
            id="OpenLLMetry",
        ),
        pytest.param(
            {
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": "Hi",
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": "Hello",
                "input.value": "the whole request again",
                "output.value": "the whole answer again",
            },
            (),
            id="OpenInference",
        ),
        pytest.param({"ai.prompt.messages": json.dumps(ASKED), "ai.response.text": "Hello"}, (), id="AI SDK"),
    ],
)
def test_both_sides_are_found_in_every_convention(attributes: dict[str, Any], events: tuple[SpanEvent, ...]) -> None:
    """Prompt and answer come out the same, whoever wrote them, and stay in no other property."""
    span = make_span({**CHAT, **attributes}, events=events)
    assert read_content(span, "generation") == {"$ai_input": ASKED, "$ai_output_choices": ANSWERED}
    (event,) = build_events([span], team_id=1)
    assert attributes.keys().isdisjoint(event["properties"])


def test_system_instructions_come_first() -> None:
    """They are an attribute of their own, and the beginning of what was asked."""
    attributes = {"gen_ai.system_instructions": "Be brief.", "gen_ai.input.messages": ASKED}
    content = read_content(make_span({**CHAT, **attributes}), "generation")
    assert content["$ai_input"] == [{"role": "system", "content": "Be brief."}, *ASKED]


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(
            {
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "search",
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
            },
            id="OpenInference",
        ),
        pytest.param(
            {
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.tool_calls.0.id": "c1",
                "gen_ai.completion.0.tool_calls.0.function.name": "search",
                "gen_ai.completion.0.tool_calls.0.function.arguments": "{}",
            },
            id="OpenLLMetry",
        ),
        pytest.param({"ai.response.toolCalls": json.dumps(CALLED)}, id="AI SDK"),
    ],
)
def test_tool_calls_are_part_of_the_answer(attributes: dict[str, Any]) -> None:
    """Flat attributes become the nested call again."""
    content = read_content(make_span({**CHAT, **attributes}), "generation")
    assert content["$ai_output_choices"] == [{"role": "assistant", "tool_calls": CALLED}]


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"gen_ai.tool.definitions": '[{"name": "search"}]'}, id="today"),
        pytest.param({"llm.request.functions.0.name": "search"}, id="OpenLLMetry"),
        pytest.param({"llm.tools.0.tool.json_schema": '{"name": "search"}'}, id="OpenInference"),
    ],
)
def test_tools_have_their_property(attributes: dict[str, Any]) -> None:
    """What the model might have called."""
    assert read_content(make_span({**CHAT, **attributes}), "generation")["$ai_tools"] == [{"name": "search"}]


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"gen_ai.tool.call.arguments": '{"q": 1}', "gen_ai.tool.call.result": "found"}, id="today"),
        pytest.param({"tool_arguments": '{"q": 1}', "tool_response": "found"}, id="Pydantic AI"),
        pytest.param({"ai.toolCall.args": '{"q": 1}', "ai.toolCall.result": "found"}, id="AI SDK"),
        pytest.param({"traceloop.entity.input": '{"q": 1}', "traceloop.entity.output": "found"}, id="OpenLLMetry"),
        pytest.param({"input.value": '{"q": 1}', "output.value": "found"}, id="OpenInference"),
    ],
)
def test_a_step_has_states(attributes: dict[str, Any]) -> None:
    """What went into a tool, an agent or a workflow, and what came out."""
    assert read_content(make_span(attributes), "step") == {"$ai_input_state": {"q": 1}, "$ai_output_state": "found"}


@pytest.mark.parametrize(
    "text", [pytest.param("[not JSON", id="broken"), pytest.param("{" * 5000, id="deep"), pytest.param("Hi", id="text")]
)
def test_text_that_only_looks_like_json_stays_text(text: str) -> None:
    """Nothing that was said is lost for its form."""
    assert read_content(make_span({**CHAT, "gen_ai.input.messages": text}), "generation")["$ai_input"] == text


def test_indices_are_an_order_and_not_a_size() -> None:
    """A list of one message is one message, whatever its number."""
    attributes = {"gen_ai.prompt.999999.content": "b", "gen_ai.prompt.7.content": "a", "gen_ai.prompt.x.content": "c"}
    content = read_content(make_span({**CHAT, **attributes}), "generation")
    assert content["$ai_input"] == [{"content": "a"}, {"content": "b"}]


def test_attributes_that_contradict_each_other_keep_the_first() -> None:
    """`a` and `a.b` cannot both stand."""
    attributes = {"gen_ai.prompt.0.content": "a", "gen_ai.prompt.0.content.text": "b"}
    assert read_content(make_span({**CHAT, **attributes}), "generation")["$ai_input"] == [{"content": "a"}]


def test_binary_parts_give_way_to_their_size() -> None:
    """An image is not kept."""
    image = "data:image/png;base64," + "A" * 4000
    attributes = {"gen_ai.input.messages": json.dumps([{"role": "user", "content": [{"image": image}]}])}
    content = read_content(make_span({**CHAT, **attributes}), "generation")
    assert content["$ai_input"][0]["content"][0]["image"] == "[image/png, 3000 bytes]"
