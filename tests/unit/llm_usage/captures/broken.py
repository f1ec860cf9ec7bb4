"""
Calls that broke off midway, and calls that failed.

A call that failed before an answer leaves no counts and no cost, whatever zeros the payload carries. LiteLLM leaves
`stream` null on failures; what was asked for stands in `model_parameters`.
"""

from dataclasses import replace

from tests.unit.llm_usage.captures.anthropic import CACHED_STREAM, Expectations
from tests.unit.llm_usage.captures.expected_event import NOTHING_REPORTED, ExpectedEvent, reported, usd
from tests.unit.llm_usage.captures.openai import GPT_4O


def cut_off_claude(*, output_tokens: int, micro_usd: str) -> ExpectedEvent:
    """A stream of which `message_start` arrived (9116 in), and the end, with the final 800, did not."""
    counts = {"output_tokens": output_tokens, "total_tokens": 9116 + output_tokens}
    return replace(
        CACHED_STREAM,
        tokens={**CACHED_STREAM.tokens, **counts},
        total_cost_usd=usd(micro_usd),
        flags=("stream_incomplete",),
        tolerated_flags=("usage_estimated",),
    )


def estimated(input_tokens: int, output_tokens: int) -> ExpectedEvent:
    """A stream whose usage chunk, the last one, never came: LiteLLM counted itself and filled in zeros."""
    return replace(
        GPT_4O,
        is_stream=True,
        tokens=reported(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            total_tokens=input_tokens + output_tokens,
            cache_read_input_tokens=0,
            cache_creation_input_tokens=0,
            reasoning_tokens=0,
        ),
        flags=("stream_incomplete", "usage_estimated"),
    )


BROKEN: Expectations = {
    # The client left. 9116's price is 15604.8; each output token is 15.
    "client_disconnect_anthropic_chat_stream": (
        cut_off_claude(output_tokens=12, micro_usd="15784.8"),  # LiteLLM's count of three texts of 4 tokens
    ),
    "client_disconnect_anthropic_messages_stream": (
        cut_off_claude(output_tokens=5, micro_usd="15679.8"),  # message_start's 5
    ),
    "client_disconnect_openai_chat_stream": (
        replace(estimated(11, 13), total_cost_usd=usd("157.5")),  # 11 × 2.50 + 13 × 10
    ),
    # The provider broke off.
    "fail_anthropic_midstream_chat": (replace(cut_off_claude(output_tokens=4, micro_usd="15664.8"), is_error=True),),
    "fail_anthropic_midstream_messages": (
        # LiteLLM calls it a success and names no error: only the missing end of the stream tells.
        cut_off_claude(output_tokens=5, micro_usd="15679.8"),
    ),
    "fail_openai_midstream": (
        replace(
            estimated(8, 7),
            model="midfail-gpt",
            is_error=True,
            total_cost_usd=None,  # a made-up model without a price
            flags=("stream_incomplete", "unpriced_model", "usage_estimated"),
        ),
    ),
}


def failed(provider: str, model: str, *, is_stream: bool = False) -> ExpectedEvent:
    return ExpectedEvent(
        provider=provider,
        model=model,
        tokens=NOTHING_REPORTED,
        total_cost_usd=None,
        is_error=True,
        is_stream=is_stream,
    )


FAILED: Expectations = {
    "bad_request_no_messages": (failed("openai", "gpt-4o"),),
    "fail_anthropic_messages_529_nonstream": (failed("anthropic", "claude-fail-529"),),
    "fail_anthropic_messages_529_stream": (failed("anthropic", "claude-fail-529", is_stream=True),),
    "fail_bedrock_nonstream": (failed("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"),),
    "fail_gemini_503_nonstream": (failed("gemini", "gemini-fail"),),
    "fail_gemini_native_503_nonstream": (failed("gemini", "gemini-fail"),),
    "fail_openai_429": (failed("openai", "fail-429"),),
    "fail_openai_500_nonstream": (failed("openai", "fail-500"),),
    "fail_openai_500_stream": (failed("openai", "fail-500", is_stream=True),),
    "fail_openai_responses_500_nonstream": (failed("openai", "fail-500"),),
    "fail_openai_responses_500_stream": (failed("openai", "fail-500", is_stream=True),),
    # One call id, two attempts: the first model failed, the fallback answered.
    "fallback_503_then_success": (failed("openai", "fail-503"), GPT_4O),
    "passthrough_gemini_nonstream": (
        # The gateway refused the key: no provider, no model, no team.
        ExpectedEvent(
            provider=None,
            model=None,
            tokens=NOTHING_REPORTED,
            total_cost_usd=None,
            call_kind="rejected",
            is_error=True,
            gateway_team=None,
        ),
    ),
}
