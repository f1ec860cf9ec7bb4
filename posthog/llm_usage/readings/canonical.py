"""
Counts as a provider means them, under a chosen reading → `TokenUsage`.

Parts that lie beside their whole are added to it, so that input always includes cache and the tools' prompt and output
always includes reasoning. Nothing is clamped: what contradicts itself keeps its numbers and gets a flag.
"""

from posthog.llm_usage import integrity
from posthog.llm_usage.readings.arithmetic import sum_room_for_cache
from posthog.llm_usage.readings.counted import Counted, Whole, find_written, sum_lifetimes, widen
from posthog.llm_usage.readings.media import MEDIA_COUNTS, NO_MEDIA, Media, read_media
from posthog.llm_usage.token_usage import TokenUsage


def build_usage(counted: Counted) -> TokenUsage:
    """Make the counts inclusive and check them against each other."""
    found, choice = counted.found, counted.choice
    counts, flags = found.counts, found.flags
    get = counts.get
    whole = widen(counted)
    known = None if whole.input is None and whole.output is None else (whole.input or 0) + (whole.output or 0)
    total = get("total")
    unexplained = None if known is None else 0 if total is None else total - known
    written = find_written(counts)
    media = NO_MEDIA if MEDIA_COUNTS.isdisjoint(counts) else read_media(counted, whole)
    if unexplained or media is not NO_MEDIA or counted.has_parts_in_question:
        flags = flags.union(_list_contradictions(counted, whole, unexplained, media))
    return TokenUsage(
        input_tokens=whole.input,
        output_tokens=whole.output,
        total_tokens=known if total is None else total,
        cache_read_input_tokens=get("cache_read"),
        cache_creation_input_tokens=written,
        cache_creation_5m_input_tokens=get("write_5m"),
        cache_creation_30m_input_tokens=get("write_30m"),
        cache_creation_1h_input_tokens=get("write_1h"),
        cache_creation_12h_input_tokens=get("write_12h"),
        reasoning_tokens=get("reasoning"),
        text_input_tokens=media.text_input,
        image_input_tokens=media.image_input,
        audio_input_tokens=media.audio_input,
        video_input_tokens=media.video_input,
        text_output_tokens=media.text_output,
        image_output_tokens=media.image_output,
        audio_output_tokens=media.audio_output,
        video_output_tokens=media.video_output,
        web_search_count=get("web_search"),
        unexplained_tokens=unexplained,
        reading=choice.name if counts else "none",
        flags=tuple(sorted(flags)) if flags else (),
        tool_prompt_tokens=get("tool_prompt", get("tool_prompt_inside")),
        cache_read_audio_tokens=get("cached_audio"),
        cache_read_image_tokens=get("cached_image"),
        billed_input_tokens=get("billed_input"),
        billed_output_tokens=get("billed_output"),
        citation_tokens=get("citation"),
        service_tier=found.service_tier,
        provider_cost_usd=found.cost_usd,
    )


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
    if media is not NO_MEDIA and (
        integrity.is_part_exceeding_whole(media[:4], whole.input)
        or integrity.is_part_exceeding_whole(media[4:], whole.output)
    ):
        flags.append(integrity.IMPLAUSIBLE_VALUE)
    return flags
