"""
The `$ai_*` token properties of PostHog's SDKs.

`$ai_cache_reporting_exclusive` says whether `$ai_input_tokens` leaves the cache out. Without it upstream's defaults
hold: exclusive for Anthropic's models by whatever route, inclusive for all others and for Vercel's AI gateway.
`$ai_output_tokens` of Gemini 2.5 and 3 leave `$ai_reasoning_tokens` out, as Gemini's own candidates do; LangChain's
include it for every model (`UsageMetadata`), and so do the events of PostHog's handler for it.
An SDK may send the provider's own object along as `$ai_usage`; it fills what the properties leave open, and adds the
tools' prompt, which the Gemini wrapper's `$ai_input_tokens` leave out.

Source: PostHog, `nodejs/src/ingestion/ai/costs/input-costs.ts`, `output-costs.ts`, `modality-tokens.ts`.
"""

import re
from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.integrity import WITNESS_MISMATCH, is_witness_mismatch
from posthog.llm_usage.readings.arithmetic import Reading
from posthog.llm_usage.readings.family import Call, Family
from posthog.llm_usage.readings.found import Words
from posthog.llm_usage.token_usage import COUNT_COLUMNS, TokenUsage

WORDS = Words(
    {
        "$ai_input_tokens": "input",
        "$ai_output_tokens": "output",
        "$ai_total_tokens": "total",
        "$ai_cache_read_input_tokens": "cache_read",
        "$ai_cache_creation_input_tokens": "cache_write",
        "$ai_cache_creation_5m_input_tokens": "write_5m",
        "$ai_cache_creation_30m_input_tokens": "write_30m",
        "$ai_cache_creation_1h_input_tokens": "write_1h",
        "$ai_cache_creation_12h_input_tokens": "write_12h",
        "$ai_reasoning_tokens": "reasoning",
        "$ai_web_search_count": "web_search",
        "$ai_text_input_tokens": "text_input",
        "$ai_image_input_tokens": "image_input",
        "$ai_audio_input_tokens": "audio_input",
        "$ai_video_input_tokens": "video_input",
        "$ai_text_output_tokens": "text_output",
        "$ai_image_output_tokens": "image_output",
        "$ai_audio_output_tokens": "audio_output",
        "$ai_video_output_tokens": "video_output",
        "$ai_cache_read_audio_tokens": "cached_audio",
        "$ai_cache_read_image_tokens": "cached_image",
    }
)
WORDS.is_open = True

EXCLUSIVE = "$ai_cache_reporting_exclusive"
RAW_USAGE = "$ai_usage"
SAYS = {True: True, False: False, "true": True, "false": False}
REASONING_BESIDE = re.compile(r"gemini-(2\.5|3(\.\d+)?)-")
"""The beginning of the models' names, as Google writes them; by a gateway's name for them reasoning lies inside."""


def expect_of_sdk(call: Call) -> Reading:
    """What the event says of itself, else upstream's default; its own names count where the caller gives none."""
    said = call.usage.get(EXCLUSIVE)
    is_exclusive = SAYS.get(said) if isinstance(said, bool | str) else None
    provider = call.provider or _find_name(call, "$ai_provider")
    model = call.model or _find_name(call, "$ai_model")
    framework = _find_name(call, "$ai_framework")
    if is_exclusive is None:
        is_vercel_gateway = provider == "gateway" and framework == "vercel"
        is_exclusive = _is_anthropic(provider, model) and not is_vercel_gateway
    is_reasoning_inside = framework == "langchain" or not REASONING_BESIDE.match(model)
    return Reading(is_cache_inside=not is_exclusive, is_reasoning_inside=is_reasoning_inside)


def _find_name(call: Call, name: str) -> str:
    value = call.usage.get(name)
    return value.strip().lower() if isinstance(value, str) else ""


def _is_anthropic(provider: str, model: str) -> bool:
    return provider == "anthropic" or "anthropic" in model or model.startswith("claude")


FAMILY = Family("posthog", WORDS, expect_of_sdk)


def is_event(usage: Mapping[Any, Any]) -> bool:
    """Whether these are an event's properties, which hold anything: PostHog's own names begin with a dollar."""
    return any(isinstance(key, str) and key.startswith("$") for key in usage)


def is_sdk(usage: Mapping[Any, Any]) -> bool:
    return not WORDS.keys().isdisjoint(usage)


def fill_from_raw(usage: TokenUsage, raw: TokenUsage) -> TokenUsage:
    """
    Complete what the properties say with the provider's own object.

    Where the two name different figures, nothing is taken over and the disagreement is flagged.
    """
    if raw.input_tokens is None and raw.output_tokens is None:
        return usage
    if usage.input_tokens is None and usage.output_tokens is None:
        return raw
    usage = _add_tool_prompt(usage, raw)
    if is_witness_mismatch(usage.figures, raw.figures):
        return usage._replace(flags=tuple(sorted({*usage.flags, WITNESS_MISMATCH})))
    filled = {name: getattr(raw, name) for name in FILLED if getattr(usage, name) is None}
    return usage._replace(**filled, flags=tuple(sorted({*usage.flags, *raw.flags})))


def _add_tool_prompt(usage: TokenUsage, raw: TokenUsage) -> TokenUsage:
    """The provider's tool prompt on top, where the two reports agree with it and only with it."""
    tool_prompt = raw.tool_prompt_tokens or 0
    if usage.input_tokens is None or usage.total_tokens is None or not is_witness_mismatch(usage.figures, raw.figures):
        return usage
    whole = usage._replace(input_tokens=usage.input_tokens + tool_prompt, total_tokens=usage.total_tokens + tool_prompt)
    return usage if is_witness_mismatch(whole.figures, raw.figures) else whole


FILLED = (
    *(name for name in COUNT_COLUMNS if name not in ("total_tokens", "unexplained_tokens")),
    *("tool_prompt_tokens", "cache_read_audio_tokens", "cache_read_image_tokens"),
    *("billed_input_tokens", "billed_output_tokens", "citation_tokens", "service_tier", "provider_cost_usd"),
)
