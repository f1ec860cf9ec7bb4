"""
Cells × rates → the lines of the bill, and their sums.

Everything billed is a cell: tokens, units that are not tokens, searches, the call itself. Savings count reads and
writes alike: both are tokens that went through the provider's cache.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from posthog.llm_usage.pricing.cells import INPUT, OUTPUT, Side, cut
from posthog.llm_usage.pricing.costs import EXACT, ZERO, CostTerm
from posthog.llm_usage.pricing.rates import Charge, Rates
from posthog.llm_usage.token_usage import TokenUsage

Quantities = Mapping[str, int | Decimal]
"""Billed things that are not tokens, by the name of their rate: `output_images`, `seconds`, `characters`, ..."""

NOTHING: Quantities = {}

multiply, add = EXACT.multiply, EXACT.add


class Bill(NamedTuple):
    """
    What was charged, and what it sums to.

    Attributes:
        sums: By column: the sides, their parts, the savings, and the total where it is known.
        unpriced: The sides on which something was used that has no rate; they, and the total, are unknown.
    """

    sides: list[Side]
    charges: Mapping[str, Charge]
    sums: dict[str, Decimal]
    unpriced: set[str]
    is_assumed: bool

    @property
    def terms(self) -> tuple[CostTerm, ...]:
        """The formula, line by line; worked out when somebody asks, for most bills are only summed."""
        cells = [(side, name, quantity) for side, cells in self.sides for name, quantity in cells]
        rates = {name: charge.rate_usd for name, charge in self.charges.items()}
        return tuple(
            CostTerm(side, name, quantity, rates.get(name, ZERO), multiply(rates.get(name, ZERO), quantity))
            for side, name, quantity in cells
            if name in rates or not quantity
        )


def compute_bill(
    usage: TokenUsage, rates: Rates, *, quantities: Quantities = NOTHING, search_context_size: str = "medium"
) -> Bill:
    """Work out every line of the call; pure, exact."""
    if quantities and _is_billed_by_unit(usage, rates, quantities):
        sides, untold = _list_unit_sides(quantities, rates), NONE_UNTOLD
    else:
        sides, untold = cut(usage, is_reasoning_apart=rates.reasoning is not None)
    charges = rates.charges
    if usage.citation_tokens and rates.citation is not None:
        sides.append((INPUT, [("citation", usage.citation_tokens)]))
    if usage.web_search_count is not None:
        count = min(usage.web_search_count, 1) if rates.is_search_per_call else usage.web_search_count
        sides.append(("web_search_cost_usd", [("web_search", count)]))
        charges = {**charges, **_find_search_charge(rates, search_context_size)}
    if rates.request is not None and sides:
        sides.append(("request_cost_usd", [("request", 1)]))
    is_assumed = rates.is_assumed or (bool(untold) and any(_is_split_material(rates, kind) for kind in untold))
    return _add_up(sides, charges, is_assumed=is_assumed)


NONE_UNTOLD: list[str] = []


def _is_billed_by_unit(usage: TokenUsage, rates: Rates, quantities: Quantities) -> bool:
    """Images, seconds, characters are billed where tokens cannot be: never both for one call."""
    has_token_price = rates.input is not None or rates.output is not None
    has_tokens = usage.input_tokens is not None or usage.output_tokens is not None
    return not (has_token_price and has_tokens) and any(name in rates.units for name in quantities)


def _list_unit_sides(quantities: Quantities, rates: Rates) -> list[Side]:
    return [
        (OUTPUT if name.startswith("output_") else INPUT, [(name, quantity)])
        for name, quantity in quantities.items()
        if name in rates.units
    ]


def _find_search_charge(rates: Rates, size: str) -> Mapping[str, Charge]:
    rate = rates.web_search.get(size, rates.web_search.get("medium"))
    return {} if rate is None else {"web_search": Charge(rate)}


def _is_split_material(rates: Rates, kind: str) -> bool:
    """Whether it matters which of the cached tokens were of this kind."""
    fresh: Decimal | None = getattr(rates, f"input_{kind}")
    cached: Decimal | None = getattr(rates, f"cache_read_{kind}")
    return fresh != rates.input or cached != rates.cache_read


def _add_up(sides: list[Side], charges: Mapping[str, Charge], *, is_assumed: bool) -> Bill:
    sums: dict[str, Decimal] = {}
    unpriced: set[str] = set()
    total = saved = None
    for side, cells in sides:
        for name, quantity in cells:
            charge = charges.get(name, None if quantity else FREE)
            if charge is None:
                unpriced.add(side)
                continue
            rate_usd, parts, is_rate_assumed, saving_usd = charge
            amount = multiply(rate_usd, quantity)
            total = amount if total is None else add(total, amount)
            sums[side] = add(sums[side], amount) if side in sums else amount
            for part in parts:
                sums[part] = add(sums[part], amount) if part in sums else amount
            if saving_usd is not None:
                saving = multiply(saving_usd, quantity)
                saved = saving if saved is None else add(saved, saving)
            if is_rate_assumed and quantity:
                is_assumed = True
    if saved is not None:
        sums["saved_cache_cost_usd"] = saved
    if total is not None and not unpriced:
        sums["total_cost_usd"] = total
    for side in unpriced:
        sums.pop(side, None)
    return Bill(sides, charges, sums, unpriced, is_assumed)


FREE = Charge(ZERO)
"""None of something costs nothing, whatever its price."""
