"""
How two sources of prices compare: what each covers, counted on the documents that both are converted to.

The figures in `catalogue.py` were counted by this; `manage.py refresh_prices --compare` counts them again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from posthog.llm_usage.pricing.litellm_map import Document
from posthog.llm_usage.pricing.names import AWS_REGION, GEOGRAPHY

MEDIA_RATES = frozenset(
    {
        *("input_audio", "input_image", "input_video", "output_audio", "output_image", "output_video"),
        *("cache_read_audio", "cache_read_image"),
    }
)

Entries = Iterable[tuple[str, Document]]
"""Names with their provider or without, and documents."""


def _states(*names: str) -> Callable[[str, Document], bool]:
    return lambda _, document: any(not rates.keys().isdisjoint(names) for rates in _list_rates(document))


def _list_rates(document: Document) -> Iterator[Mapping[str, float]]:
    for block in (document, *document.get("tiers", {}).values()):
        yield block.get("rates", {})
        yield from block.get("above", {}).values()


def _has_context_tiers(_: str, document: Document) -> bool:
    return any("above" in block for block in (document, *document.get("tiers", {}).values()))


def _is_regional(name: str, _: Document) -> bool:
    local = name.removeprefix("bedrock/").removeprefix("azure/")
    return bool(GEOGRAPHY.match(local) or AWS_REGION.match(local)) or local.startswith(("eu/", "us/"))


MEASURES: Mapping[str, Callable[[str, Document], bool]] = {
    "entries with a price": lambda _, document: True,
    "cache read rates": _states("cache_read"),
    "1 h cache write rates": _states("cache_write_1h"),
    "flex, priority or batch rates": lambda _, document: "tiers" in document,
    "context tiers": _has_context_tiers,
    "audio, image or video token rates": _states(*MEDIA_RATES),
    "web search": lambda _, document: "web_search" in document,
    "images, seconds, characters": lambda _, document: "units" in document,
    "regional names": _is_regional,
    "OpenRouter's models": lambda _, document: document["provider"] == "openrouter",
    "earlier prices, with their dates": lambda _, document: "past" in document,
}


def compare_coverage(one: Entries, other: Entries) -> list[tuple[str, int, int]]:
    """What is measured, and how many entries of either have it."""
    left, right = list(one), list(other)
    counts = [(what, _count(left, has), _count(right, has)) for what, has in MEASURES.items()]
    return [*counts, ("providers", _count_providers(left), _count_providers(right))]


def _count(entries: Entries, has: Callable[[str, Document], bool]) -> int:
    return sum(has(name, document) for name, document in entries)


def _count_providers(entries: Entries) -> int:
    return len({document["provider"] for _, document in entries})
