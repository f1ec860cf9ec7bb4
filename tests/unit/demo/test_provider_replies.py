"""Which reply a provider request gets."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from demo.provider_replies import ProviderCall, build_reply, parse_call

CHAT = "/openai/v1/chat/completions"
BEDROCK = "/bedrock/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        pytest.param(
            CHAT,
            {"model": "gpt-4o", "stream": True, "stream_options": {"include_usage": True}},
            ProviderCall("openai_chat", "gpt-4o", True, True),
            id="chat stream",
        ),
        pytest.param(
            "/gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
            {},
            ProviderCall("gemini_generate_content", "gemini-2.5-pro", True, True),
            id="gemini stream",
        ),
        pytest.param(
            f"{BEDROCK}/converse",
            {},
            ProviderCall("bedrock_converse", "anthropic.claude-sonnet-4-5-20250929-v1:0", False, True),
            id="bedrock, escaped colon",
        ),
        pytest.param("/v2/unheard-of", {"model": "gpt-4o"}, None, id="no such API"),
    ],
)
def test_call_is_read_from_path_and_body(path: str, body: Mapping[str, Any], expected: ProviderCall | None) -> None:
    """The path names the API; model and streaming come from where that API puts them."""
    assert parse_call(path, body) == expected


@pytest.mark.parametrize("wants_usage", [True, False])
def test_chat_stream_reports_usage_only_when_asked(wants_usage: bool) -> None:
    """OpenAI's usage chunk is the answer to `include_usage`."""
    body = {"model": "gpt-4o", "stream": True, "stream_options": {"include_usage": wants_usage}}
    text = b"".join(build_reply(CHAT, body).frames).decode()
    assert ('"total_tokens": 5195' in text) is wants_usage
    assert text.endswith("data: [DONE]\n\n")


def test_each_reply_has_an_id_of_its_own() -> None:
    """Two identical requests get two ids, and all frames of a stream the same one."""
    body = {"model": "gpt-4o", "stream": True}
    first, second = (
        {json.loads(frame.removeprefix(b"data: "))["id"] for frame in build_reply(CHAT, body).frames[:-1]}
        for _ in range(2)
    )
    assert len(first) == len(second) == 1
    assert first != second


@pytest.mark.parametrize("is_stream", [True, False])
def test_refusal_answers_streams_too(is_stream: bool) -> None:
    """A model with an error file answers with its status, however it is called."""
    reply = build_reply(CHAT, {"model": "gpt-5.4-nano", "stream": is_stream})
    assert (reply.status, reply.is_stream) == (429, False)


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        pytest.param("/nowhere", {}, "no provider API at /nowhere", id="path"),
        pytest.param(CHAT, {"model": "gpt-9"}, "no body for openai_chat, model gpt-9", id="model"),
        pytest.param(CHAT, {"model": "o3", "stream": True}, "no stream for openai_chat, model o3", id="stream"),
    ],
)
def test_missing_reply_says_what_is_missing(path: str, body: Mapping[str, Any], reason: str) -> None:
    """404, and a sentence for whoever adds the next sample call."""
    reply = build_reply(path, body)
    assert reply.status == 404
    assert json.loads(reply.frames[0])["error"]["message"] == f"replay server: {reason}"
