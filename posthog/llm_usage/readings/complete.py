"""
What the keys of a usage object do not say one by one: what follows from several of them, or from who sent it.
"""

from posthog.llm_usage.readings import compatible, gemini, litellm, otel, shapes
from posthog.llm_usage.readings.anthropic import apply_iterations, note_advisor
from posthog.llm_usage.readings.cohere import count_billed
from posthog.llm_usage.readings.family import Call, Family
from posthog.llm_usage.readings.found import Found

EMBEDDING_PROVIDERS = frozenset({"voyage", "voyageai", "voyage-ai", "jina", "jina_ai", "jina-ai"})
"""They report a total alone, and it is all input."""

ALREADY_SUMMED = (shapes.CHAT, shapes.LITELLM)
"""Shapes that only a gateway gives to a call of Claude's."""


def complete(found: Found, family: Family, call: Call) -> None:
    """Fill in what follows from the rest."""
    counts = found.counts
    if found.iterations:
        read_iterations = note_advisor if family in ALREADY_SUMMED else apply_iterations
        read_iterations(found)
    if family is otel.FAMILY:
        otel.note_unknown_attributes(call.usage, found)
    if found.cost_usd is not None:
        _settle_cost(found, family, call)
    if "billed_input" in counts or "billed_output" in counts:
        count_billed(found)
    if "cache_miss" in counts and "input" not in counts:
        found.derive("input", counts.get("cache_read", 0) + counts["cache_miss"], "cache hits + cache misses")
    if "total" not in counts:
        return
    if "input" not in counts and "output" not in counts and call.provider in EMBEDDING_PROVIDERS:
        found.derive("input", counts["total"], "the total: nothing else is reported, and embedding writes nothing")
    if "reasoning" not in counts and family in (shapes.CHAT, shapes.LITELLM) and gemini.is_hiding_thoughts(call):
        _find_hidden_thoughts(found)


def _settle_cost(found: Found, family: Family, call: Call) -> None:
    if family is shapes.LITELLM and call.provider not in litellm.COST_PROVIDERS:
        found.cost_usd = None
    else:
        compatible.add_upstream_cost(call.usage, found)


def _find_hidden_thoughts(found: Found) -> None:
    """Gemini's OpenAI-compatible endpoint shows its thoughts as the part of the total that nothing else explains."""
    counts = found.counts
    if "input" in counts and "output" in counts:
        hidden = counts["total"] - counts["input"] - counts["output"]
        if hidden > 0:
            found.derive("reasoning", hidden, "what the total holds beyond input and output")
