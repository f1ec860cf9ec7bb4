"""
What providers with OpenAI's shape add to it, and where they count otherwise.

- DeepSeek: `prompt_cache_hit_tokens` repeats `cached_tokens`; hits and misses sum to the prompt.
- Moonshot, Together: `cached_tokens` at the top.
- Mistral: `num_cached_tokens`, or `prompt_token(s)_details`. `connector_tokens`, which its tools read, lie beside the
  prompt; `connectors.web_search` are searches.
- xAI's chat: reasoning lies beside the completion; its Responses include it. `num_sources_used` are billed searches.
- Google's OpenAI-compatible endpoint, and DeepInfra's Gemma and Gemini: reasoning lies beside the completion.
- Perplexity: `num_search_queries`; deep research bills `citation_tokens` and `reasoning_tokens` on top. Chunks are
  cumulative.
- Alibaba: searches under `plugins.search.count`, media counts at the top.
- OpenRouter: `cost` in US dollars; for a call with one's own key (`is_byok`) it leaves the upstream's charge out.
- Databricks: `cache_read_input_tokens` beside `prompt_tokens`, and inside them.
- Groq, Fireworks, Cerebras, Azure, vLLM, SambaNova: OpenAI's, with timings beside it.
- Snowflake: the guard's `guardrails_tokens` are another model's. Voyage: pixels are no tokens.

Source: API references of the providers named, usage objects of their chat completions.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from posthog.llm_usage.pricing.given import parse_usd
from posthog.llm_usage.readings.anthropic import SERVER_TOOLS, keep_iterations
from posthog.llm_usage.readings.arithmetic import INCLUSIVE, REASONING_BESIDE, Reading
from posthog.llm_usage.readings.family import Call
from posthog.llm_usage.readings.found import IGNORED, Found, Words
from posthog.llm_usage.readings.gemini import is_gemini
from posthog.llm_usage.readings.openai import INPUT_DETAILS, keep_cache_creation

USD_PER_TICK = Decimal("1e-10")
"""xAI's `cost_in_usd_ticks`."""


def keep_cost(value: Any, found: Found) -> None:
    """A number, or Perplexity's object with `total_cost`."""
    found.cost_usd = parse_usd(value.get("total_cost") if isinstance(value, Mapping) else value)


def keep_ticks(value: Any, found: Found) -> None:
    """A count of ticks, or of 0."""
    ticks = parse_usd(value)
    found.cost_usd = None if ticks is None else ticks * USD_PER_TICK


def keep_tier(value: Any, found: Found) -> None:
    """The tier that the provider says it served."""
    if isinstance(value, str) and value:
        found.service_tier = value.lower()


WORDS = Words(
    cached_tokens="cache_read",
    num_cached_tokens="cache_read",
    prompt_cache_hit_tokens="cache_read",
    cached_prompt_text_tokens="cache_read",
    cache_read_input_tokens="cache_read",
    cache_creation_input_tokens="cache_write",
    cache_creation=keep_cache_creation,
    prompt_cache_miss_tokens="cache_miss",
    prompt_token_details=INPUT_DETAILS,
    prompt_text_tokens="text_input",
    prompt_image_tokens="image_input",
    prompt_audio_seconds=IGNORED,
    connector_tokens="tool_prompt",
    connectors=Words(
        web_search="web_search", code_interpreter=IGNORED, image_generation=IGNORED, document_library=IGNORED
    ),
    reasoning_tokens="reasoning",
    citation_tokens="citation",
    guardrails_tokens=IGNORED,
    text_tokens="text_input",
    audio_tokens="audio_input",
    image_tokens="image_input",
    video_tokens="video_input",
    image_pixels=IGNORED,
    video_pixels=IGNORED,
    num_sources_used="web_search",
    num_search_queries="web_search",
    search_context_size=IGNORED,
    server_side_tool_usage_details=Words(
        web_search_calls="web_search",
        x_search_calls=IGNORED,
        code_interpreter_calls=IGNORED,
        file_search_calls=IGNORED,
        mcp_calls=IGNORED,
        document_search_calls=IGNORED,
    ),
    num_server_side_tools_used=IGNORED,
    server_side_tools_used=IGNORED,
    context_details=IGNORED,
    tool_calls_details=Words(search_web=Words(invocation="web_search"), fetch_url=IGNORED),
    plugins=Words(search=Words(count="web_search", strategy=IGNORED)),
    server_tool_use=SERVER_TOOLS,
    iterations=keep_iterations,
    cost=keep_cost,
    cost_in_usd_ticks=keep_ticks,
    cost_details=IGNORED,
    prompt_cost=IGNORED,
    completion_cost=IGNORED,
    cache_cost=IGNORED,
    is_byok=IGNORED,
    service_tier=keep_tier,
    serviceTier=keep_tier,
    inference_geo=IGNORED,
    speed=IGNORED,
    queue_time=IGNORED,
    prompt_time=IGNORED,
    completion_time=IGNORED,
    total_time=IGNORED,
    total_latency=IGNORED,
    time_to_first_token=IGNORED,
    completion_tokens_per_sec=IGNORED,
    completion_tokens_after_first_per_sec=IGNORED,
    completion_tokens_after_first_per_sec_first_ten=IGNORED,
    completion_tokens_after_first_per_sec_graph=IGNORED,
    total_tokens_per_sec=IGNORED,
    dram_cached_tokens=IGNORED,
    sram_cached_tokens=IGNORED,
    tokens_per_second=IGNORED,
    start_time=IGNORED,
    end_time=IGNORED,
    is_last_response=IGNORED,
    total_characters=IGNORED,
    estimated_cost=IGNORED,
    request_count=IGNORED,
    output_image_count=IGNORED,
    x_details=IGNORED,
)

CONNECTORS_BESIDE = Reading(is_tool_prompt_inside=False)
ADDITIVE_PROVIDERS = frozenset({"xai", "x-ai", "x_ai", "grok"})


def expect_of_chat(call: Call) -> Reading:
    """Inclusive, but for the few that count reasoning or their tools' prompt on top."""
    provider, model = call.provider, call.model
    if provider in ADDITIVE_PROVIDERS:
        return REASONING_BESIDE
    if provider == "deepinfra" and ("gemma" in model or "gemini" in model):
        return REASONING_BESIDE
    if provider == "perplexity" and (not model or "deep-research" in model):
        return REASONING_BESIDE
    if is_gemini(call):
        return REASONING_BESIDE
    return CONNECTORS_BESIDE if provider == "mistral" else INCLUSIVE


def add_upstream_cost(usage: Mapping[Any, Any], found: Found) -> None:
    """With one's own key OpenRouter charges its fee alone; the upstream's charge is paid beside it."""
    details = usage.get("cost_details")
    if found.cost_usd is not None and usage.get("is_byok") is True and isinstance(details, Mapping):
        upstream = parse_usd(details.get("upstream_inference_cost"))
        found.cost_usd = None if upstream is None else found.cost_usd + upstream
