"""
Usage as libraries hand it on: Vercel's AI SDK, LangChain, Langfuse, Codex, Cursor, OpenRouter's generations.

- AI SDK 4: `promptTokens`. 5: `inputTokens` with `cachedInputTokens` and `reasoningTokens`. 6: `inputTokens: {total,
  cacheRead, cacheWrite}`. All inclusive; the plain keys are Bedrock's too, so the others tell them apart.
- LangChain: `input_tokens` with `input_token_details.{cache_read,cache_creation,audio}`, inclusive.
- OpenAI's Agents SDK for JavaScript: `inputTokensDetails`, one object a request, inclusive.
- Codex: `cached_input_tokens`, `reasoning_output_tokens`; in its telemetry `…_token_count`; inclusive.
- Pydantic AI and the Agents SDKs: `cache_read_tokens`, `cache_write_tokens`, inclusive. Portkey: `prompt_cache_*`.
- Cursor: `cacheReadTokens` and `cacheWriteTokens` lie beside `inputTokens`. So do the caches of Claude's Agent SDK,
  and of Claude Code's telemetry: `cache_read_tokens` and `cache_creation_tokens`.
- Langfuse: `input` and `output` leave out every `input_*` and `output_*` beside them.
- OpenRouter's generations: the `native_*` counts are the model's own and are billed.

Source: the libraries' own types and converters: `LanguageModelUsage` (AI SDK), `UsageMetadata` (LangChain),
`usageDetails` (Langfuse), `RequestUsage` (Pydantic AI), `GET /generation` (OpenRouter).
"""

from collections.abc import Mapping

from posthog.llm_usage.readings import bedrock
from posthog.llm_usage.readings.arithmetic import BESIDE, CACHE_BESIDE, INCLUSIVE, Reading
from posthog.llm_usage.readings.compatible import keep_cost
from posthog.llm_usage.readings.family import Call
from posthog.llm_usage.readings.found import IGNORED, Words, read_each
from posthog.llm_usage.readings.openai import INPUT_DETAILS, OUTPUT_DETAILS

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

AGENTS_INPUT, AGENTS_OUTPUT = Words(INPUT_DETAILS), Words(OUTPUT_DETAILS)
AGENTS_INPUT.read_list, AGENTS_OUTPUT.read_list = read_each(INPUT_DETAILS), read_each(OUTPUT_DETAILS)

OPENAI_AGENTS = Words(
    inputTokensDetails=AGENTS_INPUT,
    outputTokensDetails=AGENTS_OUTPUT,
    request_usage_entries=IGNORED,
    requestUsageEntries=IGNORED,
)

CLAUDE_AGENT = Words(
    cache_creation_tokens="cache_write",
    webSearchRequests="web_search",
    costUSD=IGNORED,
    cost_usd=IGNORED,
    contextWindow=IGNORED,
    maxOutputTokens=IGNORED,
    duration_ms=IGNORED,
)

CODEX = Words(
    cached_input_tokens="cache_read",
    cache_write_input_tokens="cache_write",
    reasoning_output_tokens="reasoning",
    reasoningOutputTokens="reasoning",
    cacheWriteInputTokens="cache_write",
    cacheCreationInputTokens="cache_write",
    cached_token_count="cache_read",
    reasoning_token_count="reasoning",
    tool_token_count=IGNORED,
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
    num_media_prompt=IGNORED,
    num_media_completion=IGNORED,
    num_input_audio_prompt=IGNORED,
    total_cost=keep_cost,
    usage=IGNORED,
    latency=IGNORED,
    generation_time=IGNORED,
    moderation_latency=IGNORED,
)

WORDS = Words(
    AI_SDK | OPENAI_AGENTS | CLAUDE_AGENT | CODEX | CURSOR | LANGFUSE | PYDANTIC_AI | PORTKEY | OPENROUTER_GENERATION
)


def expect_of_camel_case(call: Call) -> Reading:
    """The AI SDK's and Codex's cache lies inside; Bedrock's and Cursor's beside."""
    if not INCLUSIVE_KEYS.isdisjoint(call.usage) or isinstance(call.usage.get("inputTokens"), Mapping):
        return INCLUSIVE
    return INCLUSIVE if call.model.startswith(bedrock.INCLUSIVE_MODELS) else CACHE_BESIDE


INCLUSIVE_KEYS = frozenset(
    {
        *("cachedInputTokens", "inputTokenDetails", "reasoningTokens", "reasoningOutputTokens"),
        *("promptTokens", "completionTokens", "inputTokensDetails", "outputTokensDetails"),
    }
)


def expect_disjoint(_call: Call) -> Reading:
    return BESIDE
