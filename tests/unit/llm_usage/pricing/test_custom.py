"""Prices that are on no list: how they are completed, and which of a team's prices holds."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.pricing.custom import CustomRates, TeamPrice, TeamPrices, build_custom_rates
from posthog.llm_usage.token_usage import TokenUsage
from tests.unit.llm_usage.pricing.price_list import CATALOGUE, price, usd

PROMPT_AND_OUTPUT = CustomRates(input=usd("1e-6"), output=usd("4e-6"))


def make_price(pattern: str, **fields: Any) -> TeamPrice:
    return TeamPrice(model_pattern=pattern, rates=PROMPT_AND_OUTPUT, **fields)


@pytest.mark.parametrize(
    ("model", "read", "write", "write_1h"),
    [
        pytest.param("gpt-5.6", "1e-7", "1.25e-6", "1.25e-6", id="listed: the list's ratios 0.1 and 1.25"),
        pytest.param("claude-sonnet-4-5", "1e-7", "1.25e-6", "2e-6", id="listed: 0.1, 1.25 and 2"),
        pytest.param("my-claude", "1e-7", "1.25e-6", "2e-6", id="an unlisted Claude: 0.1, 1.25 and 2"),
        pytest.param("mine", "5e-7", "1e-6", "1e-6", id="any other: 0.5 and 1"),
    ],
)
def test_missing_cache_rates_follow_the_list_or_the_rule(model: str, read: str, write: str, write_1h: str) -> None:
    """Cache rates that nobody set are derived, and flagged where they are used."""
    entry = CATALOGUE.entries.get(model)
    rates = build_custom_rates(PROMPT_AND_OUTPUT, entry.resolve(1) if entry else None, is_claude="claude" in model)
    assert (rates.cache_read, rates.cache_write, rates.cache_write_1h) == (usd(read), usd(write), usd(write_1h))
    assert {"cache_read", "cache_write", "cache_write_1h", "cache_write_12h"} <= rates.assumed


def test_set_cache_rates_hold_and_are_not_assumed() -> None:
    """A write rate that is set holds for every lifetime that is not: 500 × 1 + 300 × 0.20 + 200 × 2."""
    custom = CustomRates(input=usd("1e-6"), cache_read=usd("2e-7"), cache_write=usd("2e-6"), output=usd("4e-6"))
    usage = TokenUsage(
        input_tokens=1000,
        cache_read_input_tokens=300,
        cache_creation_input_tokens=200,
        cache_creation_1h_input_tokens=100,
    )
    costs = price("claude-sonnet-4-5", usage, custom=custom)
    assert (costs.total_cost_usd, costs.flags, costs.source) == (usd("0.00096"), (), "custom")
    assert costs.model == "claude-sonnet-4-5"


def test_media_and_reasoning_are_charged_like_text() -> None:
    """1000 × 1 + 100 × 4, though the list has rates of their own."""
    usage = TokenUsage(input_tokens=1000, audio_input_tokens=400, output_tokens=100, reasoning_tokens=50)
    assert price("gpt-realtime", usage, custom=PROMPT_AND_OUTPUT).total_cost_usd == usd("0.0014")


def test_side_that_is_not_set_stays_at_the_lists_price() -> None:
    """Only searches are agreed on: tokens cost what the list says; 1000 × 4 + 100 × 20 + 3 × 1000."""
    usage = TokenUsage(input_tokens=1000, output_tokens=100, web_search_count=3)
    costs = price("gpt-5.6", usage, custom=CustomRates(web_search=usd("0.001")))
    assert (costs.total_cost_usd, costs.flags) == (usd("0.009"), ())


def test_side_that_nobody_prices_is_unknown() -> None:
    """An unlisted model with a prompt price alone: the output is unpriced."""
    costs = price("mine", TokenUsage(input_tokens=10, output_tokens=1), custom=CustomRates(input=usd("1e-6")))
    assert (costs.input_cost_usd, costs.output_cost_usd, costs.total_cost_usd) == (usd("0.00001"), None, None)
    assert costs.flags == ("unpriced_model",)


def test_call_itself_can_have_a_price() -> None:
    """10 × 1 + 0.002 for the call, in a column of its own."""
    custom = CustomRates(input=usd("1e-6"), output=usd("4e-6"), request=usd("0.002"))
    costs = price("mine", TokenUsage(input_tokens=10, output_tokens=0), custom=custom)
    assert (costs.request_cost_usd, costs.total_cost_usd) == (usd("0.002"), usd("0.00201"))


def test_price_of_zero_is_free_and_assumes_nothing() -> None:
    """A team's own hardware: 0 is a price."""
    custom = CustomRates(input=Decimal(0), output=Decimal(0))
    costs = price("mine", TokenUsage(input_tokens=10, cache_read_input_tokens=5, output_tokens=1), custom=custom)
    assert (costs.total_cost_usd, costs.flags) == (usd("0"), ())


@pytest.mark.parametrize(
    ("prices", "asked", "pattern"),
    [
        pytest.param([make_price("gpt-4o")], ("openai", "GPT-4o "), "gpt-4o", id="any case"),
        pytest.param([make_price("gpt-4o")], ("openai", "gpt-4o-mini"), None, id="the whole name"),
        pytest.param([make_price("gpt-4o*")], ("openai", "gpt-4o-mini"), "gpt-4o*", id="a pattern"),
        pytest.param([make_price("gpt.4o")], ("openai", "gpt-4o"), None, id="only * is special"),
        pytest.param([make_price("*"), make_price("gpt-4o")], ("openai", "gpt-4o"), "gpt-4o", id="a name before *"),
        pytest.param([make_price("g*"), make_price("gpt*")], ("openai", "gpt-4o"), "gpt*", id="the longer pattern"),
        pytest.param(
            [make_price("gpt-4o"), make_price("*", provider="azure")], ("azure", "gpt-4o"), "*", id="its provider first"
        ),
        pytest.param([make_price("*", provider="azure")], ("openai", "gpt-4o"), None, id="another provider's"),
        pytest.param([make_price("*", provider="google")], ("gemini", "x"), "*", id="a provider's other spelling"),
        pytest.param([], ("openai", "gpt-4o"), None, id="none"),
    ],
)
def test_most_specific_price_holds(prices: list[TeamPrice], asked: tuple[str, str], pattern: str | None) -> None:
    """Provider, then the exact name, then the longer pattern."""
    provider, model = asked
    found = TeamPrices(prices).find(provider, [model], at=None)
    assert (found.model_pattern if found else None) == pattern


@pytest.mark.parametrize(
    ("at", "valid_from"),
    [
        pytest.param(datetime(2026, 1, 31, tzinfo=UTC), None, id="before any change"),
        pytest.param(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), id="the moment it begins"),
        pytest.param(None, datetime(2026, 3, 1, tzinfo=UTC), id="no time: the latest"),
    ],
)
def test_price_of_the_calls_time_holds(at: datetime | None, valid_from: datetime | None) -> None:
    """A price holds from when it was agreed on until the next one."""
    starts = (None, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    prices = TeamPrices(make_price("gpt-4o", valid_from=start) for start in starts)
    found = prices.find("openai", ["gpt-4o"], at)
    assert found is not None
    assert found.valid_from == valid_from


def test_matched_entrys_name_matches_too() -> None:
    """A price for the listed name holds for every spelling of it: 1000 × 1."""
    prices = TeamPrices([make_price("eu.anthropic.claude-sonnet-4-5-20250929-v1:0")])
    costs = price(
        "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0", TokenUsage(input_tokens=1000), team_prices=prices
    )
    assert (costs.source, costs.total_cost_usd) == ("team_price", usd("0.001"))
