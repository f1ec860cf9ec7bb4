"""Integrity flags about prices; one function each. The other flags: `posthog.llm_usage.integrity`."""

from decimal import Decimal

from posthog.llm_usage.token_usage import TokenUsage

UNPRICED_MODEL = "unpriced_model"
PRICE_ASSUMED = "price_assumed"
COST_MISMATCH = "cost_mismatch"

MISMATCH_RATIO = Decimal("0.01")
MISMATCH_USD = Decimal("0.000001")


def is_unpriced_model(usage: TokenUsage, *, has_quantities: bool, total_cost_usd: Decimal | None) -> bool:
    """Something was used, and nobody knows its price: the cost is NULL, not zero."""
    return total_cost_usd is None and (
        usage.input_tokens is not None
        or usage.output_tokens is not None
        or usage.total_tokens is not None
        or usage.web_search_count is not None
        or has_quantities
    )


def is_price_assumed(*, is_assumed: bool, source: str | None) -> bool:
    """Our own figure is the row's, and rests on a rate that no price list states for this call."""
    return is_assumed and source in {"custom", "team_price", "catalogue"}


def is_cost_mismatch(witnessed_usd: Decimal | None, own_usd: Decimal | None) -> bool:
    """The gateway's figure and ours differ by over 1 % of the gateway's and by over a millionth of a dollar."""
    if witnessed_usd is None or own_usd is None:
        return False
    difference = abs(witnessed_usd - own_usd)
    return difference > MISMATCH_USD and difference > abs(witnessed_usd) * MISMATCH_RATIO
