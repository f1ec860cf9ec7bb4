"""
Usage as charges of the FinOps Open Cost and Usage Specification (FOCUS), version 1.2. Pure.

A line becomes a charge for each kind of token that it used: uncached input, input read from the provider's cache,
input written to it, output (reasoning included), and web searches and requests where they cost. Whatever of the
line's total none of them explains (parts that were not reported, rounding) is a charge of its own, so that the
charges of a line sum to its total exactly.

- BilledCost, EffectiveCost, ListCost and ContractedCost are the same figure: what the gateway, the provider or a price
  list says the call cost. Discounts and commitments of the provider's invoice are not known here.
- Unknown is not free, but FOCUS knows no unknown cost: calls without a price are charges of 0 with
  `x_CostKnown` false. No line mixes the two.
- What providers call themselves is taken for provider, publisher and invoice issuer alike.
- The billing period is the month of the day, in the organization's zone.

Source: focus.finops.org, FOCUS 1.2 (read 2026-11). Columns of our own begin with `x_`, as it asks.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ee.exports.lines import Line
from posthog.llm_analytics.time_ranges import start_of_day
from posthog.llm_usage.pricing.costs import EXACT
from posthog.models import Organization

NOTHING = Decimal(0)
CACHED_MOMENTS = 16
"""All lines of a day share theirs."""
UNKNOWN_NAME = "Unknown"
TAGS = ("product", "api_key_alias", "gateway")

COLUMNS = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency",
    "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency",
    "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost",
    "InvoiceIssuerName", "ListCost", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName",
    "PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter", "SubAccountId",
    "SubAccountName", "SubAccountType", "Tags", "x_Calls", "x_CostKnown", "x_CostSource", "x_Model",
)  # fmt: skip


class Meter(NamedTuple):
    """What a charge is for: the part of its SKU's name, how people call it, what it is counted in."""

    key: str
    title: str
    unit: str


class Charge(NamedTuple):
    """`quantity` is positive."""

    meter: Meter
    quantity: int
    cost_usd: Decimal


INPUT = Meter("input", "Uncached Input Tokens", "Tokens")
CACHE_READ = Meter("cache-read", "Cache Read Input Tokens", "Tokens")
CACHE_WRITE = Meter("cache-write", "Cache Write Input Tokens", "Tokens")
OUTPUT = Meter("output", "Output Tokens", "Tokens")
WEB_SEARCH = Meter("web-search", "Web Searches", "Searches")
REQUEST = Meter("request", "Requests", "Requests")
OTHER = Meter("other", "Other Costs of Calls", "Requests")


def build_rows(lines: Iterable[Line], organization: Organization) -> Iterator[list[Any]]:
    """Rows of values in the order of COLUMNS."""
    for line in lines:
        shared = _describe_line(line, organization)
        for charge in list_charges(line):
            row = {**shared, **_describe_charge(line, charge)}
            yield [row[name] for name in COLUMNS]


def list_charges(line: Line) -> list[Charge]:
    """The line's charges; their costs sum to its total, and are 0 where that is not known."""
    total = line["total_cost_usd"]
    candidates = _list_candidates(line) if total is not None else _list_unpriced(line)
    charges = [charge for charge in candidates if charge.quantity > 0]
    rest = EXACT.subtract(total or NOTHING, _add(charge.cost_usd for charge in charges))
    if rest or (line["calls"] and not charges):
        charges.append(Charge(OTHER, line["calls"], rest))
    return charges


def _list_candidates(line: Line) -> list[Charge]:
    read, written = line["cache_read_cost_usd"] or NOTHING, line["cache_creation_cost_usd"] or NOTHING
    fresh = EXACT.subtract(line["input_cost_usd"] or NOTHING, EXACT.add(read, written))
    charges = [
        Charge(INPUT, line["uncached_input_tokens"] or 0, fresh),
        Charge(CACHE_READ, line["cache_read_input_tokens"] or 0, read),
        Charge(CACHE_WRITE, line["cache_creation_input_tokens"] or 0, written),
        Charge(OUTPUT, line["output_tokens"] or 0, line["output_cost_usd"] or NOTHING),
    ]
    if line["web_search_cost_usd"]:
        charges.append(Charge(WEB_SEARCH, line["web_search_count"] or 0, line["web_search_cost_usd"]))
    if line["request_cost_usd"]:
        charges.append(Charge(REQUEST, line["calls"], line["request_cost_usd"]))
    return charges


def _list_unpriced(line: Line) -> list[Charge]:
    return [charge._replace(cost_usd=NOTHING) for charge in _list_candidates(line)]


def _describe_line(line: Line, organization: Organization) -> dict[str, Any]:
    provider = line["provider"] or UNKNOWN_NAME
    period_start, period_end = _find_month(line["day"], line["timezone"])
    return {
        "BillingAccountId": str(organization.id),
        "BillingAccountName": organization.name,
        "BillingAccountType": "Organization",
        "BillingCurrency": "USD",
        "BillingPeriodStart": period_start,
        "BillingPeriodEnd": period_end,
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _to_text(line["day_start"]),
        "ChargePeriodEnd": _to_text(line["day_end"]),
        "InvoiceIssuerName": provider,
        "PricingCategory": "Standard",
        "ProviderName": provider,
        "PublisherName": provider,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": f"{provider} language models",
        "ServiceSubcategory": "Generative AI",
        "SubAccountId": str(line["team_id"]),
        "SubAccountName": line["team"],
        "SubAccountType": "Team",
        "Tags": json.dumps({name: line[name] for name in TAGS if line[name]}, ensure_ascii=False),
        "x_Calls": line["calls"],
        "x_CostKnown": line["total_cost_usd"] is not None,
        "x_CostSource": line["cost_source"] or None,
        "x_Model": line["model"] or None,
    }


def _describe_charge(line: Line, charge: Charge) -> dict[str, Any]:
    provider, model = line["provider"] or UNKNOWN_NAME, line["model"] or UNKNOWN_NAME
    doubt = "" if line["total_cost_usd"] is not None else "; its price is not known"
    return {
        **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), charge.cost_usd),
        "ChargeDescription": f"{charge.meter.title} of {model}{doubt}",
        "ConsumedQuantity": charge.quantity,
        "ConsumedUnit": charge.meter.unit,
        "PricingQuantity": charge.quantity,
        "PricingUnit": charge.meter.unit,
        "SkuId": f"{provider}/{model}/{charge.meter.key}",
        "SkuMeter": charge.meter.title,
    }


@lru_cache(maxsize=CACHED_MOMENTS)
def _find_month(day: date, timezone: str) -> tuple[str, str]:
    first, zone = day.replace(day=1), ZoneInfo(timezone)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return _to_text(start_of_day(first, zone)), _to_text(start_of_day(following, zone))


@lru_cache(maxsize=CACHED_MOMENTS)
def _to_text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(amounts: Iterable[Decimal]) -> Decimal:
    total = NOTHING
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
