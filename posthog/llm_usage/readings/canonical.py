"""
Counts as a provider means them, under a chosen reading → `TokenUsage`.

Parts that lie beside their whole are added to it, so that input always includes cache and the tools' prompt and output
always includes reasoning. Nothing is clamped: what contradicts itself keeps its numbers and gets a flag.
"""

from posthog.llm_usage import integrity
from posthog.llm_usage.readings.arithmetic import sum_room_for_cache
from posthog.llm_usage.readings.counted import Counted, Whole, find_written, sum_lifetimes, widen
from posthog.llm_usage.readings.media import Media, read_media
from posthog.llm_usage.token_usage import Figures, TokenUsage


def build_usage(counted: Counted) -> TokenUsage:
    """Make the counts inclusive and check them against each other."""
    found, choice = counted.found, counted.choice
    counts, flags = found.counts, found.flags
    get = counts.get
    whole = widen(counted)
    known, total = _sum(whole), get("total")
    unexplained = None if known is None else 0 if total is None else total - known
    written = find_written(counts)
    media = read_media(counted, whole)
    if unexplained or any(media) or counted.has_parts_in_question:
        flags = flags.union(_list_contradictions(counted, whole, unexplained, media))
    return TokenUsage(  # in the order of its fields: by their names it takes twice as long
        whole.input,
        whole.output,
        known if total is None else total,
        get("cache_read"),
        written,
        get("write_5m"),
        get("write_30m"),
        get("write_1h"),
        get("write_12h"),
        get("reasoning"),
        *media,
        get("web_search"),
        unexplained,
        choice.name if counts else "none",
        tuple(sorted(flags)) if flags else (),
        get("tool_prompt", get("tool_prompt_inside")),
        get("cached_audio"),
        get("cached_image"),
        get("billed_input"),
        get("billed_output"),
        get("citation"),
        found.service_tier,
        found.cost_usd,
    )


def build_figures(counted: Counted) -> Figures:
    """The counts that every witness of a call names, as `build_usage` has them."""
    counts = counted.found.counts
    input_tokens, output_tokens = whole = widen(counted)
    total = counts.get("total")
    return (
        *(input_tokens, output_tokens, _sum(whole) if total is None else total),
        *(counts.get("cache_read"), find_written(counts), counts.get("reasoning")),
    )


def _sum(whole: Whole) -> int | None:
    return None if whole.input is None and whole.output is None else (whole.input or 0) + (whole.output or 0)


def _list_contradictions(counted: Counted, whole: Whole, unexplained: int | None, media: Media) -> list[str]:
    """The flags that the counts raise against each other."""
    parts, convention, is_proven = counted.parts, counted.convention, counted.choice.basis == "total"
    counts = counted.found.counts
    flags: list[str] = []
    if integrity.is_ttl_split_mismatch(counts.get("cache_write"), sum_lifetimes(counts)):
        flags.append(integrity.TTL_SPLIT_MISMATCH)
    if integrity.is_total_mismatch(unexplained):
        flags.append(integrity.TOTAL_MISMATCH)
    room = sum_room_for_cache(convention, parts)
    if parts.cache > room and integrity.is_cache_exceeding_input(
        parts.cache, room, is_expected_inside=convention.is_cache_inside, is_proven=is_proven
    ):
        flags.append(integrity.CACHE_EXCEEDS_INPUT)
    if parts.reasoning > parts.output and (
        parts.reasoning > (whole.output or 0)
        or integrity.is_reasoning_exceeding_output(
            parts.reasoning, parts.output, is_expected_inside=convention.is_reasoning_inside, is_proven=is_proven
        )
    ):
        flags.append(integrity.REASONING_EXCEEDS_OUTPUT)
    if any(media) and (
        integrity.is_part_exceeding_whole(media[:4], whole.input)
        or integrity.is_part_exceeding_whole(media[4:], whole.output)
    ):
        flags.append(integrity.IMPLAUSIBLE_VALUE)
    return flags
