"""
OpenAI's usage, and that of everybody who follows it: chat, Responses, Realtime, images, transcription, embeddings.

- Input includes cached and cache-written tokens, output includes reasoning.
- Chat: `prompt_tokens(_details)`, `completion_tokens(_details)`. Responses and images: `input_tokens(_details)`,
  `output_tokens(_details)`. Realtime and transcription: the singular `input_token_details`.
- Cache writes of the newest models: `cache_write_tokens`, a subset too; their lifetimes in
  `cache_write_tokens_details.ttl_{30m,12h}_tokens`.
- `accepted_prediction_tokens`, `rejected_prediction_tokens` are inside the output and have no column.
- whisper-1 reports seconds instead of tokens: nothing is counted.

The tables also know what others write into the same objects: LiteLLM's and LangChain's details (which name the service
tier in the key: `flex_cache_read`), Alibaba's cache creation, Perplexity's cache reads.

Source: OpenAI API reference, `CompletionUsage`, `ResponseUsage`, `RealtimeResponseUsage`, `ImagesResponse.usage`
(openai 3.57).
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.readings.found import IGNORED, Found, Handler, Words, collect, parse_count
from posthog.llm_usage.readings.modality import split_by_modality

CACHED_DETAILS = Words(
    text_tokens="cached_text",
    audio_tokens="cached_audio",
    image_tokens="cached_image",
    video_tokens="cached_video",
)

TTL_SPLIT = Words(
    ephemeral_5m_input_tokens="write_5m",
    ephemeral_30m_input_tokens="write_30m",
    ephemeral_1h_input_tokens="write_1h",
    ephemeral_12h_input_tokens="write_12h",
    ttl_5m_tokens="write_5m",
    ttl_30m_tokens="write_30m",
    ttl_1h_tokens="write_1h",
    ttl_12h_tokens="write_12h",
)


def keep_cache_creation(value: Any, found: Found) -> None:
    """Anthropic's and Alibaba's object of lifetimes; by the same key, LangChain's count of all of them."""
    if isinstance(value, Mapping):
        collect(value, TTL_SPLIT, found)
    else:
        count = parse_count(value, found.flags)
        if count is not None:
            found.note("cache_write", count)


def keep_tier_of_key(tier: str) -> Handler:
    """A reader of LangChain's count of what a tier priced: the key alone matters, its tokens are in the others."""

    def keep(_value: Any, found: Found) -> None:
        found.service_tier = tier

    return keep


TIERS = ("flex", "priority")

INPUT_DETAILS = Words(
    TTL_SPLIT
    | {f"{tier}_cache_read": "cache_read" for tier in TIERS}
    | {f"{tier}_cache_creation": "cache_write" for tier in TIERS}
    | {tier: keep_tier_of_key(tier) for tier in TIERS},
    cached_tokens="cache_read",
    cache_read="cache_read",
    cache_read_tokens="cache_read",
    cache_read_input_tokens="cache_read",
    cache_write_tokens="cache_write",
    cache_creation_tokens="cache_write",
    cache_creation_input_tokens="cache_write",
    cached_tokens_details=CACHED_DETAILS,
    cache_write_tokens_details=TTL_SPLIT,
    cache_creation_token_details=TTL_SPLIT,
    cache_creation=keep_cache_creation,
    text_tokens="text_input",
    audio_tokens="audio_input",
    image_tokens="image_input",
    video_tokens="video_input",
    textTokens="text_input",
    audioTokens="audio_input",
    imageTokens="image_input",
    videoTokens="video_input",
    audio="audio_input",
    tool_use_tokens="tool_prompt_inside",
    web_search_requests="web_search",
    cache_type=IGNORED,
    initial_prompt_tokens=IGNORED,
    reasoning_tokens=IGNORED,
    provisioned_tokens=IGNORED,
    google_maps_grounding_requests=IGNORED,
    query_count=IGNORED,
    character_count=IGNORED,
    image_count=IGNORED,
    video_length_seconds=IGNORED,
    audio_length_seconds=IGNORED,
)
INPUT_DETAILS.read_list = split_by_modality("{}_input")

OUTPUT_DETAILS = Words(
    {f"{tier}_reasoning": "reasoning" for tier in TIERS} | dict.fromkeys(TIERS, IGNORED),
    reasoning_tokens="reasoning",
    thinking_tokens="reasoning",
    reasoning="reasoning",
    text_tokens="text_output",
    audio_tokens="audio_output",
    image_tokens="image_output",
    video_tokens="video_output",
    textTokens="text_output",
    audioTokens="audio_output",
    imageTokens="image_output",
    videoTokens="video_output",
    audio="audio_output",
    accepted_prediction_tokens=IGNORED,
    rejected_prediction_tokens=IGNORED,
    provisioned_tokens=IGNORED,
)
OUTPUT_DETAILS.read_list = split_by_modality("{}_output")

CHAT = Words(
    prompt_tokens="input",
    completion_tokens="output",
    total_tokens="total",
    prompt_tokens_details=INPUT_DETAILS,
    completion_tokens_details=OUTPUT_DETAILS,
)

RESPONSES = Words(
    input_tokens="input",
    output_tokens="output",
    total_tokens="total",
    input_tokens_details=INPUT_DETAILS,
    output_tokens_details=OUTPUT_DETAILS,
    input_token_details=INPUT_DETAILS,
    output_token_details=OUTPUT_DETAILS,
)

USAGE_REPORT = Words(
    input_cached_tokens="cache_read",
    input_uncached_tokens=IGNORED,
    input_text_tokens="text_input",
    input_cached_text_tokens="cached_text",
    input_cached_audio_tokens="cached_audio",
    input_cached_image_tokens="cached_image",
    output_text_tokens="text_output",
    output_image_tokens="image_output",
    num_model_requests=IGNORED,
)
"""The organization's usage, by the day and the model; the audio counts stand in `frameworks.LANGFUSE`."""

WORDS = Words(
    CHAT | RESPONSES | USAGE_REPORT,
    tool_usage=Words(web_search=Words(num_requests="web_search"), image_gen=IGNORED),
    type=IGNORED,
    seconds=IGNORED,
    active_seconds=IGNORED,
    paused_seconds=IGNORED,
    billable_audio_seconds=IGNORED,
    input_text_messages=IGNORED,
)
