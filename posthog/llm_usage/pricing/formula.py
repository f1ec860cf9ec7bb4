"""
Canonical counts × rates → the lines of the bill.

Input and output are each cut into disjoint cells, every cell has one rate, and the cells of a side always sum to the
side's count: no token is charged twice or forgotten. Cuts of the input: cache reads (audio and image reads apart),
cache writes by lifetime, fresh audio, image and video, and the rest. Of the output: audio, image, video, reasoning
and the rest. Where the parts overlap (cached audio that nobody told apart), the overlap is the smallest possible.

Cohere's `billed_units` are what it invoices: where usage carries them, they are the cells.
Savings count reads and writes alike: both are tokens that went through the provider's cache.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from posthog.llm_usage.pricing.costs import EXACT, ZERO, CostTerm
from posthog.llm_usage.pricing.rates import OUTPUT_SIDE, Rates
from posthog.llm_usage.token_usage import TokenUsage

Quantities = Mapping[str, int | Decimal]
"""Billed things that are not tokens, by the name of their rate: `output_images`, `seconds`, `characters`, ..."""

NOTHING: Quantities = {}

multiply, add, subtract = EXACT.multiply, EXACT.add, EXACT.subtract


@dataclass(slots=True)
class Bill:
    """
    The lines and sums of one call.

    `unpriced` names what was used but has no rate; the column it belongs to, and the total, are then unknown.
    """

    terms: list[CostTerm] = field(default_factory=list)
    saved_cache_cost_usd: Decimal | None = None
    unpriced: list[str] = field(default_factory=list)
    is_assumed: bool = False


def compute_bill(
    usage: TokenUsage, rates: Rates, *, quantities: Quantities = NOTHING, search_context_size: str = "medium"
) -> Bill:
    """Work out every line of the call; pure, exact."""
    bill = Bill(is_assumed=rates.is_assumed)
    if quantities and _is_billed_by_unit(usage, rates, quantities):
        _bill_quantities(bill, quantities, rates)
    elif usage.billed_input_tokens is not None or usage.billed_output_tokens is not None:
        _bill_invoiced_units(bill, usage, rates)
    else:
        if usage.input_tokens is not None:
            _bill_input(bill, usage, rates)
        if usage.output_tokens is not None:
            _bill_output(bill, usage, rates)
    if usage.citation_tokens and rates.citation is not None:
        _bill(bill, rates, "citation", usage.citation_tokens)
    if usage.web_search_count is not None:
        _bill_web_search(bill, usage.web_search_count, rates, search_context_size)
    if rates.request is not None and (bill.terms or bill.unpriced):
        bill.terms.append(CostTerm("request_cost_usd", "request", 1, rates.request, rates.request))
    return bill


def _is_billed_by_unit(usage: TokenUsage, rates: Rates, quantities: Quantities) -> bool:
    """Images, seconds, characters are billed where tokens cannot be: never both for one call."""
    has_token_price = rates.input is not None or rates.output is not None
    has_tokens = usage.input_tokens is not None or usage.output_tokens is not None
    return not (has_token_price and has_tokens) and any(name in rates.units for name in quantities)


def _bill(bill: Bill, rates: Rates, name: str, tokens: int) -> None:
    rate: Decimal | None = getattr(rates, name)
    column = "output_cost_usd" if name in OUTPUT_SIDE else "input_cost_usd"
    if rate is None:
        if tokens:
            bill.unpriced.append(column)
            return
        rate = ZERO
    if tokens and name in rates.assumed:
        bill.is_assumed = True
    bill.terms.append(CostTerm(column, name, tokens, rate, multiply(rate, tokens)))


def _bill_invoiced_units(bill: Bill, usage: TokenUsage, rates: Rates) -> None:
    if usage.billed_input_tokens is not None:
        _bill(bill, rates, "input", usage.billed_input_tokens)
    if usage.billed_output_tokens is not None:
        _bill(bill, rates, "output", usage.billed_output_tokens)


def _bill_input(bill: Bill, usage: TokenUsage, rates: Rates) -> None:
    read = usage.cache_read_input_tokens
    writes = _split_writes(usage)
    fresh = max((usage.input_tokens or 0) - (read or 0) - sum(writes.values()), 0)
    if usage.audio_input_tokens is None and usage.image_input_tokens is None and usage.video_input_tokens is None:
        if read is not None:
            _bill(bill, rates, "cache_read", read)
    else:
        fresh = _bill_input_media(bill, usage, rates, fresh=fresh)
    _bill(bill, rates, "input", fresh)
    for name, tokens in writes.items():
        _bill(bill, rates, name, tokens)
    if read is not None or writes:
        bill.saved_cache_cost_usd = _compute_savings(bill, rates)


def _split_writes(usage: TokenUsage) -> dict[str, int]:
    """Writes by rate; what no lifetime accounts for is charged as the shortest."""
    by_lifetime = (
        ("cache_write", usage.cache_creation_5m_input_tokens),
        ("cache_write_30m", usage.cache_creation_30m_input_tokens),
        ("cache_write_1h", usage.cache_creation_1h_input_tokens),
        ("cache_write_12h", usage.cache_creation_12h_input_tokens),
    )
    writes = {name: tokens for name, tokens in by_lifetime if tokens}
    written = usage.cache_creation_input_tokens
    if written is not None:
        rest = written - sum(writes.values())
        if rest > 0 or not writes:
            writes["cache_write"] = writes.get("cache_write", 0) + max(rest, 0)
    return writes


def _bill_input_media(bill: Bill, usage: TokenUsage, rates: Rates, *, fresh: int) -> int:
    """Bill fresh and cached media, and the rest of the cache reads; return the fresh tokens left for text."""
    read = usage.cache_read_input_tokens or 0
    for kind, tokens, known in (
        ("audio", usage.audio_input_tokens, usage.cache_read_audio_tokens),
        ("image", usage.image_input_tokens, usage.cache_read_image_tokens),
    ):
        if tokens is None:
            continue
        cached = min(max(tokens - fresh, 0) if known is None else min(known, tokens), read)
        uncached = min(tokens - cached, fresh)
        if known is None and cached < min(tokens, read):
            bill.is_assumed |= _is_split_material(rates, kind)
        fresh, read = fresh - uncached, read - cached
        _bill(bill, rates, f"input_{kind}", uncached)
        if cached:
            _bill(bill, rates, f"cache_read_{kind}", cached)
    if usage.video_input_tokens is not None:
        uncached = min(usage.video_input_tokens, fresh)
        fresh -= uncached
        _bill(bill, rates, "input_video", uncached)
    if usage.cache_read_input_tokens is not None:
        _bill(bill, rates, "cache_read", read)
    return fresh


def _is_split_material(rates: Rates, kind: str) -> bool:
    """Whether it matters which of the cached tokens were of this kind."""
    fresh: Decimal | None = getattr(rates, f"input_{kind}")
    cached: Decimal | None = getattr(rates, f"cache_read_{kind}")
    return fresh != rates.input or cached != rates.cache_read


def _bill_output(bill: Bill, usage: TokenUsage, rates: Rates) -> None:
    left = usage.output_tokens or 0
    for name, tokens in (
        ("output_audio", usage.audio_output_tokens),
        ("output_image", usage.image_output_tokens),
        ("output_video", usage.video_output_tokens),
    ):
        if tokens is not None:
            _bill(bill, rates, name, min(tokens, left))
            left -= min(tokens, left)
    if usage.reasoning_tokens and rates.reasoning is not None:
        tokens = min(usage.reasoning_tokens, left)
        _bill(bill, rates, "reasoning", tokens)
        left -= tokens
    _bill(bill, rates, "output", left)


UNCACHED: Mapping[str, str] = {
    **dict.fromkeys(("cache_read", "cache_write", "cache_write_30m", "cache_write_1h", "cache_write_12h"), "input"),
    "cache_read_audio": "input_audio",
    "cache_read_image": "input_image",
}
"""What the tokens of a cached cell would have been charged as."""


def _compute_savings(bill: Bill, rates: Rates) -> Decimal | None:
    if rates.input is None:
        return None
    saved = ZERO
    for _, name, quantity, rate, _ in bill.terms:
        uncached: Decimal | None = getattr(rates, UNCACHED[name]) if name in UNCACHED else None
        if quantity and uncached is not None:
            saved = add(saved, multiply(subtract(uncached, rate), quantity))
    return saved


def _bill_web_search(bill: Bill, count: int, rates: Rates, size: str) -> None:
    rate = rates.web_search.get(size, rates.web_search.get("medium"))
    if rate is None:
        if count:
            bill.unpriced.append("web_search_cost_usd")
            return
        rate = ZERO
    billed = min(count, 1) if rates.is_search_per_call else count
    bill.terms.append(CostTerm("web_search_cost_usd", "web_search", billed, rate, multiply(rate, billed)))


def _bill_quantities(bill: Bill, quantities: Quantities, rates: Rates) -> None:
    for name, quantity in quantities.items():
        rate = rates.units.get(name)
        if rate is not None:
            column = "output_cost_usd" if name.startswith("output_") else "input_cost_usd"
            bill.terms.append(CostTerm(column, name, quantity, rate, multiply(rate, Decimal(quantity))))
