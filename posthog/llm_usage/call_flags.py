"""
The integrity flags that depend on the call and not on its counts alone: was usage due, who counted, do the witnesses
agree. The rules themselves are in `integrity`; here is where an event says what they ask.

What a gateway hides, and how it still shows (LiteLLM, measured):

- A stream whose provider sent no usage is counted by the gateway itself, which does not say so. OpenAI and Azure always
  send details; an object in which the gateway put its own in their place was estimated. The usage that another
  provider sent without details looks the same; there only the "no reasoning" is the gateway's.
- Reasoning of Claude is the gateway's own count of the visible thinking, unless the provider's usage is there to say
  otherwise.
- Streams drop what a provider reports beside OpenAI's shape.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage import integrity
from posthog.llm_usage.ai_event import AiEvent, find_call_kind
from posthog.llm_usage.normalize import read_figures
from posthog.llm_usage.payloads.fields import JsonObject, find_object, find_text
from posthog.llm_usage.token_usage import Figures, TokenUsage

GATEWAY_SOURCE = "litellm"
"""The `$ai_usage_source` of events that a gateway reported."""

COUNTED_EVENTS = frozenset({"$ai_generation", "$ai_embedding"})
COUNTED_CALLS = frozenset(
    prefix + name
    for name in ("completion", "text_completion", "responses", "embedding", "generate_content")
    for prefix in ("", "a")
) | {"anthropic_messages", "generate_content_stream", "agenerate_content_stream"}
"""LiteLLM's call types that read and write tokens; speech, images, reranking and the like may report none."""

DETAILED_PROVIDERS = frozenset({"openai", "azure"})
STREAM_EXTRAS: Mapping[str, str] = {
    "moonshot": "cached_tokens",
    "perplexity": "num_search_queries",
    "xai": "num_sources_used",
}
"""What a provider always reports and the gateway drops from streams."""


def list_call_flags(event: AiEvent, usage: TokenUsage) -> set[str]:
    """Check one event's counts against everything else it says; pure, never raises."""
    properties = event.properties
    is_stream = properties.get("$ai_stream") is True
    flags = set()
    if not integrity.has_tokens(usage):
        is_expected = _is_usage_expected(event)
        if integrity.is_usage_missing_on_success(is_expected=is_expected, is_stream=is_stream, usage=usage):
            flags.add(integrity.USAGE_MISSING_ON_SUCCESS)
        if integrity.is_stream_without_usage(is_expected=is_expected, is_stream=is_stream, usage=usage):
            flags.add(integrity.STREAM_WITHOUT_USAGE)
    if properties.get("$ai_usage_source") == GATEWAY_SOURCE:
        flags |= _list_gateway_flags(properties, usage, is_stream=is_stream)
    elif properties.get("$ai_stream_incomplete") is True:
        flags.add(integrity.STREAM_INCOMPLETE)
    return flags


def _is_usage_expected(event: AiEvent) -> bool:
    """Whether the provider worked, succeeded, and does so in tokens."""
    properties = event.properties
    if event.event not in COUNTED_EVENTS or properties.get("$ai_is_error") in (True, "true", 1):
        return False
    if find_call_kind(properties) != "inference":
        return False
    call_type = properties.get("$ai_gateway_call_type")
    if call_type == "pass_through_endpoint":
        return bool(properties.get("$ai_usage"))
    return call_type is None or (isinstance(call_type, str) and call_type in COUNTED_CALLS)


def _list_gateway_flags(properties: Mapping[str, Any], usage: TokenUsage, *, is_stream: bool) -> set[str]:
    reported, answered = find_object(properties, "$ai_usage"), find_object(properties, "$ai_provider_usage")
    provider, model = find_text(properties, "$ai_provider") or "", find_text(properties, "$ai_model") or ""
    is_assembled = is_stream and _is_assembled(reported)
    has_own_details = provider in DETAILED_PROVIDERS
    flags = set()
    if integrity.is_stream_incomplete(
        is_broken_off=properties.get("$ai_stream_incomplete") is True,
        is_extra_lost=is_stream and _is_extra_lost(provider, reported),
    ):
        flags.add(integrity.STREAM_INCOMPLETE)
    if integrity.is_usage_estimated(is_assembled=is_assembled, has_own_details=has_own_details):
        flags.add(integrity.USAGE_ESTIMATED)
    is_claude = _is_claude(provider, model)
    if integrity.is_reasoning_estimated(
        is_counted_by_gateway=bool(usage.reasoning_tokens) if is_claude else is_assembled and not has_own_details,
        is_counted_by_provider=bool(find_object(answered, "output_tokens_details")),
    ):
        flags.add(integrity.REASONING_ESTIMATED)
    for witness in _list_witnesses(properties, answered, usage, provider=provider, model=model):
        if integrity.is_witness_mismatch(usage.figures, witness):
            flags.add(integrity.WITNESS_MISMATCH)
    return flags


def _is_extra_lost(provider: str, reported: JsonObject) -> bool:
    return bool(reported) and provider in STREAM_EXTRAS and STREAM_EXTRAS[provider] not in reported


def _is_assembled(reported: JsonObject) -> bool:
    """Whether the details are the gateway's own: all text, no reasoning, nothing of what only a provider can say."""
    written = find_object(reported, "completion_tokens_details")
    if written.get("reasoning_tokens") != 0 or written.get("text_tokens") != reported.get("completion_tokens"):
        return False
    is_plain = written.get("audio_tokens") is None and written.get("accepted_prediction_tokens") is None
    return is_plain and find_object(reported, "prompt_tokens_details").get("audio_tokens") is None


def _is_claude(provider: str, model: str) -> bool:
    """Claude by its own API or a cloud's, where LiteLLM counts the thinking; OpenRouter counts it itself."""
    return provider == "anthropic" or (provider.startswith(CLAUDE_CLOUDS) and "claude" in model.lower())


CLAUDE_CLOUDS = ("bedrock", "vertex_ai", "azure_ai", "azure_anthropic")


def _list_witnesses(
    properties: Mapping[str, Any], answered: JsonObject, usage: TokenUsage, *, provider: str, model: str
) -> list[Figures]:
    """
    The other reports of the same counts, but for one that only repeats them.

    The gateway's top-level zeros mean that nothing was reported.
    """
    witnesses = []
    counts = find_object(properties, "$ai_gateway_counts")
    if any(counts.values()) and not _is_repetition(counts, usage):
        witnesses.append(read_figures(provider=provider, api="litellm", model=model, usage=counts))
    if answered:
        witnesses.append(read_figures(provider=provider, api=None, model=model, usage=answered))
    return witnesses


def _is_repetition(counts: JsonObject, usage: TokenUsage) -> bool:
    """Whether plain counts that sum up are those that were read: most are, and need no reading of their own."""
    prompt, completion, total = counts.get("prompt_tokens"), counts.get("completion_tokens"), counts.get("total_tokens")
    if not (type(prompt) is type(completion) is type(total) is int):
        return False
    is_plain = total == prompt + completion and len(counts) == 3
    return is_plain and (prompt, completion, total) == (usage.input_tokens, usage.output_tokens, usage.total_tokens)
