"""The provider bodies: each adds up by its own provider's rule, and no count stands in two of them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.provider_replies import BODIES

USAGE_KEYS = ("usage", "usageMetadata")
CHAT_FOLDERS = ("openai_chat", "deepseek_chat")


def list_bodies(*folders: str) -> list[Any]:
    """The body files that report usage, of the named folders or of all."""
    files = (file for folder in folders or ("*",) for file in sorted(BODIES.glob(f"{folder}/*.*")))
    return [pytest.param(file, id=f"{file.parent.name}/{file.name}") for file in files if read_usage(file)]


def read_usage(file: Path) -> dict[str, Any]:
    """The last usage of a body: streams repeat or extend theirs; {} where it reports none."""
    found: dict[str, Any] = {}
    for document in read_documents(file):
        for holder in (document, document.get("response") or {}, document.get("message") or {}):
            found |= next((holder[key] for key in USAGE_KEYS if holder.get(key)), {})
    return found


def read_documents(file: Path) -> Iterator[dict[str, Any]]:
    text = file.read_text()
    if file.suffix == ".json":
        yield json.loads(text)
    elif file.suffix == ".jsonl":
        yield from (json.loads(line)["payload"] for line in text.splitlines())
    else:
        lines = (line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {"))
        yield from map(json.loads, lines)


@pytest.mark.parametrize("file", list_bodies(*CHAT_FOLDERS))
def test_chat_total_is_prompt_and_completion(file: Path) -> None:
    """OpenAI's and DeepSeek's chat counts include cache and reasoning."""
    usage = read_usage(file)
    details = usage.get("prompt_tokens_details", {})
    assert usage["prompt_tokens"] + usage["completion_tokens"] == usage["total_tokens"]
    cached = details.get("cached_tokens", 0) + details.get("cache_write_tokens", 0)
    assert cached <= usage["prompt_tokens"]
    reasoning = usage.get("completion_tokens_details", {}).get("reasoning_tokens", 0)
    assert reasoning <= usage["completion_tokens"]


@pytest.mark.parametrize("file", list_bodies("deepseek_chat"))
def test_deepseek_hits_and_misses_are_the_prompt(file: Path) -> None:
    """DeepSeek reports its cached tokens twice, and hits and misses make up the prompt."""
    usage = read_usage(file)
    hits = usage["prompt_cache_hit_tokens"]
    assert hits == usage["prompt_tokens_details"]["cached_tokens"]
    assert hits + usage["prompt_cache_miss_tokens"] == usage["prompt_tokens"]


@pytest.mark.parametrize("file", list_bodies("openai_responses"))
def test_responses_total_is_input_and_output(file: Path) -> None:
    """The Responses API counts like the chat API, and its write's split adds up."""
    usage = read_usage(file)
    details = usage["input_tokens_details"]
    assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]
    split = details.get("cache_write_tokens_details")
    assert split is None or sum(split.values()) == details["cache_write_tokens"]
    assert details["cached_tokens"] + details["cache_write_tokens"] < usage["input_tokens"]


@pytest.mark.parametrize("file", list_bodies("anthropic_messages"))
def test_anthropic_split_is_the_creation(file: Path) -> None:
    """The 5-minute and 1-hour writes are all of the cache creation."""
    usage = read_usage(file)
    assert sum(usage["cache_creation"].values()) == usage["cache_creation_input_tokens"]
    assert usage.get("output_tokens_details", {}).get("thinking_tokens", 0) < usage["output_tokens"]


@pytest.mark.parametrize("file", list_bodies("bedrock_converse"))
def test_bedrock_total_adds_the_cache(file: Path) -> None:
    """Bedrock's total is input, both cache parts and output; the details split the write."""
    usage = read_usage(file)
    parts = ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens", "outputTokens")
    assert sum(usage[part] for part in parts) == usage["totalTokens"]
    assert sum(detail["inputTokens"] for detail in usage["cacheDetails"]) == usage["cacheWriteInputTokens"]


@pytest.mark.parametrize("file", list_bodies("gemini_generate_content"))
def test_gemini_total_adds_thoughts_and_tools(file: Path) -> None:
    """Every chunk of Gemini adds up by itself, thoughts and tool prompt beside candidates and prompt."""
    parts = ("promptTokenCount", "toolUsePromptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    for document in read_documents(file):
        usage = document["usageMetadata"]
        assert sum(usage.get(part, 0) for part in parts) == usage["totalTokenCount"]
        modalities = sum(detail["tokenCount"] for detail in usage["promptTokensDetails"])
        assert modalities == usage["promptTokenCount"]


def test_no_two_bodies_share_a_count() -> None:
    """A count stands in one body only: calls that are mixed up change some sum."""
    counts = Counter(
        count for parameter in list_bodies() for count in set(list_counts(read_usage(parameter.values[0])))
    )
    assert [count for count, bodies in counts.items() if bodies > 1] == []


def list_counts(value: Any) -> Iterator[int]:
    """Every number in a usage object but zeros."""
    if isinstance(value, dict):
        for part in value.values():
            yield from list_counts(part)
    elif isinstance(value, list):
        for part in value:
            yield from list_counts(part)
    elif isinstance(value, int) and value:
        yield value
