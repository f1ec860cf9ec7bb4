"""
Anthropic's Messages usage, also inside Bedrock's Invoke and on Vertex.

- `input_tokens` leaves out cache reads and writes; they stand beside it. The usage report calls it
  `uncached_input_tokens`.
- `cache_creation.ephemeral_{5m,1h}_input_tokens` splits the writes by lifetime.
- `output_tokens` includes thinking; `output_tokens_details.thinking_tokens` says how much, where present.
- `server_tool_use.web_search_requests` are billed searches.
- Streams: `message_start` has the input, `message_delta` is cumulative and may leave the lifetimes out.
- `iterations[]`: each was sampled and billed on its own. The top-level counts leave a compaction out, so a count that
  the iterations carry is their sum. An advisor's iteration ran on another model and is left out. Where a fallback
  served the answer, the top-level counts are the fallback's and hold. LiteLLM has summed all iterations, the
  advisor's too, into its prompt and completion: that cannot be taken apart, and is flagged.

Source: Messages API reference, `Usage` (anthropic 2.13); guides to compaction and to the advisor tool.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.integrity import UNKNOWN_USAGE_KEY, WITNESS_MISMATCH
from posthog.llm_usage.readings.arithmetic import CACHE_BESIDE, Reading
from posthog.llm_usage.readings.family import Call
from posthog.llm_usage.readings.found import IGNORED, Found, Words, collect
from posthog.llm_usage.readings.openai import OUTPUT_DETAILS, keep_cache_creation

SERVER_TOOLS = Words(
    web_search_requests="web_search",
    web_fetch_requests=IGNORED,
    code_execution_requests=IGNORED,
    tool_search_requests=IGNORED,
    browser_open_requests=IGNORED,
)


def keep_iterations(value: Any, found: Found) -> None:
    """Iterations replace counts at the top, so they are read when those are known."""
    if isinstance(value, list):
        found.iterations = [item for item in value if isinstance(item, Mapping)]


WORDS = Words(
    input_tokens="input",
    uncached_input_tokens="input",
    output_tokens="output",
    cache_read_input_tokens="cache_read",
    cache_creation_input_tokens="cache_write",
    cache_creation=keep_cache_creation,
    output_tokens_details=OUTPUT_DETAILS,
    server_tool_use=SERVER_TOOLS,
    iterations=keep_iterations,
    inference_geo=IGNORED,
    speed=IGNORED,
    fallback_credit=IGNORED,
    active_seconds=IGNORED,
    list_cost=IGNORED,
)

ITERATION_WORDS = Words(WORDS, type=IGNORED, model=IGNORED)
EXECUTED = frozenset({"message", "compaction"})


def expect_cache_beside(_call: Call) -> Reading:
    return CACHE_BESIDE


def apply_iterations(found: Found) -> None:
    """Replace each count that the model's own iterations carry by its sum over them."""
    kinds = set(map(_name_kind, found.iterations))
    if not kinds <= EXECUTED | {"advisor_message", "fallback_message"}:
        found.flags.add(UNKNOWN_USAGE_KEY)
    if "fallback_message" in kinds:
        return
    sums = Found()
    for item in found.iterations:
        if _name_kind(item) in EXECUTED:
            one = Found()
            collect(item, ITERATION_WORDS, one)
            sums.add_all(one)
    found.flags |= sums.flags
    found.unknown_keys += sums.unknown_keys
    for name, count in sums.counts.items():
        if count or name not in found.counts:
            found.derive(name, count, "the sum over the model's own iterations")


def _name_kind(iteration: Mapping[Any, Any]) -> str:
    kind = iteration.get("type")
    return kind if isinstance(kind, str) else ""


def note_advisor(found: Found) -> None:
    """Flag counts into which a gateway summed what another model read and wrote."""
    if any(item.get("type") == "advisor_message" for item in found.iterations):
        found.flags.add(WITNESS_MISMATCH)
