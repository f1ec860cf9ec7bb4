"""
Providers that speak OpenAI's shape with their own additions.

Prices in USD per million tokens: deepseek 0.28 in, 0.028 read, 0.42 out; gpt-oss-120b (Groq) 0.15 in, 0.075 read,
0.60 out; mistral-large 0.50 in, 0.05 read, 1.50 out; kimi-k2.6 0.95 in, 0.16 read, 4 out; qwen-plus 0.40 in, 1.20
out; grok-4.3 1.25 in, 0.20 read, 2.50 out; sonar-reasoning-pro 2 in, 8 out and 0.006 a call.
"""

from dataclasses import replace

from tests.unit.llm_usage.captures.anthropic import Expectations
from tests.unit.llm_usage.captures.expected_event import ExpectedEvent, reported, usd

DEEPSEEK_CHAT = ExpectedEvent(
    provider="deepseek",
    model="deepseek-chat",
    is_stream=True,
    tokens=reported(
        input_tokens=6016 + 3984,  # prompt_cache_hit_tokens + prompt_cache_miss_tokens
        output_tokens=800,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        reasoning_tokens=0,  # not in the body: LiteLLM's own count, in streams only
    ),
    total_cost_usd=usd("1619.968"),  # 3984 × 0.28 + 6016 × 0.028 + 800 × 0.42
    flags=("reasoning_estimated",),
)
DEEPSEEK_REASONER = replace(
    DEEPSEEK_CHAT,
    model="deepseek-reasoner",
    tokens={**DEEPSEEK_CHAT.tokens, "reasoning_tokens": 512},  # inside the 800
    is_stream=False,
    flags=(),
)

GROQ = replace(
    DEEPSEEK_REASONER,
    provider="groq",
    model="openai/gpt-oss-120b",
    total_cost_usd=usd("1528.8"),  # 3984 × 0.15 + 6016 × 0.075 + 800 × 0.60
)

MISTRAL = replace(
    DEEPSEEK_CHAT,  # num_cached_tokens repeats the details' cached_tokens; no reasoning count in the body
    provider="mistral",
    model="mistral-large-latest",
    total_cost_usd=usd("3492.8"),  # 3984 × 0.50 + 6016 × 0.05 + 800 × 1.50
)

XAI = ExpectedEvent(
    provider="xai",
    model="grok-4.3",
    tokens=reported(
        input_tokens=3984 + 6016,
        output_tokens=300 + 512,  # the total, 10812, proves the reasoning to be on top of the body's 300
        total_tokens=10000 + 812,
        cache_read_input_tokens=6016,
        reasoning_tokens=512,
        audio_input_tokens=0,
        audio_output_tokens=0,
        image_input_tokens=0,
        web_search_count=0,  # num_sources_used
    ),
    total_cost_usd=usd("8213.2"),  # 3984 × 1.25 + 6016 × 0.20 + 812 × 2.50
)
XAI_STREAM = replace(
    XAI,
    tokens={**XAI.tokens, "web_search_count": None},  # LiteLLM's stream drops the sources
    is_stream=True,
    flags=("stream_incomplete",),
)

QWEN = ExpectedEvent(
    provider="dashscope",
    model="qwen-plus",
    tokens=reported(
        input_tokens=1936 + 6016 + 2048,
        output_tokens=800,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        cache_creation_input_tokens=2048,
        cache_creation_5m_input_tokens=2048,  # prompt_tokens_details.cache_creation
    ),
    total_cost_usd=usd("4960"),  # LiteLLM: 10000 × 0.40 + 800 × 1.20, the cached tokens in full
    flags=("cost_mismatch",),  # cached tokens cost less
)
QWEN_STREAM = replace(
    QWEN,
    tokens={**QWEN.tokens, "reasoning_tokens": 0},  # not in the body: LiteLLM's own count, in streams only
    is_stream=True,
    flags=("cost_mismatch", "reasoning_estimated"),
)

KIMI = ExpectedEvent(
    provider="moonshot",
    model="kimi-k2.6",
    tokens=reported(
        input_tokens=3984 + 6016,
        output_tokens=800,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,  # `cached_tokens` at the top, which LiteLLM ignores
    ),
    total_cost_usd=usd("12700"),  # LiteLLM: 10000 × 0.95 + 800 × 4, the cached tokens in full
    flags=("cost_mismatch",),  # 3984 × 0.95 + 6016 × 0.16 + 800 × 4 is 7947.36
)
KIMI_STREAM = replace(
    KIMI,
    # LiteLLM's stream loses the cached 6016 and fills in a reasoning count of its own.
    tokens={**KIMI.tokens, "cache_read_input_tokens": None, "reasoning_tokens": 0},
    is_stream=True,
    flags=("reasoning_estimated", "stream_incomplete"),
)

VLLM_STREAM = ExpectedEvent(
    provider="hosted_vllm",
    model="vllm-model",
    is_stream=True,
    # The body has three counts and null details; the reasoning is LiteLLM's own count.
    tokens=reported(input_tokens=10000, output_tokens=800, total_tokens=10000 + 800, reasoning_tokens=0),
    total_cost_usd=None,  # a model without a price: LiteLLM's 0.0 is unknown, not free
    flags=("reasoning_estimated", "unpriced_model"),
)

OPENROUTER = ExpectedEvent(
    provider="openrouter",
    model="anthropic/claude-sonnet-4.5",
    tokens=reported(
        input_tokens=1936 + 6016 + 2048,
        output_tokens=288 + 512,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        cache_creation_input_tokens=2048,
        reasoning_tokens=512,
        audio_input_tokens=0,
        video_input_tokens=0,
        image_output_tokens=0,
    ),
    total_cost_usd=usd("12300"),  # OpenRouter's own charge, `usage.cost`
    flags=("cost_mismatch",),  # by the list: 1936 × 3 + 6016 × 0.30 + 2048 × 3.75 + 800 × 15 = 27292.8
)

SONAR = ExpectedEvent(
    provider="perplexity",
    model="sonar-reasoning-pro",
    tokens=reported(
        input_tokens=100,
        output_tokens=288 + 512,
        total_tokens=100 + 800,  # the 50 citation tokens are in neither
        reasoning_tokens=512,
        web_search_count=2,  # num_search_queries
    ),
    total_cost_usd=usd("12600"),  # Perplexity's own charge: 100 × 2 + 800 × 8 + 6000 for the call
)
SONAR_STREAM = replace(
    SONAR,
    tokens={**SONAR.tokens, "web_search_count": None},  # LiteLLM's stream loses the searches
    is_stream=True,
    flags=("cost_mismatch", "stream_incomplete"),  # without them the list gives 6600
)

OPENAI_COMPATIBLE: Expectations = {
    "dashscope_qwen_nonstream": (QWEN,),
    "dashscope_qwen_stream": (QWEN_STREAM,),
    "deepseek_chat_cachehit_stream": (DEEPSEEK_CHAT,),
    "deepseek_reasoner_nonstream": (DEEPSEEK_REASONER,),
    "deepseek_reasoner_stream": (replace(DEEPSEEK_REASONER, is_stream=True),),
    "groq_gptoss_nonstream": (GROQ,),
    "groq_gptoss_stream": (replace(GROQ, is_stream=True),),
    "hosted_vllm_stream": (VLLM_STREAM,),
    "mistral_cached_stream": (MISTRAL,),
    "moonshot_kimi_nonstream": (KIMI,),
    "moonshot_kimi_stream": (KIMI_STREAM,),
    "openrouter_claude_nonstream": (OPENROUTER,),
    "perplexity_nonstream": (SONAR,),
    "perplexity_stream": (SONAR_STREAM,),
    "xai_grok_reasoning_nonstream": (XAI,),
    "xai_grok_reasoning_stream": (XAI_STREAM,),
}
