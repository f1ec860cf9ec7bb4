"""
Gemini, by the OpenAI-compatible route, its native route and the Messages bridge.

Prices in USD per million tokens: gemini-2.5-pro 1.25 in, 0.125 read, 10 out (thoughts too);
gemini-3.8-flash 0.75 in, 0.075 read, 3.75 out.
"""

from dataclasses import replace

from tests.unit.llm_usage.captures.anthropic import Expectations
from tests.unit.llm_usage.captures.expected_event import ExpectedEvent, reported, usd

CACHED_THOUGHTS = ExpectedEvent(
    provider="gemini",
    model="gemini-2.5-pro",
    tokens=reported(
        input_tokens=9000 + 600 + 400,  # text, image, audio; the cached 6016 lie inside
        output_tokens=288 + 512,  # candidatesTokenCount leaves the thoughts out
        total_tokens=10000 + 800,
        cache_read_input_tokens=5016 + 600 + 400,  # all of the image and the audio came from the cache
        reasoning_tokens=512,
        image_input_tokens=600,
        audio_input_tokens=400,
    ),
    total_cost_usd=usd("13732"),  # 3984 × 1.25 + 6016 × 0.125 + 800 × 10
)
CACHED_THOUGHTS_STREAM = replace(CACHED_THOUGHTS, is_stream=True)  # chunks are cumulative: the last one counts

FLASH = replace(
    CACHED_THOUGHTS,
    model="gemini-3.8-flash",
    total_cost_usd=usd("6439.2"),  # 3984 × 0.75 + 6016 × 0.075 + 800 × 3.75
)

TOOL_USE = ExpectedEvent(
    provider="gemini",
    model="gemini-2.5-pro",
    tokens=reported(
        input_tokens=1000 + 250,  # the tools' prompt is outside promptTokenCount
        output_tokens=288 + 512,
        total_tokens=1250 + 800,
        reasoning_tokens=512,
    ),
    total_cost_usd=usd("9562.5"),  # 1250 × 1.25 + 800 × 10
)

GEMINI: Expectations = {
    "gemini_chat_cache_thoughts_stream": (CACHED_THOUGHTS_STREAM,),
    "gemini_chat_flash38_nonstream": (FLASH,),
    "gemini_chat_tooluse_nonstream": (TOOL_USE,),
    "gemini_chat_tooluse_stream": (replace(TOOL_USE, is_stream=True),),
    "gemini_native_generatecontent_nonstream": (CACHED_THOUGHTS,),
    "gemini_native_generatecontent_stream": (CACHED_THOUGHTS_STREAM,),
    "gemini_via_messages_bridge_stream": (CACHED_THOUGHTS_STREAM,),
}
