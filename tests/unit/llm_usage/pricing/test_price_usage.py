"""Whose figure a row shows, and what follows for its parts, flags and evidence."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from posthog.llm_usage.pricing.costs import COST_COLUMNS, ZERO
from posthog.llm_usage.pricing.custom import CustomRates, TeamPrice, TeamPrices
from posthog.llm_usage.pricing.given import GivenCosts
from posthog.llm_usage.pricing.price_usage import price_usage
from posthog.llm_usage.pricing.request import PriceRequest, read_price_request
from posthog.llm_usage.token_usage import TokenUsage
from tests.unit.llm_usage.pricing.price_list import CATALOGUE, price, usd
from tests.unit.llm_usage.pricing.strategies import junk_properties, usages

CACHED = TokenUsage(input_tokens=10_000, output_tokens=800, cache_read_input_tokens=6016)
"""By the list for gpt-4o: 0.01748 in, of it 0.00752 cached, and 0.008 out: 0.02548."""

CUSTOM = CustomRates(input=usd("1e-6"), output=usd("2e-6"), cache_read=usd("1e-7"))
TEAM_PRICES = TeamPrices([TeamPrice(model_pattern="gpt-4*", rates=CustomRates(input=usd("2e-6"), output=usd("8e-6")))])


def gateway(total: str, **parts: Any) -> GivenCosts:
    return GivenCosts(source="gateway", total_cost_usd=usd(total), **parts)


@pytest.mark.parametrize(
    ("usage", "request_fields", "source", "total"),
    [
        pytest.param(
            {"provider_cost_usd": usd("0.03")},
            {"given": gateway("0.0255"), "custom": CUSTOM, "team_prices": TEAM_PRICES},
            "gateway",
            "0.0255",
            id="1. the gateway",
        ),
        pytest.param(
            {"provider_cost_usd": usd("0.03")},
            {"given": GivenCosts(source="caller", total_cost_usd=usd("0.02")), "custom": CUSTOM},
            "caller",
            "0.02",
            id="1. the caller",
        ),
        pytest.param(
            {"provider_cost_usd": usd("0.03")},
            {"custom": CUSTOM, "team_prices": TEAM_PRICES},
            "provider",
            "0.03",
            id="2. the provider",
        ),
        # 3984 × 1 + 6016 × 0.10 + 800 × 2
        pytest.param(
            {}, {"custom": CUSTOM, "team_prices": TEAM_PRICES}, "custom", "0.0061856", id="3. the event's prices"
        ),
        # 3984 × 2 + 6016 × 1 + 800 × 8
        pytest.param({}, {"team_prices": TEAM_PRICES}, "team_price", "0.020384", id="4. the team's price"),
        pytest.param({}, {}, "catalogue", "0.02548", id="5. the catalogue"),
    ],
)
def test_order_of_trust(usage: dict[str, Any], request_fields: dict[str, Any], source: str, total: str) -> None:
    """The first that has a figure sets the price."""
    costs = price("gpt-4o", CACHED._replace(**usage), **request_fields)
    assert (costs.source, costs.total_cost_usd) == (source, usd(total))


def test_matched_entry_is_named() -> None:
    """The catalogue's name of what was charged, whatever the event called it."""
    costs = price("  BEDROCK/EU.anthropic.claude-sonnet-4-5-20250929-v1:0", TokenUsage(input_tokens=1))
    assert costs.model == "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


def test_formula_is_evidence() -> None:
    """Each line says what was charged at which rate, and the lines sum to the total."""
    costs = price("gpt-4o", CACHED)
    assert [(term.rate_name, term.quantity, str(term.rate_usd)) for term in costs.terms] == [
        ("cache_read", 6016, "0.00000125"),
        ("input", 3984, "0.0000025"),
        ("output", 800, "0.00001"),
    ]
    assert sum(term.amount_usd for term in costs.terms) == costs.total_cost_usd


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(TokenUsage(input_tokens=5, output_tokens=7), id="both sides"),
        pytest.param(TokenUsage(total_tokens=7), id="only a total"),
        pytest.param(TokenUsage(web_search_count=1), id="only searches"),
    ],
)
def test_unknown_price_is_null(usage: TokenUsage) -> None:
    """No price: no cost in any column, and a flag; never 0."""
    costs = price("nobody-knows", usage)
    assert [getattr(costs, column) for column in COST_COLUMNS] == [None] * len(COST_COLUMNS)
    assert (costs.source, costs.flags) == (None, ("unpriced_model",))


def test_unpriced_part_leaves_the_total_unknown() -> None:
    """A search without a rate: the tokens' cost is known, the call's is not."""
    costs = price("gpt-4o", TokenUsage(input_tokens=1000, output_tokens=0, web_search_count=2))
    assert (costs.input_cost_usd, costs.web_search_cost_usd, costs.total_cost_usd) == (usd("0.0025"), None, None)
    assert costs.flags == ("unpriced_model",)


def test_unit_without_a_rate_is_unpriced() -> None:
    """Seconds of a model that is charged by token: unknown."""
    costs = price("gpt-4o", TokenUsage(), quantities={"seconds": Decimal(9)})
    assert (costs.total_cost_usd, costs.flags) == (None, ("unpriced_model",))


def test_stated_price_of_zero_is_free() -> None:
    """A list that says 0 is a price; nothing about it is assumed."""
    costs = price("free-model", CACHED, provider="groq")
    assert (costs.total_cost_usd, costs.source, costs.flags) == (ZERO, "catalogue", ())


def test_call_without_usage_has_no_cost() -> None:
    """Nothing reported, nothing charged, nothing flagged: most failures."""
    assert price("gpt-4o", TokenUsage()).total_cost_usd is None
    assert price("gpt-4o", TokenUsage()).flags == ()
    assert price("nobody-knows", TokenUsage()).flags == ()


def test_agreeing_witness_supplies_the_parts() -> None:
    """The gateway gave a total only: the parts are ours, and they sum to its total."""
    costs = price("gpt-4o", CACHED, given=gateway("0.0255"))
    assert costs.flags == ()
    assert costs.total_cost_usd == usd("0.0255")
    assert float(costs.input_cost_usd or 0) + float(costs.output_cost_usd or 0) == pytest.approx(0.0255)
    assert costs.cache_read_cost_usd == pytest.approx(usd("0.00752") * usd("0.0255") / usd("0.02548"))


def test_given_parts_stay_as_given() -> None:
    """What the gateway says of a side is not replaced by ours."""
    costs = price(
        "gpt-4o", CACHED, given=gateway("0.02548", input_cost_usd=usd("0.0175"), output_cost_usd=usd("0.00798"))
    )
    assert (costs.input_cost_usd, costs.output_cost_usd) == (usd("0.0175"), usd("0.00798"))
    assert costs.cache_read_cost_usd == usd("0.00752")


@pytest.mark.parametrize(
    ("total", "is_mismatch"),
    [
        pytest.param("0.02548", False, id="equal"),
        pytest.param("0.0257", False, id="within 1 %"),
        pytest.param("0.0258", True, id="over 1 %"),
        pytest.param("0.0500", True, id="double"),
    ],
)
def test_witnesses_that_differ_are_flagged(total: str, *, is_mismatch: bool) -> None:
    """The given figure stays in the column, ours beside it; parts that nobody vouches for are unknown."""
    costs = price("gpt-4o", CACHED, given=gateway(total))
    assert (costs.total_cost_usd, costs.own_total_usd) == (usd(total), usd("0.02548"))
    assert costs.flags == (("cost_mismatch",) if is_mismatch else ())
    assert (costs.cache_read_cost_usd is None) == is_mismatch
    assert (costs.saved_cache_cost_usd is None) == is_mismatch


def test_difference_of_a_millionth_is_none() -> None:
    """Tiny calls differ by rounding: 100 % of 0.0000009 is no mismatch."""
    costs = price("gpt-4o", TokenUsage(input_tokens=1), given=gateway("0.0000034"))
    assert costs.flags == ()


def test_discounted_figure_is_compared_before_the_discount() -> None:
    """A discount of a fifth is no mismatch of prices."""
    costs = price("gpt-4o", CACHED, given=gateway("0.020384", list_total_usd=usd("0.02548")))
    assert (costs.total_cost_usd, costs.flags) == (usd("0.020384"), ())
    assert float(costs.input_cost_usd or 0) == pytest.approx(0.013984)


def test_guardrail_is_no_part_of_what_the_cache_cost() -> None:
    """Our parts are scaled to what the model cost; the gateway's own fee stays apart."""
    fee = gateway("0.03548", list_total_usd=usd("0.02548"), request_cost_usd=usd("0.01"))
    costs = price("gpt-4o", CACHED, given=fee)
    assert (costs.total_cost_usd, costs.request_cost_usd, costs.flags) == (usd("0.03548"), usd("0.01"), ())
    assert (costs.input_cost_usd, costs.cache_read_cost_usd) == (usd("0.01748"), usd("0.00752"))


def test_assumed_price_is_no_flag_beside_a_given_one() -> None:
    """The flag doubts the row's figure; a given figure assumes nothing."""
    usage = TokenUsage(input_tokens=1000, cache_read_input_tokens=400)
    assert price("command-r", usage).flags == ("price_assumed",)
    assert price("command-r", usage, given=gateway("0.00012")).flags == ()


def test_gateway_price_of_an_unlisted_model_is_a_price() -> None:
    """The gateway knows what the catalogue does not: nothing is flagged, nothing is compared."""
    costs = price("nobody-knows", CACHED, given=gateway("0.0116", input_cost_usd=usd("0.01")))
    assert (costs.total_cost_usd, costs.input_cost_usd, costs.output_cost_usd) == (usd("0.0116"), usd("0.01"), None)
    assert (costs.source, costs.own_total_usd, costs.flags) == ("gateway", None, ())


def test_gateways_zero_is_no_figure() -> None:
    """`response_cost` 0 with counts: the catalogue's price, or unknown, never free."""
    properties = {"$ai_gateway_response_cost": 0.0, "$ai_provider": "openai"}
    known = price_usage(CACHED, request=read_price_request(properties | {"$ai_model": "gpt-4o"}), catalogue=CATALOGUE)
    assert (known.total_cost_usd, known.source) == (usd("0.02548"), "catalogue")
    unknown = price_usage(CACHED, request=read_price_request(properties | {"$ai_model": "mine"}), catalogue=CATALOGUE)
    assert (unknown.total_cost_usd, unknown.flags) == (None, ("unpriced_model",))


def test_gateways_zero_inside_the_usage_is_no_figure_either() -> None:
    """The gateway writes its own 0 into streamed usage; a provider's 0 without a gateway is its word."""
    usage = CACHED._replace(provider_cost_usd=ZERO)
    unknown = price_usage(usage, request=PriceRequest(model="mine", is_zero_unknown=True), catalogue=CATALOGUE)
    assert (unknown.total_cost_usd, unknown.flags) == (None, ("unpriced_model",))
    free = price_usage(usage, request=PriceRequest(model="mine"), catalogue=CATALOGUE)
    assert (free.total_cost_usd, free.source) == (ZERO, "provider")


def test_callers_parts_without_a_total_are_summed() -> None:
    """A side that the caller leaves out is ours."""
    given = GivenCosts(source="caller", input_cost_usd=usd("0.0175"), request_cost_usd=usd("0.001"))
    assert price("gpt-4o", CACHED, given=given).total_cost_usd == usd("0.0265")


def test_callers_part_of_an_unpriced_call_is_no_total() -> None:
    """The other side is unknown, and with it the total."""
    given = GivenCosts(source="caller", input_cost_usd=usd("0.0175"))
    costs = price("nobody-knows", CACHED, given=given)
    assert (costs.input_cost_usd, costs.total_cost_usd, costs.flags) == (usd("0.0175"), None, ("unpriced_model",))


def test_tools_are_searches_only_where_something_was_searched() -> None:
    """The gateway sums all tools; without searches the search column stays unknown."""
    given = gateway("0.05548", tools_cost_usd=usd("0.03"))
    searched = price("gpt-4o", CACHED._replace(web_search_count=3), given=given)
    assert searched.web_search_cost_usd == usd("0.03")
    assert price("gpt-4o", CACHED, given=given).web_search_cost_usd is None


def test_cache_hit_costs_nothing_and_saves_the_price() -> None:
    """What the gateway says it saved, else our price of the call."""
    stated = price("gpt-4o", CACHED, call_kind="gateway_cache_hit", gateway_saved_usd=usd("0.03"))
    assert (stated.total_cost_usd, stated.saved_cache_cost_usd) == (ZERO, usd("0.03"))
    own = price("gpt-4o", CACHED, call_kind="gateway_cache_hit", gateway_saved_usd=ZERO)
    assert (own.total_cost_usd, own.saved_cache_cost_usd) == (ZERO, usd("0.02548"))


def test_reading_an_answer_again_costs_nothing() -> None:
    """`read`: full counts, no work of a provider; `rejected`: never got that far."""
    read = price("gpt-4o", CACHED, call_kind="read")
    assert (read.total_cost_usd, read.saved_cache_cost_usd, read.flags) == (ZERO, None, ())
    assert price("gpt-4o", CACHED, call_kind="rejected").total_cost_usd is None


def test_deployment_is_priced_as_its_base_model() -> None:
    """Azure deployments have names of their own."""
    costs = price("azure/my-deployment", CACHED, provider="azure", base_model="gpt-4o")
    assert (costs.total_cost_usd, costs.model, costs.flags) == (usd("0.02548"), "gpt-4o", ("price_assumed",))


@settings(max_examples=100, deadline=None)
@given(usage=usages(), properties=junk_properties())
def test_junk_never_raises(usage: TokenUsage, properties: dict[str, Any]) -> None:
    """Whatever an event holds, every amount is None or finite and fits the column."""
    costs = price_usage(usage, request=read_price_request(properties), catalogue=CATALOGUE)
    amounts = [getattr(costs, column) for column in COST_COLUMNS]
    assert all(amount is None or amount.is_finite() for amount in amounts)
    assert all(abs(float(amount)) < float("inf") for amount in amounts if amount is not None)


@settings(max_examples=100, deadline=None)
@given(usage=usages(), properties=junk_properties())
def test_null_and_zero_never_swap(usage: TokenUsage, properties: dict[str, Any]) -> None:
    """Without any price there is no cost, and never one of 0."""
    priceless = {name: value for name, value in properties.items() if "cost" not in name and "price" not in name}
    request = read_price_request(priceless | {"$ai_model": "nobody-knows", "$ai_call_kind": "inference"})
    costs = price_usage(usage, request=request._replace(base_model=None), catalogue=CATALOGUE)
    assert (costs.total_cost_usd, costs.flags) == (None, ("unpriced_model",))
