"""
The calls that every source makes, and what the provider's answer reports of each.

The counts are worked out by hand from the bodies that the replay server sends (`demo/provider_bodies`): what the
provider says, in our columns (input includes cache, output includes reasoning); what it does not say is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Api = Literal["openai_chat", "openai_responses", "openai_embeddings", "anthropic", "gemini"]
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityCall:
    """
    One call.

    Attributes:
        name: Also the call's end user, by which its row is found.
        counts: What the provider reports; empty where it refuses.
    """

    name: str
    api: Api
    model: str
    is_stream: bool = False
    has_tool: bool = False
    is_refused: bool = False
    counts: Counts


def _openai(inputs: int, outputs: int, *, read: int, reasoning: int, written: int | None = None) -> Counts:
    """What the chat API reports of every answer: audio too, and the whole."""
    counts = {
        "input_tokens": inputs,
        "output_tokens": outputs,
        "total_tokens": inputs + outputs,
        "cache_read_input_tokens": read,
        "reasoning_tokens": reasoning,
        "audio_input_tokens": 0,
        "audio_output_tokens": 0,
        "unexplained_tokens": 0,
    }
    return counts if written is None else counts | {"cache_creation_input_tokens": written}


def _anthropic(fresh: int, outputs: int, *, read: int, written_5m: int, written_1h: int, **more: int) -> Counts:
    """Anthropic's own input leaves the cache out, and there is no total: ours is the sum."""
    inputs = fresh + read + written_5m + written_1h
    return {
        "input_tokens": inputs,
        "output_tokens": outputs,
        "total_tokens": inputs + outputs,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written_5m + written_1h,
        "cache_creation_5m_input_tokens": written_5m,
        "cache_creation_1h_input_tokens": written_1h,
        "unexplained_tokens": 0,
        **more,
    }


CALLS: tuple[ParityCall, ...] = (
    ParityCall(
        name="openai_chat",
        api="openai_chat",
        model="gpt-4o-mini",
        counts=_openai(1013, 211, read=0, reasoning=0),
    ),
    ParityCall(
        name="openai_chat_cached",
        api="openai_chat",
        model="gpt-4o",
        counts=_openai(3564, 307, read=2053, reasoning=0),
    ),
    ParityCall(
        name="openai_chat_stream",
        api="openai_chat",
        model="gpt-4o",
        is_stream=True,
        counts=_openai(4794, 401, read=3061, reasoning=0),
    ),
    ParityCall(
        name="openai_chat_cache_write",
        api="openai_chat",
        model="gpt-5.6",
        counts=_openai(4525, 954, read=2539, written=1409, reasoning=641),
    ),
    ParityCall(
        name="openai_chat_cache_write_stream",
        api="openai_chat",
        model="gpt-5.6",
        is_stream=True,
        counts=_openai(5393, 1082, read=3109, written=1601, reasoning=733),
    ),
    ParityCall(
        name="openai_chat_reasoning",
        api="openai_chat",
        model="o3",
        counts=_openai(907, 1522, read=0, reasoning=1019),
    ),
    ParityCall(
        name="openai_chat_reasoning_stream",
        api="openai_chat",
        model="o4-mini",
        is_stream=True,
        counts=_openai(1410, 1636, read=601, reasoning=1217),
    ),
    ParityCall(
        name="openai_chat_tool",
        api="openai_chat",
        model="gpt-5.4",
        has_tool=True,
        counts=_openai(1847, 223, read=1151, reasoning=127),
    ),
    ParityCall(name="openai_chat_refused", api="openai_chat", model="gpt-5.4-nano", is_refused=True, counts={}),
    ParityCall(
        name="openai_embedding",
        api="openai_embeddings",
        model="text-embedding-3-small",
        counts={"input_tokens": 2311, "total_tokens": 2311, "unexplained_tokens": 0},
    ),
    ParityCall(
        name="openai_responses",
        api="openai_responses",
        model="o3",
        counts={
            "input_tokens": 2818,
            "output_tokens": 1150,
            "total_tokens": 3968,
            "cache_read_input_tokens": 1787,
            "cache_creation_input_tokens": 0,
            "reasoning_tokens": 887,
            "unexplained_tokens": 0,
        },
    ),
    ParityCall(
        name="openai_responses_stream",
        api="openai_responses",
        model="gpt-5.6",
        is_stream=True,
        counts={
            "input_tokens": 5340,
            "output_tokens": 1234,
            "total_tokens": 6574,
            "cache_read_input_tokens": 2203,
            "cache_creation_input_tokens": 2410,
            "cache_creation_30m_input_tokens": 1103,
            "cache_creation_12h_input_tokens": 1307,
            "reasoning_tokens": 941,
            "unexplained_tokens": 0,
        },
    ),
    ParityCall(
        name="anthropic",
        api="anthropic",
        model="claude-haiku-4-5",
        counts=_anthropic(131, 811, read=6029, written_5m=2113, written_1h=1153),
    ),
    ParityCall(
        name="anthropic_stream",
        api="anthropic",
        model="claude-haiku-4-5",
        is_stream=True,
        counts=_anthropic(137, 821, read=6133, written_5m=2221, written_1h=1237),
    ),
    ParityCall(
        name="anthropic_thinking",
        api="anthropic",
        model="claude-opus-4-8",
        counts=_anthropic(139, 916, read=6301, written_5m=2333, written_1h=1301, reasoning_tokens=557),
    ),
    ParityCall(
        name="anthropic_thinking_stream",
        api="anthropic",
        model="claude-opus-4-8",
        is_stream=True,
        counts=_anthropic(149, 1009, read=6421, written_5m=2447, written_1h=1361, reasoning_tokens=619),
    ),
    ParityCall(
        name="anthropic_tool",
        api="anthropic",
        model="claude-sonnet-4-5",
        has_tool=True,
        counts=_anthropic(173, 853, read=6857, written_5m=2687, written_1h=1553),
    ),
    ParityCall(
        name="anthropic_web_search",
        api="anthropic",
        model="claude-sonnet-5",
        counts=_anthropic(4133, 457, read=0, written_5m=0, written_1h=0, web_search_count=3),
    ),
    ParityCall(
        name="anthropic_web_search_stream",
        api="anthropic",
        model="claude-sonnet-5",
        is_stream=True,
        counts=_anthropic(5171, 467, read=0, written_5m=0, written_1h=0, web_search_count=5),
    ),
    ParityCall(name="anthropic_refused", api="anthropic", model="claude-opus-5", is_refused=True, counts={}),
    ParityCall(
        name="gemini_thoughts",
        api="gemini",
        model="gemini-2.5-pro",
        counts={
            "input_tokens": 3107,
            "output_tokens": 373 + 769,
            "total_tokens": 4249,
            "cache_read_input_tokens": 1283,
            "reasoning_tokens": 769,
            "text_input_tokens": 2081,
            "image_input_tokens": 593,
            "audio_input_tokens": 433,
            "text_output_tokens": 373,
            "unexplained_tokens": 0,
        },
    ),
    ParityCall(
        name="gemini_thoughts_stream",
        api="gemini",
        model="gemini-2.5-pro",
        is_stream=True,
        counts={
            "input_tokens": 3299,
            "output_tokens": 379 + 787,
            "total_tokens": 4465,
            "cache_read_input_tokens": 1381,
            "reasoning_tokens": 787,
            "text_input_tokens": 2243,
            "image_input_tokens": 613,
            "audio_input_tokens": 443,
            "unexplained_tokens": 0,
        },
    ),
    ParityCall(
        name="gemini_tool",
        api="gemini",
        model="gemini-2.5-flash",
        has_tool=True,
        counts={
            "input_tokens": 1097 + 239,
            "output_tokens": 383 + 797,
            "total_tokens": 2516,
            "text_input_tokens": 1097 + 239,
            "reasoning_tokens": 797,
            "unexplained_tokens": 0,
        },
    ),
    ParityCall(
        name="gemini_tool_stream",
        api="gemini",
        model="gemini-2.5-flash",
        is_stream=True,
        has_tool=True,
        counts={
            "input_tokens": 1109 + 241,
            "output_tokens": 389 + 823,
            "total_tokens": 2562,
            "text_input_tokens": 1109 + 241,
            "reasoning_tokens": 823,
            "unexplained_tokens": 0,
        },
    ),
)
