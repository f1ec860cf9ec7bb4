"""The calls through the OpenAI, Anthropic and Gemini wrappers of PostHog's SDK; see README.md."""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from anthropic import APIStatusError as AnthropicRefused
from openai import APIStatusError as OpenAIRefused
from posthog.ai.anthropic import Anthropic
from posthog.ai.gemini import Client as Gemini
from posthog.ai.openai import OpenAI
from posthog.client import Client as PostHog

QUESTION = "When is high water in the harbour tomorrow?"
MESSAGES = [{"role": "user", "content": QUESTION}]
PARAMETERS = {"type": "object", "properties": {"harbour": {"type": "string"}}}
FIND_TIDE = {"name": "find_tide", "description": "Find the tide of a harbour.", "parameters": PARAMETERS}
REFUSALS = (OpenAIRefused, AnthropicRefused)

Call = Mapping[str, Any]


class Wrappers:
    """The three wrapped clients, before the replayed providers."""

    def __init__(self, providers: str, posthog: PostHog) -> None:
        options = {"api_key": "sk-replayed", "posthog_client": posthog}
        self._openai = OpenAI(base_url=f"{providers}/openai/v1", max_retries=0, **options)
        self._anthropic = Anthropic(base_url=f"{providers}/anthropic", max_retries=0, **options)
        self._gemini = Gemini(http_options={"base_url": f"{providers}/gemini"}, **options)

    def openai_chat(self, call: Call) -> None:
        extra: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}} if call["is_stream"] else {}
        if call["has_tool"]:
            extra["tools"] = [{"type": "function", "function": FIND_TIDE}]
        create = self._openai.chat.completions.create
        read(create(model=call["model"], messages=MESSAGES, posthog_distinct_id=call["name"], **extra), call)

    def openai_responses(self, call: Call) -> None:
        extra = {"stream": True} if call["is_stream"] else {}
        create = self._openai.responses.create
        read(create(model=call["model"], input=QUESTION, posthog_distinct_id=call["name"], **extra), call)

    def openai_embeddings(self, call: Call) -> None:
        self._openai.embeddings.create(model=call["model"], input=QUESTION, posthog_distinct_id=call["name"])

    def anthropic(self, call: Call) -> None:
        extra: dict[str, Any] = {"stream": True} if call["is_stream"] else {}
        if call["has_tool"]:
            extra["tools"] = [{"name": "find_tide", "input_schema": PARAMETERS}]
        create = self._anthropic.messages.create
        answer = create(
            model=call["model"], max_tokens=4096, messages=MESSAGES, posthog_distinct_id=call["name"], **extra
        )
        read(answer, call)

    def gemini(self, call: Call) -> None:
        extra: dict[str, Any] = (
            {"config": {"tools": [{"function_declarations": [FIND_TIDE]}]}} if call["has_tool"] else {}
        )
        models = self._gemini.models
        create = models.generate_content_stream if call["is_stream"] else models.generate_content
        read(create(model=call["model"], contents=QUESTION, posthog_distinct_id=call["name"], **extra), call)


def read(answer: Any, call: Call) -> None:
    """A stream's usage stands at its end."""
    if call["is_stream"]:
        for _ in answer:
            pass


def main() -> None:
    task = json.load(sys.stdin)
    posthog = PostHog(task["token"], host=task["host"])
    wrappers = Wrappers(task["providers"], posthog)
    for call in task["calls"]:
        send: Callable[[Call], None] = getattr(wrappers, call["api"])
        with suppress(*(REFUSALS if call["is_refused"] else ())):
            send(call)
    posthog.shutdown()


if __name__ == "__main__":
    main()
