"""
Bedrock's Converse usage, its invocation metrics, and the counts of Titan's and Llama's own bodies.

- `inputTokens` leaves out `cacheReadInputTokens` and `cacheWriteInputTokens`, also spelled `…TokenCount`, sometimes
  both in one body: the same figure twice.
- `cacheDetails[{ttl, inputTokens}]` splits the writes by lifetime.
- Invoke of Claude has Anthropic's shape; OpenAI's models have OpenAI's, inclusive.

Source: Bedrock Runtime API reference, `TokenUsage`, `CacheDetail`; model parameters of Titan and Llama.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.readings.found import IGNORED, Found, Words, note_unknown, parse_count

INCLUSIVE_MODELS = ("openai.", "openai/")
LIFETIMES = {"5m": "write_5m", "30m": "write_30m", "1h": "write_1h", "12h": "write_12h"}


def split_by_lifetime(value: Any, found: Found) -> None:
    """Read `[{"ttl": "5m", "inputTokens": 9}, …]`."""
    if not isinstance(value, list):
        note_unknown("cacheDetails", value, found)
        return
    for item in value:
        if isinstance(item, Mapping):
            name, counted = LIFETIMES.get(str(item.get("ttl"))), item.get("inputTokens")
            count = None if counted is None else parse_count(counted, found.flags)
            if name is not None and count is not None:
                found.add(name, count)


WORDS = Words(
    inputTokens="input",
    outputTokens="output",
    totalTokens="total",
    cacheReadInputTokens="cache_read",
    cacheReadInputTokenCount="cache_read",
    cacheWriteInputTokens="cache_write",
    cacheWriteInputTokenCount="cache_write",
    cacheDetails=split_by_lifetime,
    serverToolUsage=Words(webSearchRequests="web_search"),
    inputTokenCount="input",
    outputTokenCount="output",
    inputTextTokenCount="input",
    generation_token_count="output",
    invocationLatency=IGNORED,
    firstByteLatency=IGNORED,
)
