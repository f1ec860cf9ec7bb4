"""The calls through LangChain's chat models with PostHog's `CallbackHandler`; see README.md."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from anthropic import APIStatusError as AnthropicRefused
from langchain_anthropic import ChatAnthropic
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI
from openai import APIStatusError as OpenAIRefused
from posthog.ai.langchain import CallbackHandler
from posthog.client import Client as PostHog

QUESTION = "When is high water in the harbour tomorrow?"
FIND_TIDE = {
    "title": "find_tide",
    "description": "Find the tide of a harbour.",
    "type": "object",
    "properties": {"harbour": {"type": "string"}},
}
KEY = "sk-replayed"
REFUSALS = (OpenAIRefused, AnthropicRefused)

Call = Mapping[str, Any]


def make_model(call: Call, providers: str) -> Any:
    """The chat model of the call's API, its tool bound."""
    name, api = call["model"], call["api"]
    if api == "anthropic":
        model: Any = ChatAnthropic(
            model=name, base_url=f"{providers}/anthropic", api_key=KEY, max_retries=0, max_tokens=4096
        )
    elif api == "gemini":
        model = ChatGoogleGenerativeAI(model=name, base_url=f"{providers}/gemini", api_key=KEY, max_retries=1)
    else:
        model = ChatOpenAI(
            model=name,
            base_url=f"{providers}/openai/v1",
            api_key=KEY,
            max_retries=0,
            stream_usage=True,
            use_responses_api=api == "openai_responses",
        )
    return model.bind_tools([FIND_TIDE]) if call["has_tool"] else model


def send(call: Call, providers: str, posthog: PostHog) -> None:
    handler = CallbackHandler(posthog, distinct_id=call["name"])
    model, config = make_model(call, providers), {"callbacks": [handler]}
    if call["is_stream"]:
        for _ in model.stream(QUESTION, config=config):
            pass
    else:
        model.invoke(QUESTION, config=config)


def main() -> None:
    task = json.load(sys.stdin)
    posthog = PostHog(task["token"], host=task["host"])
    for call in task["calls"]:
        with suppress(*(REFUSALS if call["is_refused"] else ())):
            send(call, task["providers"], posthog)
    posthog.shutdown()


if __name__ == "__main__":
    main()
