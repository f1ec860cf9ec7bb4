"""
What one call cost, by the contract's order of trust.

1. What the gateway or the caller says the call cost. A gateway's 0 for a call that used tokens is no figure: it had
   no price.
2. What the provider says (`usage.cost`).
3. Per-token prices that the event carries.
4. Prices that the team has agreed on.
5. The catalogue.

Our own figure (3, else 4, else 5) is worked out for every call. Beside a given figure it is the second witness: more
than 1 % apart raises `cost_mismatch`. While the two agree, ours supplies the parts that were not given (cache,
audio, savings, the split into input and output); once they differ, those parts are unknown.

Nothing is free for being unknown: used tokens without a price leave their column and the total NULL and raise
`unpriced_model`. A call that no provider served (`read`, `rejected`) costs nothing and saves nothing; one that the
gateway's cache answered costs 0 and saves the price not paid.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from posthog.llm_usage.pricing.catalogue import PriceCatalogue
from posthog.llm_usage.pricing.costs import COST_COLUMNS, EXACT, ZERO, Costs
from posthog.llm_usage.pricing.custom import CustomRates, build_custom_rates
from posthog.llm_usage.pricing.flags import (
    COST_MISMATCH,
    PRICE_ASSUMED,
    UNPRICED_MODEL,
    is_cost_mismatch,
    is_price_assumed,
    is_unpriced_model,
)
from posthog.llm_usage.pricing.formula import Bill, compute_bill
from posthog.llm_usage.pricing.given import ROUNDING_USD, GivenCosts
from posthog.llm_usage.pricing.rates import Rates, is_claude
from posthog.llm_usage.pricing.request import NO_PRICES, PriceRequest
from posthog.llm_usage.token_usage import TokenUsage

UNSERVED = frozenset({"read", "rejected"})
NO_COST = Costs(input_cost_usd=ZERO, output_cost_usd=ZERO, total_cost_usd=ZERO, source="gateway")


class Price(NamedTuple):
    """Rates, and who set them."""

    rates: Rates
    source: str
    model: str | None
    is_assumed: bool = False


def price_usage(usage: TokenUsage, *, request: PriceRequest, catalogue: PriceCatalogue) -> Costs:
    """
    Price one call; pure, never raises, all amounts exact decimals.

    Returns:
        The cost columns with their source, matched model, flags and formula.
    """
    if request.call_kind in UNSERVED:
        return NO_COST if request.call_kind == "read" else Costs()
    own = _price_own(usage, request, catalogue)
    if request.call_kind == "gateway_cache_hit":
        return _price_cache_hit(own, request)
    if request.given is not None:
        return _merge(usage, request.given, own)
    charged = usage.provider_cost_usd
    if charged is None or (request.is_zero_unknown and not charged):
        return own
    return _merge(usage, GivenCosts(source="provider", total_cost_usd=charged), own)


def _price_own(usage: TokenUsage, request: PriceRequest, catalogue: PriceCatalogue) -> Costs:
    price = _find_price(usage, request, catalogue)
    if price is None:
        costs = Costs()
    else:
        quantities, size = request.quantities, request.search_context_size
        costs = _build_costs(compute_bill(usage, price.rates, quantities=quantities, search_context_size=size), price)
    total = costs.total_cost_usd
    if is_unpriced_model(usage, has_quantities=bool(request.quantities), total_cost_usd=total):
        return costs._replace(flags=(UNPRICED_MODEL,))
    return costs


def _find_price(usage: TokenUsage, request: PriceRequest, catalogue: PriceCatalogue) -> Price | None:
    """The event's price, else the team's, else the list's; the tier that the usage names goes before the event's."""
    found, listed = catalogue.find(request.provider, request.model, request.base_model), None
    if found is not None:
        entry, is_presumed = found
        conditions = request.conditions
        if usage.service_tier and usage.service_tier != conditions.service_tier:
            conditions = conditions._replace(service_tier=usage.service_tier)
        listed = Price(entry.resolve(usage.input_tokens, conditions), "catalogue", entry.name, is_presumed)
    if request.custom is None and request.team_prices is NO_PRICES:
        return listed
    return _find_agreed(request, listed) or listed


def _find_agreed(request: PriceRequest, listed: Price | None) -> Price | None:
    if request.custom is not None:
        return _complete(request.custom, "custom", request.model, listed, request)
    names = (request.base_model, request.model, listed.model if listed else None)
    team_price = request.team_prices.find(request.provider, names, request.conditions.at)
    if team_price is None:
        return None
    return _complete(team_price.rates, "team_price", team_price.model_pattern, listed, request)


def _complete(
    custom: CustomRates, source: str, model: str | None, listed: Price | None, request: PriceRequest
) -> Price:
    names = (request.base_model, request.model, listed.model if listed else None)
    rates = build_custom_rates(
        custom,
        listed.rates if listed else None,
        is_claude=any(is_claude(name) for name in names if name),
    )
    return Price(rates, source, model)


def _build_costs(bill: Bill, price: Price) -> Costs:
    total = bill.sums.get("total_cost_usd")
    is_assumed = bool(total) and (price.is_assumed or bill.is_assumed)
    flags = (PRICE_ASSUMED,) if is_assumed and is_price_assumed(is_assumed=True, source=price.source) else ()
    return Costs._make((*map(bill.sums.get, COST_COLUMNS), price.source, price.model, flags, bill, total))


def _price_cache_hit(own: Costs, request: PriceRequest) -> Costs:
    """Nothing was paid; what the gateway says it saved, else our own price of the call, is the saving."""
    is_stated = bool(request.gateway_saved_usd)
    return Costs(
        input_cost_usd=ZERO,
        output_cost_usd=ZERO,
        total_cost_usd=ZERO,
        saved_cache_cost_usd=request.gateway_saved_usd if is_stated else own.total_cost_usd,
        source="gateway",
        model=own.model,
        flags=() if is_stated else own.flags,
        own_total_usd=own.own_total_usd,
    )


DIVIDED = tuple(column for column in COST_COLUMNS if column != "total_cost_usd")


def _merge(usage: TokenUsage, given: GivenCosts, own: Costs) -> Costs:
    total = given.total_cost_usd if given.total_cost_usd is not None else _sum_given(given, own)
    witnessed = total if given.list_total_usd is None else given.list_total_usd
    is_mismatch = is_cost_mismatch(witnessed, own.total_cost_usd)
    factor = None if is_mismatch else _find_factor(given, total, own)
    if given.tools_cost_usd is not None and usage.web_search_count:
        given = given._replace(web_search_cost_usd=given.tools_cost_usd)
    if factor == 1:
        return _supplement(given, own, total)
    parts: dict[str, Any] = {column: _find_part(column, given, own, factor) for column in DIVIDED}
    flags = (COST_MISMATCH,) if is_mismatch else ()
    return own._replace(
        **parts,
        total_cost_usd=total,
        source=given.source,
        flags=flags if total is not None else (UNPRICED_MODEL,),
    )


def _supplement(given: GivenCosts, own: Costs, total: Decimal | None) -> Costs:
    """The given figures, and ours wherever none is given."""
    read, written = given.cache_read_cost_usd, given.cache_creation_cost_usd
    request, web_search = given.request_cost_usd, given.web_search_cost_usd
    return Costs(  # in the order of its fields: `_replace` takes four times as long
        own.input_cost_usd if given.input_cost_usd is None else given.input_cost_usd,
        own.output_cost_usd if given.output_cost_usd is None else given.output_cost_usd,
        total,
        own.request_cost_usd if request is None else request,
        own.web_search_cost_usd if web_search is None else web_search,
        own.audio_cost_usd,
        own.image_cost_usd,
        own.video_cost_usd,
        own.cache_read_cost_usd if read is None else read,
        own.cache_creation_cost_usd if written is None else written,
        own.saved_cache_cost_usd,
        given.source,
        own.model,
        (),
        own.formula,
        own.own_total_usd,
    )


def _find_factor(given: GivenCosts, total: Decimal | None, own: Costs) -> Decimal | None:
    """What our parts are multiplied by to sum to the given total; None where they say nothing about it."""
    if total is None or own.total_cost_usd is None:
        return None
    own_fee = own.request_cost_usd or ZERO
    charged = total - (own_fee if given.request_cost_usd is None else given.request_cost_usd)
    own_charged = own.total_cost_usd - own_fee
    is_same = abs(charged - own_charged) <= ROUNDING_USD or not own_charged
    return Decimal(1) if is_same else EXACT.divide(charged, own_charged)


def _find_part(column: str, given: GivenCosts, own: Costs, factor: Decimal | None) -> Decimal | None:
    amount: Decimal | None = getattr(given, column, None)
    if amount is not None or factor is None:
        return amount
    own_amount: Decimal | None = getattr(own, column)
    return None if own_amount is None else EXACT.multiply(own_amount, factor)


def _sum_given(given: GivenCosts, own: Costs) -> Decimal | None:
    """A caller's parts without a total mean their sum; a side it leaves out is ours, and unknown if ours is."""
    sides = []
    for column in ("input_cost_usd", "output_cost_usd"):
        amount = getattr(given, column)
        sides.append(getattr(own, column) if amount is None else amount)
        if sides[-1] is None and UNPRICED_MODEL in own.flags:
            return None
    total = ZERO
    for amount in (*sides, given.request_cost_usd, given.web_search_cost_usd):
        total = total if amount is None else EXACT.add(total, amount)
    return total
