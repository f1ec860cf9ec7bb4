"""
The sample calls: one for each way in which a provider reports usage, made with the providers' own clients.

Every call names itself as the end user, so that its row can be told from the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from anthropic import Anthropic
from anthropic.types import MessageParam, ThinkingConfigParam, ToolUnionParam
from openai import OpenAI

from demo.gateway.team_keys import UNKNOWN_KEY

QUESTION = "When is high water in the harbour tomorrow?"
MESSAGES: list[MessageParam] = [{"role": "user", "content": QUESTION}]
THINKING: ThinkingConfigParam = {"type": "enabled", "budget_tokens": 2048}
WEB_SEARCH: ToolUnionParam = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
MAX_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Clients:
    """The two clients of one team, pointed at the gateway."""

    openai: OpenAI
    anthropic: Anthropic


Send = Callable[[Clients, "SampleCall"], None]
Outcome = Literal["answered", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCall:
    """
    One call of the demo.

    Attributes:
        name: Also the call's end user.
        team: The gateway's team whose key is used; None: a key of no team.
        model: The gateway's model name.
        outcome: `failed` where the provider or the gateway refuses, on purpose.
        key: Where it is not the team's.
    """

    name: str
    team: str | None
    model: str
    send: Send
    is_stream: bool = False
    outcome: Outcome = "answered"
    key: str | None = None


def send_chat(clients: Clients, call: SampleCall) -> None:
    clients.openai.chat.completions.create(
        model=call.model, messages=[{"role": "user", "content": QUESTION}], user=call.name
    )


def stream_chat(clients: Clients, call: SampleCall) -> None:
    chunks = clients.openai.chat.completions.create(
        model=call.model,
        messages=[{"role": "user", "content": QUESTION}],
        user=call.name,
        stream=True,
        stream_options={"include_usage": True},
    )
    for _ in chunks:
        pass


def stream_chat_plainly(clients: Clients, call: SampleCall) -> None:
    """Stream without asking for usage, as most applications do."""
    chunks = clients.openai.chat.completions.create(
        model=call.model, messages=[{"role": "user", "content": QUESTION}], user=call.name, stream=True
    )
    for _ in chunks:
        pass


def send_response(clients: Clients, call: SampleCall) -> None:
    clients.openai.responses.create(model=call.model, input=QUESTION, user=call.name)


def stream_response(clients: Clients, call: SampleCall) -> None:
    for _ in clients.openai.responses.create(model=call.model, input=QUESTION, user=call.name, stream=True):
        pass


def send_embedding(clients: Clients, call: SampleCall) -> None:
    clients.openai.embeddings.create(model=call.model, input=QUESTION, user=call.name)


def send_message(clients: Clients, call: SampleCall) -> None:
    clients.anthropic.messages.create(
        model=call.model, max_tokens=MAX_TOKENS, messages=MESSAGES, metadata={"user_id": call.name}
    )


def send_thinking_message(clients: Clients, call: SampleCall) -> None:
    clients.anthropic.messages.create(
        model=call.model,
        max_tokens=MAX_TOKENS,
        messages=MESSAGES,
        metadata={"user_id": call.name},
        thinking=THINKING,
    )


def stream_thinking_message(clients: Clients, call: SampleCall) -> None:
    with clients.anthropic.messages.stream(
        model=call.model,
        max_tokens=MAX_TOKENS,
        messages=MESSAGES,
        metadata={"user_id": call.name},
        thinking=THINKING,
    ) as stream:
        stream.until_done()


def send_searching_message(clients: Clients, call: SampleCall) -> None:
    clients.anthropic.messages.create(
        model=call.model,
        max_tokens=MAX_TOKENS,
        messages=MESSAGES,
        metadata={"user_id": call.name},
        tools=[WEB_SEARCH],
    )


def stream_searching_message(clients: Clients, call: SampleCall) -> None:
    with clients.anthropic.messages.stream(
        model=call.model,
        max_tokens=MAX_TOKENS,
        messages=MESSAGES,
        metadata={"user_id": call.name},
        tools=[WEB_SEARCH],
    ) as stream:
        stream.until_done()


def pass_message_through(clients: Clients, call: SampleCall) -> None:
    """Use the route that forwards Anthropic's API unchanged."""
    native = clients.anthropic.with_options(base_url=f"{str(clients.anthropic.base_url).rstrip('/')}/anthropic")
    send_message(Clients(clients.openai, native), call)


def _alpha(name: str, model: str, send: Send, *, is_stream: bool = False) -> SampleCall:
    return SampleCall(name=name, team="team-alpha", model=model, send=send, is_stream=is_stream)


def _beta(name: str, model: str, send: Send, *, is_stream: bool = False) -> SampleCall:
    return SampleCall(name=name, team="team-beta", model=model, send=send, is_stream=is_stream)


def _gamma(name: str, model: str, send: Send, *, is_stream: bool = False) -> SampleCall:
    return SampleCall(name=name, team="team-gamma", model=model, send=send, is_stream=is_stream)


BEDROCK_CLAUDE = "bedrock-claude-sonnet-4-5"

SAMPLE_CALLS: tuple[SampleCall, ...] = (
    _alpha("openai_chat_plain", "gpt-4o-mini", send_chat),
    _alpha("openai_chat_cached", "gpt-4o", send_chat),
    _alpha("openai_chat_cached_stream", "gpt-4o", stream_chat, is_stream=True),
    _alpha("openai_chat_reasoning", "o3", send_chat),
    _alpha("openai_chat_cache_write", "gpt-5.6", send_chat),
    _alpha("openai_responses", "o3", send_response),
    _alpha("openai_embedding", "text-embedding-3-small", send_embedding),
    _alpha("anthropic_messages_web_search", "claude-sonnet-5", send_searching_message),
    _alpha("anthropic_pass_through", "claude-sonnet-4-6", pass_message_through),
    _beta("anthropic_chat_cache", "claude-haiku-4-5", send_chat),
    _beta("anthropic_chat_cache_stream", "claude-haiku-4-5", stream_chat, is_stream=True),
    _beta("anthropic_messages_thinking", "claude-opus-4-8", send_thinking_message),
    _beta("anthropic_messages_thinking_stream", "claude-opus-4-8", stream_thinking_message, is_stream=True),
    _beta("anthropic_messages_web_search_stream", "claude-sonnet-5", stream_searching_message, is_stream=True),
    _beta("bedrock_converse", BEDROCK_CLAUDE, send_chat),
    _beta("bedrock_converse_stream", BEDROCK_CLAUDE, stream_chat, is_stream=True),
    SampleCall(
        name="anthropic_messages_overloaded",
        team="team-beta",
        model="claude-opus-5",
        send=send_message,
        outcome="failed",
    ),
    _gamma("openai_chat_reasoning_stream", "o4-mini", stream_chat_plainly, is_stream=True),
    _gamma("openai_chat_cache_write_stream", "gpt-5.6", stream_chat, is_stream=True),
    _gamma("openai_responses_stream", "gpt-5.6", stream_response, is_stream=True),
    _gamma("gemini_thoughts", "gemini-2.5-pro", send_chat),
    _gamma("gemini_thoughts_stream", "gemini-2.5-pro", stream_chat, is_stream=True),
    _gamma("gemini_tool_use", "gemini-2.5-flash", send_chat),
    _gamma("gemini_tool_use_stream", "gemini-2.5-flash", stream_chat_plainly, is_stream=True),
    _gamma("deepseek_chat", "deepseek-chat", send_chat),
    _gamma("deepseek_reasoner_stream", "deepseek-reasoner", stream_chat_plainly, is_stream=True),
    SampleCall(
        name="openai_chat_rate_limited",
        team="team-gamma",
        model="gpt-5.4-nano",
        send=send_chat,
        outcome="failed",
    ),
    SampleCall(name="call_without_team", team=None, model="gpt-4.1-mini", send=send_chat),
    SampleCall(name="call_of_unmapped_team", team="team-omega", model="gpt-4.1", send=send_chat),
    SampleCall(
        name="call_with_unknown_key",
        team=None,
        model="gpt-4o",
        send=send_chat,
        outcome="failed",
        key=UNKNOWN_KEY,
    ),
)
"""The last three end in the rejects table: no team of ours is behind their keys."""

ESTIMATED_CALLS: tuple[SampleCall, ...] = (
    _gamma("openai_chat_stream_without_usage", "gpt-4.1-nano", stream_chat_plainly, is_stream=True),
    _gamma("anthropic_messages_thinking_estimated", "claude-sonnet-4-6", stream_thinking_message, is_stream=True),
)
"""
Calls whose provider leaves something out and whose counts LiteLLM makes up: kept out of the demo, whose
report equals the providers' own figures.
"""
