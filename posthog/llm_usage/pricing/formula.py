"""
Cells × rates → the lines of the bill, and their sums.

Savings count reads and writes alike: both are tokens that went through the provider's cache.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from posthog.llm_usage.pricing.cells import Cell, cut
from posthog.llm_usage.pricing.costs import EXACT, ZERO, Line
from posthog.llm_usage.pricing.rates import OUTPUT_SIDE, Rates
from posthog.llm_usage.token_usage import TokenUsage

Quantities = Mapping[str, int | Decimal]
"""Billed things that are not tokens, by the name of their rate: `output_images`, `seconds`, `characters`, ..."""

NOTHING: Quantities = {}

multiply, add = EXACT.multiply, EXACT.add


@dataclass(slots=True)
class Bill:
    """
    The lines of one call.

    `unpriced` names what was used but has no rate; the column it belongs to, and the total, are then unknown.
    """

    lines: list[Line] = field(default_factory=list)
    saved_cache_cost_usd: Decimal | None = None
    unpriced: tuple[str, ...] = ()
    is_assumed: bool = False


def compute_bill(
    usage: TokenUsage, rates: Rates, *, quantities: Quantities = NOTHING, search_context_size: str = "medium"
) -> Bill:
    """Work out every line of the call; pure, exact."""
    bill = Bill(is_assumed=rates.is_assumed)
    if quantities and _is_billed_by_unit(usage, rates, quantities):
        _bill_quantities(bill, quantities, rates)
    else:
        cells, untold = cut(usage, is_reasoning_apart=rates.reasoning is not None)
        if usage.citation_tokens and rates.citation is not None:
            cells.append(("citation", usage.citation_tokens))
        _bill_cells(bill, cells, rates)
        if untold:
            bill.is_assumed |= any(_is_split_material(rates, kind) for kind in untold)
    if usage.web_search_count is not None:
        _bill_web_search(bill, usage.web_search_count, rates, search_context_size)
    if rates.request is not None and (bill.lines or bill.unpriced):
        bill.lines.append(("request_cost_usd", "request", 1, rates.request, rates.request))
    return bill


def _is_billed_by_unit(usage: TokenUsage, rates: Rates, quantities: Quantities) -> bool:
    """Images, seconds, characters are billed where tokens cannot be: never both for one call."""
    has_token_price = rates.input is not None or rates.output is not None
    has_tokens = usage.input_tokens is not None or usage.output_tokens is not None
    return not (has_token_price and has_tokens) and any(name in rates.units for name in quantities)


def _bill_cells(bill: Bill, cells: list[Cell], rates: Rates) -> None:
    saved = None
    for name, tokens in cells:
        if name not in rates.charges:
            _bill_without_rate(bill, name, tokens)
            continue
        rate_usd, column, is_assumed, saving_usd = rates.charges[name]
        bill.lines.append((column, name, tokens, rate_usd, multiply(rate_usd, tokens)))
        if is_assumed and tokens:
            bill.is_assumed = True
        if saving_usd is not None:
            saving = multiply(saving_usd, tokens)
            saved = saving if saved is None else add(saved, saving)
    bill.saved_cache_cost_usd = saved


def _bill_without_rate(bill: Bill, name: str, tokens: int) -> None:
    """None of something costs nothing, whatever its price."""
    column = "output_cost_usd" if name in OUTPUT_SIDE else "input_cost_usd"
    if tokens:
        bill.unpriced += (column,)
    else:
        bill.lines.append((column, name, 0, ZERO, ZERO))


def _is_split_material(rates: Rates, kind: str) -> bool:
    """Whether it matters which of the cached tokens were of this kind."""
    fresh: Decimal | None = getattr(rates, f"input_{kind}")
    cached: Decimal | None = getattr(rates, f"cache_read_{kind}")
    return fresh != rates.input or cached != rates.cache_read


def _bill_web_search(bill: Bill, count: int, rates: Rates, size: str) -> None:
    rate = rates.web_search.get(size, rates.web_search.get("medium"))
    if rate is None:
        if count:
            bill.unpriced += ("web_search_cost_usd",)
            return
        rate = ZERO
    billed = min(count, 1) if rates.is_search_per_call else count
    bill.lines.append(("web_search_cost_usd", "web_search", billed, rate, multiply(rate, billed)))


def _bill_quantities(bill: Bill, quantities: Quantities, rates: Rates) -> None:
    for name, quantity in quantities.items():
        rate = rates.units.get(name)
        if rate is not None:
            column = "output_cost_usd" if name.startswith("output_") else "input_cost_usd"
            bill.lines.append((column, name, quantity, rate, multiply(rate, Decimal(quantity))))
