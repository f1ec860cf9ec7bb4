"""What two sources cover, counted."""

from posthog.llm_usage.pricing.comparison import compare_coverage
from posthog.llm_usage.pricing.litellm_map import convert_price_map
from tests.unit.llm_usage.pricing.price_list import PRICE_MAP


def test_coverage_is_counted_side_by_side() -> None:
    """Each figure can be counted by hand in the price list; an empty source has nothing."""
    counts = {what: (one, other) for what, one, other in compare_coverage(convert_price_map(PRICE_MAP).items(), [])}
    assert counts["entries with a price"] == (18, 0)
    assert counts["1 h cache write rates"] == (2, 0)
    assert counts["flex, priority or batch rates"] == (2, 0)
    assert counts["context tiers"] == (4, 0)
    assert counts["audio, image or video token rates"] == (3, 0)
    assert counts["web search"] == (4, 0)
    assert counts["images, seconds, characters"] == (3, 0)
    assert counts["regional names"] == (1, 0)
    assert counts["providers"] == (9, 0)
