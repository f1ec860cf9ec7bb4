"""
Usage as libraries hand it on: Vercel's AI SDK, LangChain, Langfuse, Codex, Cursor, OpenRouter's generations.

- AI SDK 4: `promptTokens`. 5: `inputTokens` with `cachedInputTokens` and `reasoningTokens`. 6: `inputTokens: {total,
  cacheRead, cacheWrite}`. All inclusive; the plain keys are Bedrock's too, so the others tell them apart.
- LangChain: `input_tokens` with `input_token_details.{cache_read,cache_creation,audio}`, inclusive.
- Codex: `cached_input_tokens`, `reasoning_output_tokens`, inclusive.
- Pydantic AI and the Agents SDKs: `cache_read_tokens`, `cache_write_tokens`, inclusive. Portkey: `prompt_cache_*`.
- Cursor: `cacheReadTokens` and `cacheWriteTokens` lie beside `inputTokens`.
- Langfuse: `input` and `output` leave out every `input_*` and `output_*` beside them.
- OpenRouter's generations: the `native_*` counts are the model's own and are billed.

Source: the libraries' own types and converters: `LanguageModelUsage` (AI SDK), `UsageMetadata` (LangChain),
`usageDetails` (Langfuse), `RequestUsage` (Pydantic AI), `GET /generation` (OpenRouter).
"""

from collections.abc import Mapping

from posthog.llm_usage.readings import bedrock
from posthog.llm_usage.readings.arithmetic import BESIDE, CACHE_BESIDE, INCLUSIVE, Reading
from posthog.llm_usage.readings.family import Call
from posthog.llm_usage.readings.found import IGNORED, Words

AI_SDK = Words(
    promptTokens="input",
    completionTokens="output",
    generationTokens="output",
    inputTokens="input",
    outputTokens="output",
    totalTokens="total",
    cachedInputTokens="cache_read",
    reasoningTokens="reasoning",
    inputTokenDetails=Words(cacheReadTokens="cache_read", cacheWriteTokens="cache_write", noCacheTokens=IGNORED),
    outputTokenDetails=Words(reasoningTokens="reasoning", textTokens=IGNORED),
    raw=IGNORED,
)

CODEX = Words(
    cached_input_tokens="cache_read",
    cache_write_input_tokens="cache_write",
    reasoning_output_tokens="reasoning",
    reasoningOutputTokens="reasoning",
    cacheWriteInputTokens="cache_write",
    cacheCreationInputTokens="cache_write",
)

CURSOR = Words(cacheReadTokens="cache_read", cacheWriteTokens="cache_write", totalCents=IGNORED)

LANGFUSE = Words(
    input="input",
    output="output",
    total="total",
    input_cached_tokens="cache_read",
    input_cache_read="cache_read",
    input_cache_creation="cache_write",
    input_audio_tokens="audio_input",
    input_image_tokens="image_input",
    output_reasoning_tokens="reasoning",
    output_reasoning="reasoning",
    output_audio_tokens="audio_output",
    unit=IGNORED,
)

PYDANTIC_AI = Words(
    cache_read_tokens="cache_read",
    cache_write_tokens="cache_write",
    cache_audio_read_tokens="cached_audio",
    output_audio_tokens="audio_output",
    requests=IGNORED,
    tool_calls=IGNORED,
    details=IGNORED,
)

PORTKEY = Words(prompt_cache_read_tokens="cache_read", prompt_cache_write_tokens="cache_write")

OPENROUTER_GENERATION = Words(
    native_tokens_prompt="input",
    native_tokens_completion="output",
    native_tokens_cached="cache_read",
    native_tokens_reasoning="reasoning",
    native_tokens_completion_images="image_output",
    tokens_prompt=IGNORED,
    tokens_completion=IGNORED,
    num_search_results=IGNORED,
)

WORDS = Words(AI_SDK | CODEX | CURSOR | LANGFUSE | PYDANTIC_AI | PORTKEY | OPENROUTER_GENERATION)


def expect_of_camel_case(call: Call) -> Reading:
    """The AI SDK's and Codex's cache lies inside; Bedrock's and Cursor's beside."""
    if not INCLUSIVE_KEYS.isdisjoint(call.usage) or isinstance(call.usage.get("inputTokens"), Mapping):
        return INCLUSIVE
    return INCLUSIVE if call.model.startswith(bedrock.INCLUSIVE_MODELS) else CACHE_BESIDE


INCLUSIVE_KEYS = frozenset(
    {
        *("cachedInputTokens", "inputTokenDetails", "reasoningTokens", "reasoningOutputTokens"),
        *("promptTokens", "completionTokens"),
    }
)


def expect_disjoint(_call: Call) -> Reading:
    return BESIDE
