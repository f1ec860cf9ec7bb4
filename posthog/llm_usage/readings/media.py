"""The modality parts of input and output, each including its cached part."""

from typing import NamedTuple

from posthog.llm_usage.readings.counted import Counted, Whole

MODALITIES = ("text", "image", "audio", "video")
MEDIA_COUNTS = frozenset(f"{name}_{side}" for name in MODALITIES for side in ("input", "output")) | frozenset(
    f"cached_{name}" for name in MODALITIES
)

OTHER_MEDIA_COUNTS = frozenset(name for name in MEDIA_COUNTS if "text" not in name)


class Media(NamedTuple):
    """Tokens; None: not reported, or without a meaning that the other counts confirm."""

    text_input: int | None = None
    image_input: int | None = None
    audio_input: int | None = None
    video_input: int | None = None
    text_output: int | None = None
    image_output: int | None = None
    audio_output: int | None = None
    video_output: int | None = None


NO_MEDIA = Media()


def read_media(counted: Counted, whole: Whole) -> Media:
    """Where the cache lies beside the input, so do the cached media; `NO_MEDIA` where nothing is told apart."""
    if (MEDIA_COUNTS if counted.family.has_text_split else OTHER_MEDIA_COUNTS).isdisjoint(counted.found.counts):
        return NO_MEDIA
    get = counted.found.counts.get
    text, image, audio, video = get("text_input"), get("image_input"), get("audio_input"), get("video_input")
    if not counted.choice.reading.is_cache_inside and counted.parts.cache:
        text, image = _add(text, get("cached_text")), _add(image, get("cached_image"))
        audio, video = _add(audio, get("cached_audio")), _add(video, get("cached_video"))
    image_out, audio_out, video_out = get("image_output"), get("audio_output"), get("video_output")
    text_out = get("text_output")
    if text is not None:
        text = _find_text_input(text, (image or 0) + (audio or 0) + (video or 0), counted, whole)
    if text_out is not None:
        text_out = _find_text_output(text_out, (image_out or 0) + (audio_out or 0) + (video_out or 0), counted, whole)
    return Media(text, image, audio, video, text_out, image_out, audio_out, video_out)


def _add(count: int | None, cached: int | None) -> int | None:
    return cached if count is None else count + (cached or 0)


def _find_text_input(text: int, others: int, counted: Counted, whole: Whole) -> int | None:
    """
    Text is what sums up with the other media to the input; by itself its count has no stable meaning.

    xAI reports the uncached text: with the cached tokens it sums up, where there are no media to share them with.
    """
    if not counted.family.has_text_split:
        return None
    if text + others == whole.input:
        return text
    is_alone = counted.choice.reading.is_cache_inside and not others
    read = counted.found.counts.get("cache_read", 0)
    return whole.input if is_alone and text and text + read == whole.input else None


def _find_text_output(text: int, others: int, counted: Counted, whole: Whole) -> int | None:
    """Text that sums up with the other media to the output, with reasoning or without it."""
    if not counted.family.has_text_split or whole.output is None:
        return None
    return text if text + others in (whole.output, whole.output - counted.parts.reasoning) else None
