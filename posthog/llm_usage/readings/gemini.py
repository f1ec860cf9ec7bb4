"""
Gemini's usage, on AI Studio and Vertex, in camelCase and snake_case; the Live and the Interactions API's.

- `thoughtsTokenCount` usually lies beside `candidatesTokenCount`, sometimes inside: the total decides.
- `toolUsePromptTokenCount` is extra input.
- `cachedContentTokenCount` is a part of `promptTokenCount`; Vertex sometimes leaves it out there.
- `*TokensDetails` give the parts by modality, the tools' prompt in a list of its own.
- Chunks of a stream are cumulative.
- Through the OpenAI-compatible endpoint the thoughts lie beside the completion too, or are visible only as
  total − (prompt + completion).

Source: `GenerateContentResponse.UsageMetadata` (Gemini API reference), `Interaction.usage`.
"""

from typing import Any

from posthog.llm_usage.readings.arithmetic import Reading
from posthog.llm_usage.readings.family import Call
from posthog.llm_usage.readings.found import IGNORED, Found, Words
from posthog.llm_usage.readings.modality import split_by_modality
from posthog.llm_usage.readings.openai import INPUT_DETAILS, OUTPUT_DETAILS

CACHED = split_by_modality("cached_{}")
TRAFFIC_TIERS = {"on_demand_priority": "priority", "on_demand_flex": "flex", "provisioned_throughput": "provisioned"}


def keep_traffic_type(value: Any, found: Found) -> None:
    """Vertex's name of the tier; plain ON_DEMAND is none."""
    if isinstance(value, str) and found.service_tier is None:
        found.service_tier = TRAFFIC_TIERS.get(value.lower())


CAMEL_CASE = Words(
    promptTokenCount="input",
    candidatesTokenCount="output",
    responseTokenCount="output",
    totalTokenCount="total",
    cachedContentTokenCount="cache_read",
    thoughtsTokenCount="reasoning",
    toolUsePromptTokenCount="tool_prompt",
    promptTokensDetails=INPUT_DETAILS,
    promptTokenDetails=INPUT_DETAILS,
    toolUsePromptTokensDetails=INPUT_DETAILS,
    candidatesTokensDetails=OUTPUT_DETAILS,
    responseTokensDetails=OUTPUT_DETAILS,
    cacheTokensDetails=CACHED,
    trafficType=keep_traffic_type,
    billableCharacterCount=IGNORED,
)

SNAKE_CASE = Words(
    prompt_token_count="input",
    candidates_token_count="output",
    response_token_count="output",
    total_token_count="total",
    cached_content_token_count="cache_read",
    thoughts_token_count="reasoning",
    tool_use_prompt_token_count="tool_prompt",
    prompt_tokens_details=INPUT_DETAILS,
    tool_use_prompt_tokens_details=INPUT_DETAILS,
    candidates_tokens_details=OUTPUT_DETAILS,
    response_tokens_details=OUTPUT_DETAILS,
    cache_tokens_details=CACHED,
    traffic_type=keep_traffic_type,
)

INTERACTIONS = Words(
    total_input_tokens="input",
    total_output_tokens="output",
    total_cached_tokens="cache_read",
    total_thought_tokens="reasoning",
    total_reasoning_tokens="reasoning",
    total_tool_use_tokens="tool_prompt",
    total_tokens="total",
    input_tokens_by_modality=INPUT_DETAILS,
    output_tokens_by_modality=OUTPUT_DETAILS,
    cached_tokens_by_modality=CACHED,
    tool_use_tokens_by_modality=INPUT_DETAILS,
)

WORDS = Words(CAMEL_CASE | SNAKE_CASE | INTERACTIONS)

THOUGHTS_BESIDE = Reading(is_reasoning_inside=False, is_tool_prompt_inside=False)
ANY_HOST = frozenset({"", "openai", "openai_compatible", "openai-compatible"})
"""Names that say only which protocol was spoken."""


def expect_thoughts_beside(_call: Call) -> Reading:
    return THOUGHTS_BESIDE


def is_hiding_thoughts(call: Call) -> bool:
    """Whether the call went through Gemini's OpenAI-compatible endpoint, whose total alone shows the thoughts."""
    provider = call.provider
    if provider in ANY_HOST:
        return "gemini" in call.model
    return "gemini" in provider or "google" in provider or "vertex" in provider


def is_gemini(call: Call) -> bool:
    """Whether a model of Google's own answered there: other makers' models on Vertex count as their makers do."""
    return is_hiding_thoughts(call) and (not call.model or "gemini" in call.model or "gemma" in call.model)
