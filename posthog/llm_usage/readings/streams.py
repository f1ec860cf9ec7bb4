"""
The usages of a stream's chunks → one set of counts.

- Cumulative chunks (Anthropic, Gemini, Perplexity, and most others: only the last one has a usage): each count is the
  last that is not zero. Adding Anthropic's `message_start` and `message_delta` would be wrong.
- Increments (LangChain's chunks): once an output or a total is smaller than the one before, chunks cannot be
  cumulative. Counts are then summed, but for those that are the same in every chunk that has them (a prompt that is
  repeated).
- Realtime: each `response.done` of a session is a response of its own; all counts are summed.
"""

from collections.abc import Sequence

from posthog.llm_usage.readings.found import Found


def fold(chunks: Sequence[Found], *, is_cumulative: bool | None, is_session: bool = False) -> Found:
    """
    Combine what the chunks say.

    Args:
        is_cumulative: None: the outputs tell.
        is_session: The chunks are usages of whole responses.
    """
    whole = Found()
    is_summed = is_session or (is_cumulative is None and any(_is_falling(chunks, name) for name in ("output", "total")))
    for name in dict.fromkeys(name for chunk in chunks for name in chunk.counts):
        series = [chunk.counts[name] for chunk in chunks if name in chunk.counts]
        is_repeated = len(set(series)) == 1 and not is_session
        if is_summed and not is_repeated:
            for count in series:
                whole.add(name, count)
        else:
            whole.counts[name] = next((count for count in reversed(series) if count), 0)
    _take_rest(whole, chunks)
    return whole


def _is_falling(chunks: Sequence[Found], name: str) -> bool:
    series = [count for chunk in chunks if (count := chunk.counts.get(name))]
    return any(later < earlier for earlier, later in zip(series, series[1:], strict=False))


def _take_rest(whole: Found, chunks: Sequence[Found]) -> None:
    """Flags and unknown keys of all chunks; of everything else the last word."""
    for chunk in chunks:
        whole.flags |= chunk.flags
        whole.unknown_keys += [key for key in chunk.unknown_keys if key not in whole.unknown_keys]
        whole.iterations = chunk.iterations or whole.iterations
        whole.service_tier = chunk.service_tier or whole.service_tier
        whole.cost_usd = whole.cost_usd if chunk.cost_usd is None else chunk.cost_usd
