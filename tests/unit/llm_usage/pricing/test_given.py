"""Figures that came with the event: which are amounts at all, and what a gateway's parts mean."""

from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.pricing.given import MAX_USD, parse_usd, read_caller_costs, reconcile_gateway_breakdown
from tests.unit.llm_usage.pricing.price_list import usd


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        pytest.param(0.1, "0.1", id="a float as it is written"),
        pytest.param(2, "2", id="an integer"),
        pytest.param(" 1.5e-7 ", "1.5E-7", id="text"),
        pytest.param(0, "0", id="zero is an amount"),
        pytest.param(Decimal("0.3"), "0.3", id="a decimal"),
    ],
)
def test_amounts_are_exact(value: object, amount: str) -> None:
    """A number, or the text of one."""
    assert parse_usd(value) == usd(amount)


@pytest.mark.parametrize(
    "value",
    [None, True, "", "x", "NaN", float("nan"), float("inf"), -1, "-0.5", [], {}, "1e999999", 10**400, MAX_USD + 1],
)
def test_anything_else_is_no_amount(value: object) -> None:
    """Negative, infinite, beyond what any call costs, not a number: not given."""
    assert parse_usd(value) is None


@pytest.mark.parametrize(
    ("parts", "given"),
    [
        pytest.param(
            {"input_cost": 0.6, "cache_read_cost": 0.1, "cache_creation_cost": 0.2, "output_cost": 0.4},
            {"input_cost_usd": "0.6", "output_cost_usd": "0.4"},
            id="input holds the cache",
        ),
        pytest.param(
            {"input_cost": 0.3, "cache_read_cost": 0.1, "cache_creation_cost": 0.2, "output_cost": 0.4},
            {"input_cost_usd": "0.6", "output_cost_usd": "0.4"},
            id="cache beside input",
        ),
        pytest.param(
            {"input_cost": 0.6, "output_cost": 0.3, "reasoning_cost": 0.1},
            {"input_cost_usd": "0.6", "output_cost_usd": "0.4"},
            id="reasoning beside output",
        ),
        pytest.param(
            {"input_cost": 0.6, "output_cost": 0.4, "reasoning_cost": 0.1},
            {"input_cost_usd": "0.6", "output_cost_usd": "0.4"},
            id="reasoning inside output",
        ),
        pytest.param(
            {"input_cost": 0.5, "output_cost": 0.3, "tool_usage_cost": 0.2},
            {"input_cost_usd": "0.5", "output_cost_usd": "0.3", "tools_cost_usd": "0.2"},
            id="tools beside both",
        ),
        pytest.param(
            {"input_cost": 0.5, "output_cost": 0.3, "additional_costs": {"router_flat_cost": 0.2}},
            {"input_cost_usd": "0.5", "output_cost_usd": "0.3", "request_cost_usd": "0.2"},
            id="flat fees are the call's",
        ),
        pytest.param({"input_cost": 0.5, "output_cost": 0.3}, {}, id="parts that do not sum say nothing"),
        pytest.param({"output_cost": 1.0}, {}, id="all of it booked as output says nothing"),
        pytest.param({"input_cost": "junk", "output_cost": None}, {}, id="junk"),
        pytest.param(None, {}, id="no breakdown"),
    ],
)
def test_the_sum_decides_what_the_parts_mean(parts: Any, given: dict[str, str]) -> None:
    """Of a call of 1 dollar; the total is the one figure to trust."""
    costs = reconcile_gateway_breakdown(1.0, parts)
    assert costs is not None
    assert (costs.source, costs.total_cost_usd, costs.list_total_usd) == ("gateway", usd("1"), None)
    names = ("input_cost_usd", "output_cost_usd", "request_cost_usd", "tools_cost_usd")
    assert {name: str(amount) for name in names if (amount := getattr(costs, name)) is not None} == given


def test_binary_rounding_does_not_matter() -> None:
    """Figures of a recorded call: their binary sum is off in the last digit."""
    parts = {
        "input_cost": 0.015604800000000002,
        "cache_read_cost": 0.0018047999999999999,
        "cache_creation_cost": 0.013500000000000002,
        "output_cost": 0.012,
    }
    costs = reconcile_gateway_breakdown(0.027604800000000002, parts)
    assert costs is not None
    assert costs.input_cost_usd == usd("0.015604800000000002")
    assert costs.cache_creation_cost_usd == usd("0.013500000000000002")


def test_discount_scales_the_parts() -> None:
    """A fifth off: the parts are what was paid, the list total is what prices are compared with."""
    parts = {"input_cost": 0.6, "cache_read_cost": 0.1, "output_cost": 0.4, "original_cost": 1.0}
    costs = reconcile_gateway_breakdown(0.8, parts)
    assert costs is not None
    assert (costs.input_cost_usd, costs.output_cost_usd, costs.cache_read_cost_usd) == (
        usd("0.48"),
        usd("0.32"),
        usd("0.08"),
    )
    assert (costs.total_cost_usd, costs.list_total_usd) == (usd("0.8"), usd("1"))


def test_guardrails_are_the_calls_and_not_the_models() -> None:
    """What a guardrail cost is in the total, and no difference of model prices."""
    parts = {"input_cost": 0.6, "output_cost": 0.4, "original_cost": 1.0, "guardrail_cost": 0.05}
    costs = reconcile_gateway_breakdown(1.05, parts)
    assert costs is not None
    assert (costs.total_cost_usd, costs.list_total_usd) == (usd("1.05"), usd("1"))
    assert (costs.input_cost_usd, costs.output_cost_usd, costs.request_cost_usd) == (
        usd("0.6"),
        usd("0.4"),
        usd("0.05"),
    )


@pytest.mark.parametrize(
    ("response_cost", "breakdown"),
    [
        pytest.param(0.0, None, id="zero"),
        pytest.param(0.0, {"input_cost": 0.0, "output_cost": 0.0}, id="zero in all parts"),
        pytest.param(0.05, {"guardrail_cost": 0.05}, id="nothing but the guardrail"),
        pytest.param(None, {"input_cost": 1.0}, id="parts without a total"),
        pytest.param("much", None, id="no number"),
    ],
)
def test_gateway_without_a_price_states_no_figure(response_cost: object, breakdown: object) -> None:
    """0 is how the gateway reports a price that it does not know."""
    assert reconcile_gateway_breakdown(response_cost, breakdown) is None


def test_caller_states_what_it_likes() -> None:
    """Numbers as numbers or text; what is unreadable is not given; a caller's 0 is a figure."""
    costs = read_caller_costs({"$ai_total_cost_usd": "0.5", "$ai_input_cost_usd": 0, "$ai_output_cost_usd": "x"})
    assert costs is not None
    assert (costs.source, costs.total_cost_usd, costs.input_cost_usd, costs.output_cost_usd) == (
        "caller",
        usd("0.5"),
        usd("0"),
        None,
    )
    assert read_caller_costs({"$ai_total_cost_usd": "x"}) is None
