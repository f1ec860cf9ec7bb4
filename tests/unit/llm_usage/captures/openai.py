"""
OpenAI (chat, Responses, completions, images, audio) and Azure.

Prices in USD per million tokens: gpt-4o 2.50 in, 1.25 read, 10 out; o3 2 in, 0.50 read, 8 out; gpt-5.6 4 in,
0.40 read, 5 write (30m), 10 write 12h, 20 out; gpt-audio text 2.50 in, 10 out, audio 32 in, 64 out;
text-embedding-3-small 0.02 in; gpt-image-1 text 5 in, image 10 in, 40 out; tts-1 15 per million characters;
whisper-1 0.006 per minute.
"""

from dataclasses import replace

from tests.unit.llm_usage.captures.anthropic import Expectations
from tests.unit.llm_usage.captures.expected_event import NOTHING_REPORTED, ExpectedEvent, reported, usd

GPT_4O = ExpectedEvent(
    provider="openai",
    model="gpt-4o",
    tokens=reported(
        input_tokens=3984 + 6016,  # the body's 10000 includes the cached 6016
        output_tokens=800,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        reasoning_tokens=0,
        audio_input_tokens=0,
        audio_output_tokens=0,
    ),
    total_cost_usd=usd("25480"),  # 3984 × 2.50 + 6016 × 1.25 + 800 × 10
)
GPT_4O_STREAM = replace(GPT_4O, is_stream=True)

O3 = replace(
    GPT_4O,
    model="o3",
    tokens={**GPT_4O.tokens, "reasoning_tokens": 512},  # inside the 800
    total_cost_usd=usd("17376"),  # 3984 × 2 + 6016 × 0.50 + 800 × 8
)

O3_RESPONSES = replace(
    O3,
    # A Responses body has no audio counts.
    tokens=reported(
        input_tokens=3984 + 6016,
        output_tokens=288 + 512,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        reasoning_tokens=512,
    ),
)

GPT_5_CHAT = replace(
    O3,
    model="gpt-5.6",
    tokens=reported(
        input_tokens=1936 + 6016 + 2048,  # fresh, read, written: all inside the body's 10000
        output_tokens=288 + 512,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        cache_creation_input_tokens=2048,  # chat gives no lifetimes
        reasoning_tokens=512,
        audio_input_tokens=0,
        audio_output_tokens=0,
    ),
    is_stream=True,
    total_cost_usd=usd("36390.4"),  # 1936 × 4 + 6016 × 0.40 + 2048 × 5 + 800 × 20
)

GPT_5_RESPONSES = replace(
    GPT_5_CHAT,
    tokens=reported(
        input_tokens=1936 + 6016 + 2048,
        output_tokens=288 + 512,
        total_tokens=10000 + 800,
        cache_read_input_tokens=6016,
        cache_creation_input_tokens=1024 + 1024,
        cache_creation_30m_input_tokens=1024,  # ttl_30m_tokens
        cache_creation_12h_input_tokens=1024,  # ttl_12h_tokens
        reasoning_tokens=512,
    ),
    is_stream=False,
    # 1936 × 4 + 6016 × 0.40 + 1024 × 5 + 1024 × 10 + 800 × 20
    total_cost_usd=usd("41510.4"),
    tolerated_flags=("cost_mismatch",),  # while the catalogue knows no price of the 12h write
)
GPT_5_READ = replace(
    GPT_5_RESPONSES, call_kind="read", total_cost_usd=usd("0"), tolerated_flags=()
)  # fetched again, not computed again

AUDIO = ExpectedEvent(
    provider="openai",
    model="gpt-audio",
    is_stream=True,
    tokens=reported(
        input_tokens=400 + 600,  # text and audio; the cached 256 are text
        output_tokens=100 + 300,
        total_tokens=1000 + 400,
        cache_read_input_tokens=256,
        reasoning_tokens=0,
        audio_input_tokens=600,
        audio_output_tokens=300,
        image_input_tokens=0,
    ),
    # text 144 × 2.50 + cached 256 × 2.50 (no discount) + audio 600 × 32 + text 100 × 10 + audio 300 × 64
    total_cost_usd=usd("40400"),
)

OPENAI: Expectations = {
    "openai_chat_audio_stream": (AUDIO,),
    "openai_chat_gpt4o_cached_nonstream": (GPT_4O,),
    "openai_chat_gpt4o_cached_stream": (GPT_4O_STREAM,),
    "openai_chat_gpt4o_stream_client_include_usage": (GPT_4O_STREAM,),
    "openai_chat_gpt5.6_cachewrite_stream": (GPT_5_CHAT,),
    "openai_chat_o3_reasoning_nonstream": (O3,),
    "openai_n_big_response": (
        # LiteLLM has no price for the made-up model and says 0.0: unknown, not free.
        replace(GPT_4O, model="big-20000", total_cost_usd=None, flags=("unpriced_model",)),
    ),
    "openai_responses_create_then_2_GETs": (GPT_5_RESPONSES, GPT_5_READ, GPT_5_READ),
    "openai_responses_gpt5.6_nonstream": (GPT_5_RESPONSES,),
    "openai_responses_gpt5.6_stream": (replace(GPT_5_RESPONSES, is_stream=True),),
    "openai_responses_o3_nonstream": (O3_RESPONSES,),
    "openai_text_completion": (GPT_4O,),
    "openai_via_messages_bridge_nonstream": (GPT_5_RESPONSES,),
    "openai_via_messages_bridge_stream": (replace(GPT_5_RESPONSES, is_stream=True),),
    "passthrough_openai_nonstream": (
        # LiteLLM's usage object is all zeros and its cost 0.0; the passed-through answer has the counts, and the
        # price list the cost.
        replace(GPT_4O, flags=("witness_mismatch",)),
    ),
    "client_metadata_spoof_team": (GPT_4O,),  # the client claimed SPOOF1 and SPOOF2; the key is tid-alpha's
    "litellm_cache_hit_stream": (
        replace(GPT_4O_STREAM, call_kind="gateway_cache_hit", total_cost_usd=usd("0"), saved_cost_usd=usd("25480")),
    ),
    "litellm_embedding_cache_partial_hit": (
        # Two inputs, one of them from the gateway's cache: the provider embedded, counted and billed the other.
        ExpectedEvent(
            provider="openai",
            model="text-embedding-3-small",
            event="$ai_embedding",
            tokens=reported(input_tokens=1234, output_tokens=0, total_tokens=1234),
            total_cost_usd=usd("24.68"),  # 1234 × 0.02
        ),
    ),
    "azure_gpt4o_nonstream": (replace(GPT_4O, provider="azure"),),
    "azure_gpt4o_stream": (replace(GPT_4O_STREAM, provider="azure"),),
    # Prices of the gateway's own configuration: 10000 × 1 + 800 × 2, cached or not.
    "custom_priced_model_nonstream": (replace(GPT_4O, model="my-priced-model", total_cost_usd=usd("11600")),),
    "custom_priced_model_stream": (replace(GPT_4O_STREAM, model="my-priced-model", total_cost_usd=usd("11600")),),
}

OPENAI_MEDIA: Expectations = {
    "openai_image_gpt_image_1": (
        ExpectedEvent(
            provider="openai",
            model="gpt-image-1",
            tokens=reported(
                input_tokens=300 + 50,  # image and text
                output_tokens=4160,
                total_tokens=350 + 4160,
                cache_read_input_tokens=0,  # LiteLLM's filler: the body has no cache count
                image_input_tokens=300,
                image_output_tokens=4160,
            ),
            total_cost_usd=usd("169650"),  # 50 × 5 + 300 × 10 + 4160 × 40
        ),
    ),
    "openai_transcription_tokens": (
        ExpectedEvent(
            provider="openai",
            model="gpt-4o-transcribe",
            tokens=reported(
                input_tokens=130 + 10,  # audio and text
                output_tokens=45,
                total_tokens=140 + 45,
                cache_read_input_tokens=0,  # LiteLLM's filler
                audio_input_tokens=130,
            ),
            total_cost_usd=usd("800"),  # LiteLLM: 140 × 2.50 + 45 × 10, audio priced like text
            tolerated_flags=("cost_mismatch",),  # the list price of audio is higher
        ),
    ),
    "openai_transcription_whisper": (
        ExpectedEvent(
            provider="openai",
            model="whisper-1",
            tokens=NOTHING_REPORTED,  # {"type": "duration", "seconds": 9.0}: billed by time, no tokens
            total_cost_usd=usd("900"),  # 9 s × 0.006 / 60
        ),
    ),
    "openai_tts": (
        ExpectedEvent(
            provider="openai",
            model="tts-1",
            tokens=NOTHING_REPORTED,  # speech reports no usage; LiteLLM's zeros are not a report
            total_cost_usd=usd("150"),  # LiteLLM: 10 characters × 15 ("hello world" has 11)
            tolerated_flags=("usage_missing_on_success",),
        ),
    ),
}
