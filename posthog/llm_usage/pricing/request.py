"""
What, beside its usage, decides what a call cost: `PriceRequest`, and how an event's `$ai_*` properties say it.

Custom prices on an event are PostHog's: `$ai_input_token_price`, `$ai_output_token_price`,
`$ai_cache_read_token_price`, `$ai_cache_write_token_price` (US dollars per token), `$ai_request_price`,
`$ai_web_search_price` (per call, per search).
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from posthog.llm_usage.ai_event import find_call_kind
from posthog.llm_usage.payloads.fields import find_object, find_text
from posthog.llm_usage.pricing.custom import CustomRates, TeamPrices
from posthog.llm_usage.pricing.entry import STANDARD, CallConditions
from posthog.llm_usage.pricing.formula import NOTHING, Quantities
from posthog.llm_usage.pricing.given import (
    GivenCosts,
    parse_usd,
    read_caller_costs,
    reconcile_gateway_breakdown,
)

NO_PRICES = TeamPrices()


class PriceRequest(NamedTuple):
    """
    Everything about a call that its price depends on, except the counts.

    Attributes:
        model: As the event names it; `provider` likewise.
        base_model: The model behind a deployment's own name.
        call_kind: `inference`, `gateway_cache_hit`, `read` or `rejected`; only the first was work of a provider.
        given: The gateway's or the caller's own figures.
        is_zero_unknown: The gateway reported a cost of 0, its word for a price that it does not know; it writes the
            same 0 into usage objects, where it is no word of the provider's.
        gateway_saved_usd: What the gateway says its cache hit saved.
        custom: Prices that the event carries.
        team_prices: Prices that the team has agreed on.
        quantities: Billed things that are not tokens.
        search_context_size: low, medium or high, where searches are priced by it.
    """

    model: str | None = None
    provider: str | None = None
    base_model: str | None = None
    conditions: CallConditions = STANDARD
    call_kind: str = "inference"
    given: GivenCosts | None = None
    is_zero_unknown: bool = False
    gateway_saved_usd: Decimal | None = None
    custom: CustomRates | None = None
    team_prices: TeamPrices = NO_PRICES
    quantities: Quantities = NOTHING
    search_context_size: str = "medium"


CUSTOM_PRICES: Mapping[str, str] = {
    "$ai_input_token_price": "input",
    "$ai_output_token_price": "output",
    "$ai_cache_read_token_price": "cache_read",
    "$ai_cache_write_token_price": "cache_write",
    "$ai_request_price": "request",
    "$ai_web_search_price": "web_search",
}

UNITS: Mapping[str, str] = {
    "$ai_output_image_count": "output_images",
    "$ai_input_character_count": "input_characters",
    "$ai_search_unit_count": "queries",
}


def read_price_request(
    properties: Mapping[str, Any], *, at: datetime | None = None, team_prices: TeamPrices = NO_PRICES
) -> PriceRequest:
    """
    Read an event's properties; never raises, what cannot be read counts as not given.

    Args:
        at: When the call started, aware.
    """
    usage = find_object(properties, "$ai_provider_usage") or find_object(properties, "$ai_usage")
    asked = find_object(properties, "$ai_model_parameters")
    breakdown = find_object(properties, "$ai_gateway_cost_breakdown")
    gateway_cost = properties.get("$ai_gateway_response_cost")
    given = reconcile_gateway_breakdown(gateway_cost, breakdown)
    # The tier is the answer's, else the one asked for: streams leave it out.
    tier = (
        find_text(properties, "$ai_service_tier")
        or find_text(usage, "service_tier")
        or find_text(asked, "service_tier")
    )
    return PriceRequest(
        model=find_text(properties, "$ai_model"),
        provider=find_text(properties, "$ai_provider"),
        base_model=find_text(properties, "$ai_base_model"),
        conditions=CallConditions(tier, at, _find_region(breakdown, usage), usage.get("speed") == "fast"),
        call_kind=find_call_kind(properties),
        given=given or read_caller_costs(properties),
        is_zero_unknown=given is None and parse_usd(gateway_cost) is not None,
        gateway_saved_usd=parse_usd(properties.get("$ai_gateway_saved_cache_cost")),
        custom=_read_custom_rates(properties),
        team_prices=team_prices,
        quantities=_read_quantities(properties, usage),
        search_context_size=_find_search_context_size(properties, asked, usage),
    )


def _find_search_context_size(properties: Mapping[str, Any], asked: Mapping[str, Any], usage: Mapping[str, Any]) -> str:
    """As the answer names it, else as it was asked for; `medium` is what providers take where nobody names it."""
    named = find_text(properties, "$ai_search_context_size") or find_text(usage, "search_context_size")
    if named is None and "web_search_options" in asked:
        named = find_text(find_object(asked, "web_search_options"), "search_context_size")
    return named.strip().lower() if named else "medium"


def _find_region(breakdown: Mapping[str, Any], usage: Mapping[str, Any]) -> str | None:
    """Anthropic names it in its usage, a gateway in its breakdown; Vertex surcharges all but `global` alike."""
    location = find_text(breakdown, "vertex_location")
    if location is not None:
        return None if location.lower() == "global" else "regional"
    region = find_text(usage, "inference_geo") or find_text(breakdown, "data_residency")
    return region.lower() if region else None


def _read_custom_rates(properties: Mapping[str, Any]) -> CustomRates | None:
    if properties.keys().isdisjoint(CUSTOM_PRICES):
        return None
    found = {name: parse_usd(properties.get(key)) for key, name in CUSTOM_PRICES.items()}
    rates = {name: rate for name, rate in found.items() if rate is not None}
    return CustomRates(**rates) if rates else None


def _read_quantities(properties: Mapping[str, Any], usage: Mapping[str, Any]) -> Quantities:
    is_timed = usage.get("type") == "duration"
    if not is_timed and properties.keys().isdisjoint(UNITS):
        return NOTHING
    found = {"seconds": usage.get("seconds") if is_timed else None}
    found |= {name: properties.get(key) for key, name in UNITS.items()}
    amounts = {name: parse_usd(value) for name, value in found.items()}
    quantities = {name: amount for name, amount in amounts.items() if amount is not None}
    return quantities or NOTHING
