"""
Which family a usage object belongs to: its keys decide, not what the caller calls it.

Keys of different providers hardly ever mean different things, so every family understands them all; where they do,
its own come first. What the family settles is where cache and reasoning lie.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.payloads.fields import OBJECT
from posthog.llm_usage.readings import (
    anthropic,
    bedrock,
    cohere,
    compatible,
    frameworks,
    gemini,
    litellm,
    local,
    openai,
    otel,
    posthog_sdk,
)
from posthog.llm_usage.readings.family import Family
from posthog.llm_usage.readings.found import Words

EVERYTHING = Words(
    frameworks.WORDS
    | local.WORDS
    | bedrock.WORDS
    | gemini.WORDS
    | cohere.WORDS
    | anthropic.WORDS
    | compatible.WORDS
    | openai.WORDS
)

CHAT = Family("openai_chat", EVERYTHING, compatible.expect_of_chat)
RESPONSES = Family("openai_responses", EVERYTHING)
ANTHROPIC = Family("anthropic", EVERYTHING, anthropic.expect_cache_beside, is_cumulative=True)
GEMINI = Family("gemini", EVERYTHING, gemini.expect_thoughts_beside, is_cumulative=True)
CAMEL_CASE = Family("camel_case", EVERYTHING, frameworks.expect_of_camel_case)
LANGFUSE = Family("langfuse", EVERYTHING, frameworks.expect_disjoint)
COHERE = Family("cohere", EVERYTHING)
PLAIN = Family("plain", EVERYTHING)
LITELLM = litellm.build_family(EVERYTHING)

MARKS: Mapping[str, Family] = {
    "prompt_tokens": CHAT,
    "completion_tokens": CHAT,
    "input_tokens_details": RESPONSES,
    "input_token_details": RESPONSES,
    "output_token_details": RESPONSES,
    "cached_input_tokens": RESPONSES,
    "reasoning_output_tokens": RESPONSES,
    "input_tokens": ANTHROPIC,
    "output_tokens": ANTHROPIC,
    "input": LANGFUSE,
    "output": LANGFUSE,
    "cache_read_input_tokens": ANTHROPIC,
    "cache_creation_input_tokens": ANTHROPIC,
    "promptTokenCount": GEMINI,
    "candidatesTokenCount": GEMINI,
    "thoughtsTokenCount": GEMINI,
    "totalTokenCount": GEMINI,
    "prompt_token_count": GEMINI,
    "candidates_token_count": GEMINI,
    "thoughts_token_count": GEMINI,
    "total_token_count": GEMINI,
    "total_input_tokens": GEMINI,
    "total_output_tokens": GEMINI,
    "inputTokens": CAMEL_CASE,
    "outputTokens": CAMEL_CASE,
    "promptTokens": CAMEL_CASE,
    "inputTokenCount": CAMEL_CASE,
    "tokens": COHERE,
    "billed_units": COHERE,
}
"""The first of these keys that an object has names its family."""

AMBIGUOUS: Mapping[str, type | tuple[type, ...]] = {"input": (int, float), "output": (int, float), "tokens": Mapping}
"""Names of many things besides counts: they name a family only where a value of this type stands under them."""

WRAPPERS = ("usage", "usageMetadata", "usage_metadata", "tokenUsage", "token_usage", "x_groq")
WRAPPER_KEYS, MARK_KEYS = frozenset(WRAPPERS), frozenset(MARKS)
ENVELOPES = (
    *("message", "response", "body", "result", "metadata", "meta", "metrics", "delta", "data", "attributes", "details"),
    *("amazon-bedrock-invocationMetrics", "modelOutput", "response_metadata", "llm_output"),
    *("rawUsage", "rawResponse", "raw", "providerMetadata", "google"),
)
MAX_DEPTH = 5

ANTHROPIC_KEYS = frozenset(
    {"cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation", "cache_creation_tokens"}
)
FOREIGN_KEYS = frozenset(
    {"total_tokens", "cached_tokens", "cache_read_tokens", "cache_write_tokens", "input_cached_tokens"}
)


def find_family(usage: Mapping[Any, Any], api: str | None = None) -> Family | None:
    """The family of an object; None where no key tells."""
    if not usage:
        return None
    marked = _find_marked(usage)
    if marked is not None:
        return _tell_apart(marked, usage, api)
    if otel.is_otel(usage):
        return otel.FAMILY
    if posthog_sdk.is_sdk(usage):
        return posthog_sdk.FAMILY
    return PLAIN if any(EVERYTHING.get(key) for key in usage) else None


def _tell_apart(marked: Family, usage: Mapping[Any, Any], api: str | None) -> Family:
    """What the mark alone leaves open."""
    if marked is CHAT:
        return LITELLM if api == "litellm" else CHAT
    return RESPONSES if marked is ANTHROPIC and not _is_anthropic(usage) else marked


def find_source(usage: Mapping[Any, Any], api: str) -> tuple[Mapping[Any, Any], Family]:
    """The usage inside the object, and its family; most are their own usage, and marked."""
    marked = _find_marked(usage) if WRAPPER_KEYS.isdisjoint(usage) else None
    if marked is not None:
        return usage, _tell_apart(marked, usage, api)
    source = unwrap(usage)
    return source, find_family(source, api) or PLAIN


def _find_marked(usage: Mapping[Any, Any]) -> Family | None:
    for key, family in MARKS.items():
        if key in usage and (key not in AMBIGUOUS or isinstance(usage[key], AMBIGUOUS[key])):
            return family
    return None


def _is_anthropic(usage: Mapping[Any, Any]) -> bool:
    """Anthropic reports no total: `input_tokens` beside one are the Responses API's, unless the cache keys say more."""
    return FOREIGN_KEYS.isdisjoint(usage) or not ANTHROPIC_KEYS.isdisjoint(usage)


def unwrap(usage: Mapping[Any, Any], depth: int = MAX_DEPTH) -> Mapping[Any, Any]:
    """The usage inside a response, a chunk or an event; the object itself where there is none inside."""
    if depth and not WRAPPER_KEYS.isdisjoint(usage):
        wrapped = [usage[key] for key in WRAPPERS if isinstance(usage.get(key), OBJECT)]
        if wrapped:
            return unwrap(next(filter(None, wrapped), NOTHING), depth - 1)
    if depth == 0 or not (MARK_KEYS.isdisjoint(usage) or _find_marked(usage) is None):
        return usage
    for key in ENVELOPES:
        inner = usage.get(key)
        inner = inner if isinstance(inner, OBJECT) else otel.read_attributes(inner)
        found = unwrap(inner, depth - 1) if inner else NOTHING
        if find_family(found) is not None:
            return found
    return _find_in_choice(usage) or usage


def _find_in_choice(chunk: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    """Moonshot's streams put the usage into the only choice of the last chunk."""
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and len(choices) == 1 else None
    inner = choice.get("usage") if isinstance(choice, Mapping) else None
    return inner if isinstance(inner, Mapping) else None


NOTHING: Mapping[Any, Any] = {}
