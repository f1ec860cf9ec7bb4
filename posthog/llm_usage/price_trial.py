"""
What a usage would cost, and why: read, priced and flagged as a call's would be. Pure.

The usage is taken for the provider's own, with no gateway's or caller's figure beside it, so the cost is ours: the
team's price where one matches, else the catalogue's, or the charge that the usage itself states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posthog.llm_usage.normalize import normalize_usage, trace_reading
from posthog.llm_usage.pricing.catalogue import load_catalogue
from posthog.llm_usage.pricing.costs import Costs
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.pricing.price_usage import price_usage
from posthog.llm_usage.pricing.request import NO_PRICES, read_price_request
from posthog.llm_usage.readings.trace import ReadingTrace
from posthog.llm_usage.token_usage import TokenUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTrial:
    """
    Attributes:
        reading: None where the usage reports nothing.
        flags: Of the reading and of the price, sorted, without repeats.
    """

    usage: TokenUsage
    reading: ReadingTrace | None
    costs: Costs
    flags: tuple[str, ...]


def try_price(
    usage: Mapping[str, Any], *, provider: str | None, model: str, at: datetime, team_prices: TeamPrices = NO_PRICES
) -> PriceTrial:
    """
    Price a usage; never raises, whatever it holds.

    Args:
        usage: The usage object as the provider sends it, or the body around it.
        at: Whose day's prices hold, aware.
    """
    read = normalize_usage(provider=provider, api=None, model=model, usage=usage)
    properties = {"$ai_provider": provider, "$ai_model": model, "$ai_usage": usage}
    request = read_price_request(properties, at=at, team_prices=team_prices)
    costs = price_usage(read, request=request, catalogue=load_catalogue())
    return PriceTrial(
        usage=read,
        reading=trace_reading(provider=provider, api=None, model=model, usage=usage),
        costs=costs,
        flags=tuple(sorted({*read.flags, *costs.flags})),
    )
