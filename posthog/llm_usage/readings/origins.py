"""Where each canonical count comes from, in words: as reported, or the sum that it is."""

from posthog.llm_usage.readings.canonical import build_usage
from posthog.llm_usage.readings.counted import Counted
from posthog.llm_usage.readings.media import MODALITIES
from posthog.llm_usage.token_usage import TokenUsage

REPORTED = "as reported"

COLUMNS = {
    "cache_read_input_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_write",
    "cache_creation_5m_input_tokens": "write_5m",
    "cache_creation_30m_input_tokens": "write_30m",
    "cache_creation_1h_input_tokens": "write_1h",
    "cache_creation_12h_input_tokens": "write_12h",
    "reasoning_tokens": "reasoning",
    "web_search_count": "web_search",
} | {f"{name}_{side}_tokens": f"{name}_{side}" for name in MODALITIES for side in ("input", "output")}
"""The columns that take one count over, with the count's name in the `Words` tables."""

UNCOLUMNED = {
    "tool_prompt": "prompt of tools",
    "tool_prompt_inside": "prompt of tools",
    "cached_text": "cached text",
    "cached_image": "cached images",
    "cached_audio": "cached audio",
    "cached_video": "cached video",
    "cache_miss": "not served from the cache",
    "citation": "citations",
    "billed_input": "input as invoiced",
    "billed_output": "output as invoiced",
}
"""What was understood and has no column; in words."""


def describe_origins(counted: Counted) -> dict[str, str]:
    """Column → origin, for every count column that this usage fills."""
    usage = build_usage(counted)
    origins = {
        "input_tokens": _describe_input(counted),
        "output_tokens": _describe_output(counted),
        "total_tokens": REPORTED if counted.parts.total is not None else "input + output; no total is reported",
        **{column: _describe_part(column, name, usage, counted) for column, name in COLUMNS.items()},
        "unexplained_tokens": _describe_residue(usage, counted),
    }
    return {column: origin for column, origin in origins.items() if getattr(usage, column) is not None}


def list_uncolumned(counts: dict[str, int]) -> dict[str, int]:
    """The counts that no column holds, by their words."""
    return {words: counts[name] for name, words in UNCOLUMNED.items() if name in counts}


def _describe_input(counted: Counted) -> str:
    parts, reading = counted.parts, counted.choice.reading
    terms = [f"input {parts.input:,}"]
    if not reading.is_cache_inside and parts.cache:
        terms.append(f"cache {parts.cache:,}")
    if not reading.is_tool_prompt_inside and parts.tool_prompt:
        terms.append(f"tool prompt {parts.tool_prompt:,}")
    return " + ".join(terms) if len(terms) > 1 else counted.found.derived.get("input", REPORTED)


def _describe_output(counted: Counted) -> str:
    parts = counted.parts
    if not counted.choice.reading.is_reasoning_inside and parts.reasoning:
        return f"output {parts.output:,} + reasoning {parts.reasoning:,}"
    return counted.found.derived.get("output", REPORTED)


def _describe_part(column: str, name: str, usage: TokenUsage, counted: Counted) -> str:
    found, count = counted.found, getattr(usage, column)
    if name in found.derived:
        return found.derived[name]
    reported = found.counts.get(name)
    if count is None or count == reported:
        return REPORTED
    if name == "cache_write":
        return "the sum of its lifetimes"
    return f"reported {reported or 0:,} + cached {count - (reported or 0):,}"


def _describe_residue(usage: TokenUsage, counted: Counted) -> str:
    if counted.parts.total is None:
        return "nothing to compare with: no total is reported"
    return f"total {counted.parts.total:,} − input {usage.input_tokens or 0:,} − output {usage.output_tokens or 0:,}"
