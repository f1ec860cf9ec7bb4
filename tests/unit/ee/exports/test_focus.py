"""FOCUS charges: the costs of a line, cut by what was used, to the last digit."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ee.exports.focus import COLUMNS, build_rows, list_charges
from posthog.models import Organization
from tests.unit.ee.exports.export_lines import make_line

AMOUNTS = st.none() | st.decimals(Decimal(-1), Decimal(10**9), places=18)
COUNTS = st.none() | st.integers(0, 10**15)


def make_rows(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    organization = Organization(id=UUID(int=1), name="Acme")
    return [dict(zip(COLUMNS, row, strict=True)) for row in build_rows(lines, organization)]


def test_line_is_cut_into_kinds_of_tokens() -> None:
    """Cache costs are parts of the input's, and are charged apart."""
    line = make_line(
        input_tokens=1000,
        uncached_input_tokens=300,
        cache_read_input_tokens=600,
        cache_creation_input_tokens=100,
        output_tokens=50,
        reasoning_tokens=20,
        web_search_count=3,
        input_cost_usd=Decimal("1.0"),
        cache_read_cost_usd=Decimal("0.06"),
        cache_creation_cost_usd=Decimal("0.34"),
        output_cost_usd=Decimal("0.75"),
        web_search_cost_usd=Decimal("0.03"),
        request_cost_usd=Decimal("0.02"),
        total_cost_usd=Decimal("1.81"),
    )
    assert [(charge.meter.key, charge.quantity, charge.cost_usd) for charge in list_charges(line)] == [
        ("input", 300, Decimal("0.60")),
        ("cache-read", 600, Decimal("0.06")),
        ("cache-write", 100, Decimal("0.34")),
        ("output", 50, Decimal("0.75")),
        ("web-search", 3, Decimal("0.03")),
        ("request", 2, Decimal("0.02")),
        ("other", 2, Decimal("0.01")),
    ]


@given(
    amounts=st.lists(AMOUNTS, min_size=7, max_size=7),
    counts=st.lists(COUNTS, min_size=5, max_size=5),
    calls=st.integers(1, 10**9),
)
def test_charges_sum_to_the_line(amounts: list[Decimal | None], counts: list[int | None], calls: int) -> None:
    """Whatever was reported, and whatever does not fit together."""
    costs = ("input", "cache_read", "cache_creation", "output", "web_search", "request", "total")
    tokens = (
        *("uncached_input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
        *("output_tokens", "web_search_count"),
    )
    line = make_line(
        calls=calls,
        **{f"{name}_cost_usd": amount for name, amount in zip(costs, amounts, strict=True)},
        **dict(zip(tokens, counts, strict=True)),
    )
    charges = list_charges(line)
    assert sum((charge.cost_usd for charge in charges), Decimal(0)) == (amounts[-1] or 0)
    assert charges
    assert all(charge.quantity > 0 for charge in charges)


def test_unknown_cost_is_said_to_be_unknown() -> None:
    """FOCUS has no null cost: the charge is 0 and marked."""
    (row,) = make_rows(make_line(output_tokens=5, cost_source="", unpriced_calls=2))
    assert (row["BilledCost"], row["x_CostKnown"], row["x_CostSource"]) == (0, False, None)
    assert row["ChargeDescription"] == "Output Tokens of claude-sonnet-5; its price is not known"


def test_line_without_calls_is_no_charge() -> None:
    """What the gateway's own cache answered was billed by nobody."""
    assert make_rows(make_line(calls=0, gateway_cache_hits=3, saved_gateway_cache_cost_usd=Decimal(1))) == []


def test_columns_hold_what_focus_asks_for() -> None:
    """The mandatory ones are there, and none of them is null."""
    line = make_line(output_tokens=5, output_cost_usd=Decimal("0.5"), total_cost_usd=Decimal("0.5"), product="chat")
    (row,) = make_rows(line)
    assert {name: row[name] for name in MANDATORY} == {
        "BilledCost": Decimal("0.5"),
        "BillingAccountId": "00000000-0000-0000-0000-000000000001",
        "BillingAccountName": "Acme",
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-02-01T00:00:00Z",
        "BillingPeriodEnd": "2026-03-01T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeDescription": "Output Tokens of claude-sonnet-5",
        "ChargePeriodStart": "2026-02-03T00:00:00Z",
        "ChargePeriodEnd": "2026-02-04T00:00:00Z",
        "ContractedCost": Decimal("0.5"),
        "EffectiveCost": Decimal("0.5"),
        "InvoiceIssuerName": "anthropic",
        "ListCost": Decimal("0.5"),
        "PricingQuantity": 5,
        "PricingUnit": "Tokens",
        "ProviderName": "anthropic",
        "PublisherName": "anthropic",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "anthropic language models",
    }
    assert row["ChargeClass"] is None
    assert (row["SkuId"], row["SubAccountId"]) == ("anthropic/claude-sonnet-5/output", "7")
    assert json.loads(row["Tags"]) == {"product": "chat"}


MANDATORY = (
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodStart"),
    *("BillingPeriodEnd", "ChargeCategory", "ChargeDescription", "ChargePeriodStart", "ChargePeriodEnd"),
    *("ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit"),
    *("ProviderName", "PublisherName", "ServiceCategory", "ServiceName"),
)
"""Source: FOCUS 1.2, feature level Mandatory; ChargeClass is the one that may be null."""


@pytest.mark.parametrize(
    ("day", "zone", "start", "end"),
    [
        pytest.param(date(2026, 12, 31), "UTC", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", id="end-of-year"),
        pytest.param(
            date(2026, 3, 29), "Europe/Berlin", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", id="clocks-change"
        ),
        pytest.param(
            date(2026, 5, 1), "Asia/Kolkata", "2026-04-30T18:30:00Z", "2026-05-31T18:30:00Z", id="half-hour-zone"
        ),
    ],
)
def test_billing_period_is_the_month_of_the_zone(day: date, zone: str, start: str, end: str) -> None:
    """Written in UTC."""
    (row,) = make_rows(make_line(day=day, timezone=zone, output_tokens=1, day_start=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (start, end)
