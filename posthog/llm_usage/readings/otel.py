"""
OpenTelemetry's GenAI attributes, current and older names: input includes cache, output includes reasoning.

- Current: `gen_ai.usage.input_tokens`, `…output_tokens`, `…cache_read.input_tokens`, `…cache_creation.input_tokens`,
  `…reasoning.output_tokens`; by modality `…audio.input_tokens`, `…text.output_tokens` and so on.
- Older, and OpenLLMetry's: `gen_ai.usage.prompt_tokens`, `…completion_tokens`, `…cache_read_input_tokens`,
  `llm.usage.*`. OpenLIT's: `…prompt_tokens_details.cache_read`. Strands': `…cache_write_input_tokens`.
- OpenInference's: `llm.token_count.*`. Pydantic AI's: `gen_ai.usage.details.*`. The AI SDK's: `ai.usage.*`.

A span holds much else; only what names usage and is not understood counts as an unknown key. On the wire attributes
are a list, `[{"key": …, "value": {"intValue": "9"}}, …]`; 64-bit integers are text there.

Source: OpenTelemetry semantic conventions, GenAI attribute registry; OTLP's JSON encoding, `KeyValue`, `AnyValue`;
OpenInference semantic conventions.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from posthog.llm_usage.readings.family import Family
from posthog.llm_usage.readings.found import IGNORED, Found, Words, note_unknown

PREFIXES = ("gen_ai.usage.", "llm.usage.", "llm.token_count.", "ai.usage.")

COUNTS: Mapping[str, str] = {
    "input_tokens": "input",
    "prompt_tokens": "input",
    "output_tokens": "output",
    "completion_tokens": "output",
    "total_tokens": "total",
    "cache_read.input_tokens": "cache_read",
    "cache_read_input_tokens": "cache_read",
    "cache_read_tokens": "cache_read",
    "cached_tokens": "cache_read",
    "input_tokens.cached": "cache_read",
    "input_tokens_details.cached_tokens": "cache_read",
    "prompt_tokens_details.cached_tokens": "cache_read",
    "prompt_tokens_details.cache_read": "cache_read",
    "prompt_tokens_details.audio": "audio_input",
    "cache_creation.input_tokens": "cache_write",
    "cache_creation_input_tokens": "cache_write",
    "cache_write.input_tokens": "cache_write",
    "cache_write_input_tokens": "cache_write",
    "cache_write_tokens": "cache_write",
    "reasoning.output_tokens": "reasoning",
    "reasoning_tokens": "reasoning",
    "output_tokens.reasoning": "reasoning",
    "output_tokens_details.reasoning_tokens": "reasoning",
    "completion_tokens_details.reasoning_tokens": "reasoning",
    "completion_tokens_details.reasoning": "reasoning",
    "completion_tokens_details.audio": "audio_output",
    **{
        f"{modality}.{side}_tokens": f"{modality}_{side}"
        for modality in ("text", "image", "audio", "video")
        for side in ("input", "output")
    },
    "audio.cache_read.input_tokens": "cached_audio",
    "image.cache_read.input_tokens": "cached_image",
    "text.cache_read.input_tokens": IGNORED,
    "video.cache_read.input_tokens": IGNORED,
    "cost": IGNORED,
}

DETAILS: Mapping[str, str] = {
    "cached_tokens": "cache_read",
    "cache_read_tokens": "cache_read",
    "cache_read_input_tokens": "cache_read",
    "cached_content_tokens": "cache_read",
    "cache_write_tokens": "cache_write",
    "cache_creation_input_tokens": "cache_write",
    "reasoning_tokens": "reasoning",
    "thinking_tokens": "reasoning",
    "thoughts_tokens": "reasoning",
    "web_search_requests": "web_search",
}

OPEN_INFERENCE: Mapping[str, str] = {
    "prompt": "input",
    "completion": "output",
    "total": "total",
    "prompt_details.cache_read": "cache_read",
    "prompt_details.cache_write": "cache_write",
    "prompt_details.audio": "audio_input",
    "completion_details.reasoning": "reasoning",
    "completion_details.audio": "audio_output",
}

AI_SDK: Mapping[str, str] = {
    "promptTokens": "input",
    "inputTokens": "input",
    "completionTokens": "output",
    "outputTokens": "output",
    "totalTokens": "total",
    "tokens": IGNORED,
    "cachedInputTokens": "cache_read",
    "inputTokenDetails.cacheReadTokens": "cache_read",
    "inputTokenDetails.cacheWriteTokens": "cache_write",
    "inputTokenDetails.noCacheTokens": IGNORED,
    "reasoningTokens": "reasoning",
    "outputTokenDetails.reasoningTokens": "reasoning",
    "outputTokenDetails.textTokens": IGNORED,
}


def _list_words() -> Iterator[tuple[str, str]]:
    for name, meaning in COUNTS.items():
        yield f"gen_ai.usage.{name}", meaning
        yield f"llm.usage.{name}", meaning
    for name, meaning in DETAILS.items():
        yield f"gen_ai.usage.details.{name}", meaning
    for name, meaning in OPEN_INFERENCE.items():
        yield f"llm.token_count.{name}", meaning
    for name, meaning in AI_SDK.items():
        yield f"ai.usage.{name}", meaning


WORDS = Words(_list_words())
WORDS.is_open = True

FAMILY = Family("otel", WORDS)


def is_otel(usage: Mapping[Any, Any]) -> bool:
    return any(isinstance(key, str) and key.startswith(PREFIXES) for key in usage)


def note_unknown_attributes(usage: Mapping[Any, Any], found: Found) -> None:
    """Flag what names usage and is not understood; details repeat the provider's own counts and are not."""
    for key, value in usage.items():
        if value is None or not isinstance(key, str) or not key.startswith(PREFIXES):
            continue
        if key not in WORDS and not key.startswith("gen_ai.usage.details."):
            note_unknown(key, value, found)


LIST = (list, tuple)


def read_attributes(value: object) -> dict[str, Any] | None:
    """Attributes as the wire has them, by name; None for any other list."""
    if not isinstance(value, LIST) or not value or not all(map(_is_attribute, value)):
        return None
    return {item["key"]: next(iter(item["value"].values()), None) for item in value}


def _is_attribute(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("key"), str) and isinstance(item.get("value"), Mapping)
