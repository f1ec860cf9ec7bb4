"""The calls through the providers' own clients under OpenTelemetry's instrumentations; see README.md."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from anthropic import Anthropic
from anthropic import APIStatusError as AnthropicRefused
from google.genai import Client as Gemini
from openai import APIStatusError as OpenAIRefused
from openai import OpenAI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

QUESTION = "When is high water in the harbour tomorrow?"
MESSAGES: list[Any] = [{"role": "user", "content": QUESTION}]
PARAMETERS = {"type": "object", "properties": {"harbour": {"type": "string"}}}
FIND_TIDE = {"name": "find_tide", "description": "Find the tide of a harbour.", "parameters": PARAMETERS}
KEY = "sk-replayed"
REFUSALS = (OpenAIRefused, AnthropicRefused)

Call = Mapping[str, Any]


class NamesTheUser(SpanProcessor):
    """Writes the call's name on each span, as an application writes its user's."""

    def __init__(self) -> None:
        self.name = ""

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        span.set_attribute("user.id", self.name)


def instrument(host: str, token: str, names: NamesTheUser) -> TracerProvider:
    """Patch the clients of this process for good."""
    provider = TracerProvider()
    provider.add_span_processor(names)
    exporter = OTLPSpanExporter(endpoint=f"{host}/i/v0/ai/otel", headers={"Authorization": f"Bearer {token}"})
    provider.add_span_processor(BatchSpanProcessor(exporter))
    for instrumentor in (OpenAIInstrumentor(), AnthropicInstrumentor(), GoogleGenAiSdkInstrumentor()):
        instrumentor.instrument(tracer_provider=provider, skip_dep_check=True)
    return provider


class Clients:
    """The providers' own."""

    def __init__(self, providers: str) -> None:
        self._openai = OpenAI(base_url=f"{providers}/openai/v1", api_key=KEY, max_retries=0)
        self._anthropic = Anthropic(base_url=f"{providers}/anthropic", api_key=KEY, max_retries=0)
        self._gemini = Gemini(api_key=KEY, http_options={"base_url": f"{providers}/gemini"})

    def openai_chat(self, call: Call) -> None:
        extra: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}} if call["is_stream"] else {}
        if call["has_tool"]:
            extra["tools"] = [{"type": "function", "function": FIND_TIDE}]
        read(self._openai.chat.completions.create(model=call["model"], messages=MESSAGES, **extra), call)

    def openai_responses(self, call: Call) -> None:
        extra: dict[str, Any] = {"stream": True} if call["is_stream"] else {}
        read(self._openai.responses.create(model=call["model"], input=QUESTION, **extra), call)

    def openai_embeddings(self, call: Call) -> None:
        self._openai.embeddings.create(model=call["model"], input=QUESTION)

    def anthropic(self, call: Call) -> None:
        extra: dict[str, Any] = {"stream": True} if call["is_stream"] else {}
        if call["has_tool"]:
            extra["tools"] = [{"name": "find_tide", "input_schema": PARAMETERS}]
        create: Any = self._anthropic.messages.create
        read(create(model=call["model"], max_tokens=4096, messages=MESSAGES, **extra), call)

    def gemini(self, call: Call) -> None:
        extra: dict[str, Any] = (
            {"config": {"tools": [{"function_declarations": [FIND_TIDE]}]}} if call["has_tool"] else {}
        )
        models = self._gemini.models
        create: Any = models.generate_content_stream if call["is_stream"] else models.generate_content
        read(create(model=call["model"], contents=QUESTION, **extra), call)


def read(answer: Any, call: Call) -> None:
    """A stream's usage stands at its end."""
    if call["is_stream"]:
        for _ in answer:
            pass


def main() -> None:
    task = json.load(sys.stdin)
    names = NamesTheUser()
    provider = instrument(task["host"], task["token"], names)
    clients = Clients(task["providers"])
    for call in task["calls"]:
        names.name = call["name"]
        with suppress(*(REFUSALS if call["is_refused"] else ())):
            getattr(clients, call["api"])(call)
    provider.shutdown()


if __name__ == "__main__":
    main()
