"""
A call's counts, cut into cells that each have one rate. Pure arithmetic: no price is known here.

Input and output are each cut into disjoint cells that always sum to the side's count: no token is charged twice or
forgotten. Cuts of the input: cache reads (audio and image reads apart), cache writes by lifetime, fresh audio, image
and video, and the rest. Of the output: audio, image, video, reasoning and the rest. Where the parts overlap (cached
audio that nobody told apart), the overlap is the smallest possible. A part that was reported as 0 is a cell of 0.

Cohere's `billed_units` are what it invoices: where usage carries them, they are the cells.
"""

from decimal import Decimal

from posthog.llm_usage.token_usage import TokenUsage

Cell = tuple[str, int | Decimal]
"""The name of a rate, and how many tokens (or whatever it is the rate of) are charged at it."""
Side = tuple[str, list[Cell]]
"""A column that sums to the total, and its cells."""


def cut(usage: TokenUsage, *, is_reasoning_apart: bool) -> tuple[list[Side], list[str]]:
    """
    Cut both sides, as far as they were reported.

    Args:
        is_reasoning_apart: Whether reasoning has a rate of its own; else it is part of the plain output.
    Returns:
        The sides, and the media (`audio`, `image`) of which nobody said how much was cached, where it could be either.
    """
    sides: list[Side] = []
    untold: list[str] = []
    if usage.billed_input_tokens is not None or usage.billed_output_tokens is not None:
        if usage.billed_input_tokens is not None:
            sides.append((INPUT, [("input", usage.billed_input_tokens)]))
        if usage.billed_output_tokens is not None:
            sides.append((OUTPUT, [("output", usage.billed_output_tokens)]))
        return sides, untold
    if usage.input_tokens is not None:
        sides.append((INPUT, _cut_input(usage, usage.input_tokens, untold)))
    if usage.output_tokens is not None:
        sides.append((OUTPUT, _cut_output(usage, usage.output_tokens, is_reasoning_apart=is_reasoning_apart)))
    return sides, untold


INPUT, OUTPUT = "input_cost_usd", "output_cost_usd"


def _cut_input(usage: TokenUsage, whole: int, untold: list[str]) -> list[Cell]:
    read = usage.cache_read_input_tokens
    writes, written = _cut_writes(usage)
    fresh = max(whole - (read or 0) - written, 0)
    cells: list[Cell] = []
    if (usage.audio_input_tokens, usage.image_input_tokens, usage.video_input_tokens) != NO_MEDIA:
        fresh = _cut_input_media(usage, fresh, cells, untold)
    elif read is not None:
        cells.append(("cache_read", read))
    cells.append(("input", fresh))
    cells += writes
    return cells


def _cut_writes(usage: TokenUsage) -> tuple[list[Cell], int]:
    """Writes by lifetime, and their sum; what no lifetime accounts for is charged as the shortest."""
    written, shortest = usage.cache_creation_input_tokens, usage.cache_creation_5m_input_tokens
    longer = (
        usage.cache_creation_30m_input_tokens,
        usage.cache_creation_1h_input_tokens,
        usage.cache_creation_12h_input_tokens,
    )
    if not any(longer):
        if written is None and shortest is None:
            return [], 0
        rest = max(written or 0, shortest or 0)
        return [("cache_write", rest)], rest
    by_lifetime = [(name, tokens) for name, tokens in zip(LONGER_WRITES, longer, strict=True) if tokens]
    known = sum(tokens for _, tokens in by_lifetime)
    rest = max((written or 0) - known, shortest or 0)
    cells: list[Cell] = [("cache_write", rest)] if rest else []
    return [*cells, *by_lifetime], known + rest


LONGER_WRITES = ("cache_write_30m", "cache_write_1h", "cache_write_12h")


def _cut_input_media(usage: TokenUsage, fresh: int, cells: list[Cell], untold: list[str]) -> int:
    """Cut fresh and cached media, and the rest of the cache reads; return the fresh tokens left for text."""
    read = usage.cache_read_input_tokens or 0
    for kind, tokens, known in (
        ("audio", usage.audio_input_tokens, usage.cache_read_audio_tokens),
        ("image", usage.image_input_tokens, usage.cache_read_image_tokens),
    ):
        if tokens is None:
            continue
        cached = min(max(tokens - fresh, 0) if known is None else min(known, tokens), read)
        uncached = min(tokens - cached, fresh)
        if known is None and cached < min(tokens, read):
            untold.append(kind)
        fresh, read = fresh - uncached, read - cached
        cells.append((f"input_{kind}", uncached))
        if cached:
            cells.append((f"cache_read_{kind}", cached))
    if usage.video_input_tokens is not None:
        uncached = min(usage.video_input_tokens, fresh)
        fresh -= uncached
        cells.append(("input_video", uncached))
    if usage.cache_read_input_tokens is not None:
        cells.append(("cache_read", read))
    return fresh


def _cut_output(usage: TokenUsage, left: int, *, is_reasoning_apart: bool) -> list[Cell]:
    cells: list[Cell] = []
    media = (usage.audio_output_tokens, usage.image_output_tokens, usage.video_output_tokens)
    if media != NO_MEDIA:
        for name, tokens in zip(OUTPUT_MEDIA, media, strict=True):
            if tokens is not None:
                cells.append((name, min(tokens, left)))
                left -= min(tokens, left)
    if is_reasoning_apart and usage.reasoning_tokens is not None:
        cells.append(("reasoning", min(usage.reasoning_tokens, left)))
        left -= min(usage.reasoning_tokens, left)
    cells.append(("output", left))
    return cells


OUTPUT_MEDIA = ("output_audio", "output_image", "output_video")
NO_MEDIA = (None, None, None)
