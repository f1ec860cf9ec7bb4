"""
Costs that came with the event: the gateway's, the caller's, the provider's.

A gateway's total is the only figure of its breakdown to trust; what the parts mean is settled by which of their
sums it equals (`reconcile_gateway_breakdown`).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple

from posthog.llm_usage.payloads.fields import EMPTY, OBJECT
from posthog.llm_usage.pricing.costs import EXACT, ZERO

Source = Literal["gateway", "caller", "provider"]

ROUNDING_USD = Decimal("1e-9")
"""Sums of binary floats are off in the last digits; a real difference of prices is larger."""

MAX_USD = Decimal("1e12")
"""No call costs as much: an amount beyond it is a mistake of the sender, and no figure."""

MAX_FLOAT_USD = float(MAX_USD)

AMOUNT = (int, str, Decimal)


class GivenCosts(NamedTuple):
    """
    One party's figures for a call; None: not given. Name the fields.

    Attributes:
        input_cost_usd: All input, cache reads and writes included.
        output_cost_usd: All output, reasoning included.
        request_cost_usd: What is charged for the call as such; a gateway's guardrails and flat fees.
        tools_cost_usd: A gateway's one figure for all of the provider's tools, web search among them.
        list_total_usd: What to hold against a list price, where it is not the total: the gateway's figure before
            discount, margin and guardrails.
    """

    source: Source
    total_cost_usd: Decimal | None = None
    input_cost_usd: Decimal | None = None
    output_cost_usd: Decimal | None = None
    request_cost_usd: Decimal | None = None
    web_search_cost_usd: Decimal | None = None
    cache_read_cost_usd: Decimal | None = None
    cache_creation_cost_usd: Decimal | None = None
    tools_cost_usd: Decimal | None = None
    list_total_usd: Decimal | None = None


def parse_usd(value: object) -> Decimal | None:
    """A finite amount from 0 to `MAX_USD`, as a number or its text; None for anything else."""
    if isinstance(value, float):
        return Decimal(repr(value)) if 0.0 <= value <= MAX_FLOAT_USD else None
    if value is None or isinstance(value, bool) or not isinstance(value, AMOUNT):
        return None
    try:
        amount = Decimal(value if isinstance(value, int | Decimal) else str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and 0 <= amount <= MAX_USD else None


def reconcile_gateway_breakdown(response_cost: object, breakdown: object) -> GivenCosts | None:
    """
    Read LiteLLM's `response_cost` and `cost_breakdown`.

    `input_cost` may or may not include the cache's costs, and `output_cost` reasoning's: the reading whose parts sum
    to the total before discount and margin holds. Where none does, or the whole cost was booked as output (so the
    gateway books a charge that the provider reported), the total stands alone. Guardrails are added after the
    discount; flat fees (`additional_costs`) lie before it.

    Returns:
        None where the gateway states no figure. A model's cost of 0 is none: so it reports a price that it does not
        know.
    """
    total = parse_usd(response_cost)
    parts = breakdown if isinstance(breakdown, OBJECT) else EMPTY
    guardrails = parse_usd(parts["guardrail_cost"]) or ZERO if "guardrail_cost" in parts else ZERO
    if total is None or total <= guardrails:
        return None
    charged = EXACT.subtract(total, guardrails) if guardrails else total
    original = parts.get("original_cost")
    is_listed = type(original) is type(response_cost) and original == response_cost
    listed = total if is_listed else parse_usd(original) or charged
    is_discounted = listed is not charged and abs(EXACT.subtract(listed, charged)) > ROUNDING_USD
    amounts = _find_split(listed if is_discounted else charged, parts)
    if is_discounted:
        factor = EXACT.divide(charged, listed)
        amounts = {name: EXACT.multiply(amount, factor) for name, amount in amounts.items()}
    if guardrails:
        amounts["request_cost_usd"] = EXACT.add(amounts.get("request_cost_usd", ZERO), guardrails)
    return GivenCosts(
        source="gateway",
        total_cost_usd=total,
        list_total_usd=listed if is_discounted or guardrails else None,
        **amounts,
    )


def _find_split(total: Decimal, parts: Mapping[str, Any]) -> dict[str, Decimal]:
    """The parts as the columns name them, under the reading that sums to the total; empty where none does."""
    plain_input, plain_output, read, written, tools, reasoning = [
        parse_usd(parts[name]) or ZERO if parts.get(name) else ZERO for name in SPLIT
    ]
    if not plain_input and not read and not written:
        return {}
    fees = _sum_fees(parts["additional_costs"]) if "additional_costs" in parts else ZERO
    for input_cost in (plain_input, plain_input + read + written):
        for output_cost in (plain_output, plain_output + reasoning):
            if abs(input_cost + output_cost + tools + fees - total) <= ROUNDING_USD:
                return _name_split(input_cost, output_cost, (fees, tools, read, written))
    return {}


def _name_split(input_cost: Decimal, output_cost: Decimal, others: tuple[Decimal, ...]) -> dict[str, Decimal]:
    """The sides always, of the others what is not zero."""
    split = {"input_cost_usd": input_cost, "output_cost_usd": output_cost}
    for name, amount in zip(OTHERS, others, strict=True):
        if amount:
            split[name] = amount
    return split


OTHERS = ("request_cost_usd", "tools_cost_usd", "cache_read_cost_usd", "cache_creation_cost_usd")
SPLIT = ("input_cost", "output_cost", "cache_read_cost", "cache_creation_cost", "tool_usage_cost", "reasoning_cost")


def _sum_fees(fees: object) -> Decimal:
    amounts = [parse_usd(fee) for fee in fees.values()] if isinstance(fees, Mapping) else []
    return sum((amount for amount in amounts if amount is not None), ZERO)


CALLER_COSTS = ("total_cost_usd", "input_cost_usd", "output_cost_usd", "request_cost_usd", "web_search_cost_usd")


def read_caller_costs(properties: Mapping[str, Any]) -> GivenCosts | None:
    """The amounts that an SDK or its caller put on the event; None where there are none."""
    found = {name: parse_usd(properties.get(f"$ai_{name}")) for name in CALLER_COSTS}
    amounts = {name: amount for name, amount in found.items() if amount is not None}
    return GivenCosts(source="caller", **amounts) if amounts else None
