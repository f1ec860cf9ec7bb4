"""
What a span says of prompts, answers and tools, in whichever of the conventions it was written.

| written as                                                  | by                                       |
|-------------------------------------------------------------|------------------------------------------|
| attributes `gen_ai.input.messages`, `…output.messages`      | the conventions of today                 |
| events `gen_ai.user.message`, `gen_ai.choice`, …            | the conventions before; Logfire's `events` |
| events `gen_ai.content.prompt`, `gen_ai.content.completion` | the conventions before those; OpenLIT    |
| `gen_ai.prompt.0.role`, `gen_ai.completion.0.content`       | OpenLLMetry until 0.50; Go: `llm.prompts.0…` |
| `llm.input_messages.0.message.role`, `input.value`          | OpenInference                            |
| `ai.prompt.messages`, `ai.response.text`                    | Vercel's AI SDK                          |

The first that a span has is taken. All of them leave the attributes, for content has columns of its own and a span
often says the same thing twice.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from posthog.llm_usage.payloads.content import replace_binary
from posthog.llm_usage.payloads.fields import find_text
from posthog.llm_usage.payloads.otel.indexed import gather_indexed
from posthog.llm_usage.payloads.otel.json_text import parse_text
from posthog.llm_usage.payloads.otel.kinds import SpanKind
from posthog.llm_usage.payloads.otel.spans import Attributes, Span

INPUTS = (
    *("gen_ai.input.messages", "gen_ai.prompt.*", "llm.prompts.*", "llm.input_messages.*", "ai.prompt.messages"),
    *("ai.prompt", "gen_ai.prompt", "embedding.embeddings.*", "ai.value", "ai.values"),
    *("gen_ai.tool.call.arguments", "tool_arguments", "ai.toolCall.args"),
    *("pydantic_ai.all_messages", "all_messages_events", "traceloop.entity.input", "input.value", "request_data"),
)
OUTPUTS = (
    *("gen_ai.output.messages", "gen_ai.completion.*", "llm.completions.*", "llm.output_messages.*"),
    *("gen_ai.completion", "gen_ai.tool.call.result", "tool_response", "ai.toolCall.result", "final_result"),
    *("traceloop.entity.output", "output.value", "response_data"),
)
TOOLS = ("gen_ai.tool.definitions", "llm.request.functions.*", "llm.tools.*", "ai.prompt.tools")
AI_SDK_ANSWER: Mapping[str, str] = {
    "ai.response.text": "content",
    "ai.response.object": "content",
    "ai.response.reasoning": "reasoning",
    "ai.response.toolCalls": "tool_calls",
}
SYSTEM = "gen_ai.system_instructions"
LOGFIRE_EVENTS = "events"
LEFT_OUT = (SYSTEM, LOGFIRE_EVENTS, "ai.embedding", "ai.embeddings", "ai.schema", *AI_SDK_ANSWER)
"""Attributes that are content too, beside INPUTS, OUTPUTS and TOOLS."""

DETAILS_EVENT = "gen_ai.client.inference.operation.details"
MESSAGE_EVENTS: Mapping[str, str] = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
CHOICE_EVENT = "gen_ai.choice"
TEXT_EVENTS: Mapping[str, str] = {
    "gen_ai.content.prompt": "gen_ai.prompt",
    "gen_ai.content.completion": "gen_ai.completion",
}
PLACES: Mapping[SpanKind, tuple[str, str | None]] = {
    "generation": ("$ai_input", "$ai_output_choices"),
    "embedding": ("$ai_input", None),
    "step": ("$ai_input_state", "$ai_output_state"),
}
"""Where the event keeps what went in and what came out; the vectors of an embedding are kept nowhere."""

_CONTENT = frozenset(name for name in (*INPUTS, *OUTPUTS, *TOOLS, *LEFT_OUT) if not name.endswith("*"))
_CONTENT_PREFIXES = tuple(name[:-1] for name in (*INPUTS, *OUTPUTS, *TOOLS) if name.endswith("*"))


def is_content(name: str) -> bool:
    """Whether the attribute holds what was said."""
    return name in _CONTENT or name.startswith(_CONTENT_PREFIXES)


def read_content(span: Span, kind: SpanKind) -> dict[str, Any]:
    """The event's content properties; binary data gives way to its size."""
    attributes = _add_event_attributes(span)
    happened = list(_list_happenings(span))
    asked = _find(attributes, INPUTS) or _list_messages(happened)
    answered = _find(attributes, OUTPUTS) or _build_ai_sdk_answer(attributes) or _list_choices(happened)
    input_name, output_name = PLACES[kind]
    content = {input_name: _prepend_system(attributes, asked), "$ai_tools": _find(attributes, TOOLS)}
    if output_name is not None:
        content[output_name] = answered
    return {name: replace_binary(value) for name, value in content.items() if value}


def _add_event_attributes(span: Span) -> Attributes:
    """Conventions let an instrumentation write the messages on an event in place of the span."""
    details = [event.attributes for event in span.events if event.name == DETAILS_EVENT]
    texts = [event.attributes for event in span.events if event.name in TEXT_EVENTS]
    added: dict[str, Any] = {}
    for attributes in (*texts, *details):
        added |= {name: value for name, value in attributes.items() if is_content(name)}
    return added | dict(span.attributes)


def _find(attributes: Attributes, names: tuple[str, ...]) -> Any:
    """The first of them that holds anything."""
    for name in names:
        is_list = name.endswith("*")
        found = gather_indexed(attributes, name[:-1]) if is_list else parse_text(attributes.get(name))
        if found not in (None, "", [], {}):
            return [_unwrap_schema(item) for item in found] if is_list else found
    return None


def _unwrap_schema(item: Any) -> Any:
    """OpenInference writes a tool as the text of its schema."""
    return parse_text(item["json_schema"]) if isinstance(item, dict) and set(item) == {"json_schema"} else item


def _prepend_system(attributes: Attributes, asked: Any) -> Any:
    instructions = parse_text(attributes.get(SYSTEM))
    if not instructions:
        return asked
    system = {"role": "system", "content": instructions}
    return [system, *asked] if isinstance(asked, list) else [system, {"role": "user", "content": asked}]


def _build_ai_sdk_answer(attributes: Attributes) -> list[Any]:
    answer = {field: parse_text(attributes[name]) for name, field in AI_SDK_ANSWER.items() if attributes.get(name)}
    return [{"role": "assistant", **answer}] if answer else []


def _list_happenings(span: Span) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The span's events by name, and those that Logfire writes into one attribute."""
    for event in span.events:
        yield event.name, event.attributes
    written = parse_text(span.attributes.get(LOGFIRE_EVENTS))
    for item in written if isinstance(written, list) else ():
        if isinstance(item, dict):
            yield find_text(item, "event.name") or "", item


def _list_messages(happened: list[tuple[str, Mapping[str, Any]]]) -> list[Any]:
    return [
        {"role": MESSAGE_EVENTS[name], **_drop_names(fields)} for name, fields in happened if name in MESSAGE_EVENTS
    ]


def _list_choices(happened: list[tuple[str, Mapping[str, Any]]]) -> list[Any]:
    return [_drop_names(fields) for name, fields in happened if name == CHOICE_EVENT]


def _drop_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A message without what says whose event it is."""
    return {name: parse_text(value) for name, value in fields.items() if not name.startswith(("gen_ai.", "event."))}
