"""
Claude, by its own API and by Bedrock.

Prices in USD per million tokens: claude-sonnet-4-5 3 in, 0.30 read, 3.75 write 5m, 6 write 1h, 15 out; the same on
Bedrock.
"""

from collections.abc import Mapping
from dataclasses import replace

from tests.unit.llm_usage.captures.expected_event import ExpectedEvent, reported, usd

Expectations = Mapping[str, tuple[ExpectedEvent, ...]]

CACHED = ExpectedEvent(
    provider="anthropic",
    model="claude-sonnet-4-5",
    tokens=reported(
        input_tokens=100 + 6016 + 3000,  # the body's 100 leaves the cache out
        output_tokens=800,
        total_tokens=9116 + 800,  # Anthropic reports no total
        cache_read_input_tokens=6016,
        cache_creation_input_tokens=2000 + 1000,
        cache_creation_5m_input_tokens=2000,
        cache_creation_1h_input_tokens=1000,
        reasoning_tokens=0,
    ),
    # 100 × 3 + 6016 × 0.30 + 2000 × 3.75 + 1000 × 6 + 800 × 15
    total_cost_usd=usd("27604.8"),
)
CACHED_STREAM = replace(CACHED, is_stream=True)  # message_start has 5 output tokens; the final 800 include them

THINKING_ESTIMATED = replace(
    CACHED,
    # Anthropic said nothing of thinking: the 212 are LiteLLM's count of the visible thinking text.
    tokens={**CACHED.tokens, "reasoning_tokens": 212},
    flags=("reasoning_estimated",),
)
THINKING_REPORTED = replace(
    CACHED,
    tokens={**CACHED.tokens, "reasoning_tokens": 512},  # output_tokens_details.thinking_tokens, inside the 800
    tolerated_flags=("reasoning_estimated",),  # LiteLLM does not say whose count it is
)

GATEWAY_CACHE_HIT = replace(
    CACHED,  # the first call's counts again; no provider was asked
    call_kind="gateway_cache_hit",
    total_cost_usd=usd("0"),
    saved_cost_usd=usd("27604.8"),
)

ANTHROPIC: Expectations = {
    "anthropic_chat_cache5m1h_nonstream": (CACHED,),
    "anthropic_chat_thinking_nonstream": (THINKING_ESTIMATED,),
    "anthropic_chat_thinking_reported_nonstream": (THINKING_REPORTED,),
    "anthropic_chat_thinking_stream": (replace(THINKING_ESTIMATED, is_stream=True),),
    "anthropic_messages_cache_nonstream": (CACHED,),
    "anthropic_messages_cache_stream": (CACHED_STREAM,),
    "anthropic_messages_thinking_nonstream": (THINKING_ESTIMATED,),
    "anthropic_messages_thinking_reported_nonstream": (THINKING_REPORTED,),
    "anthropic_messages_thinking_reported_stream": (replace(THINKING_REPORTED, is_stream=True),),
    "anthropic_messages_thinking_stream": (replace(THINKING_ESTIMATED, is_stream=True),),
    "anthropic_responses_bridge_nonstream": (CACHED,),
    "anthropic_responses_bridge_stream": (CACHED_STREAM,),
    "litellm_cache_hit_messages_store": (CACHED,),
    "litellm_cache_hit_messages_hit": (GATEWAY_CACHE_HIT,),
    "passthrough_anthropic_nonstream": (CACHED,),
}

BEDROCK_CACHED = replace(
    CACHED,
    provider="bedrock",
    model="anthropic.claude-sonnet-4-5-20250929-v1:0",
    # inputTokens 100 + cacheReadInputTokens 6016 + cacheWriteInputTokens 3000 (5m 2000, 1h 1000): the body says each
    # cache count twice, as …Tokens and as …TokenCount. totalTokens 9916.
)

BEDROCK: Expectations = {
    "bedrock_converse_cache_nonstream": (BEDROCK_CACHED,),
    "bedrock_converse_cache_stream": (replace(BEDROCK_CACHED, is_stream=True),),
    "bedrock_via_messages_stream": (replace(BEDROCK_CACHED, is_stream=True),),
}
