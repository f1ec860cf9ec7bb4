"""Which rates hold for a call: tier, prompt size, hour, region, day; amounts in millionths of a dollar by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.pricing.entry import STANDARD, CallConditions, Entry, is_off_peak
from posthog.llm_usage.token_usage import TokenUsage
from tests.unit.llm_usage.pricing.price_list import CATALOGUE, price, usd

BEDROCK = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize(
    ("model", "counts", "micro_usd"),
    [
        # 100,000 × 3.30 + 100,000 × 0.33 + 1000 × 16.50
        pytest.param(BEDROCK, (200_000, 100_000, 1000), "379500", id="at the threshold"),
        # 100,001 × 6.60 + 100,000 × 0.66 + 1000 × 24.75
        pytest.param(BEDROCK, (200_001, 100_000, 1000), "750756.6", id="one above it"),
        # 256,000 × 0.05 + 100 × 0.40
        pytest.param("dashscope/qwen-flash", (256_000, None, 100), "12840", id="range, at its end"),
        # 256,001 × 0.25 + 100 × 2
        pytest.param("dashscope/qwen-flash", (256_001, None, 100), "64200.25", id="range, above it"),
    ],
)
def test_whole_prompt_strictly_above_the_threshold_raises_every_rate(
    model: str, counts: tuple[int, int | None, int], micro_usd: str
) -> None:
    """Cached tokens count towards the prompt's size, and the output's rate rises too."""
    whole, read, output = counts
    usage = TokenUsage(input_tokens=whole, output_tokens=output, cache_read_input_tokens=read)
    assert price(model, usage).total_cost_usd == usd(micro_usd) / 1_000_000


def test_hourly_writes_have_their_own_long_rate() -> None:
    """299,000 × 6.60 + 1000 × 13.20."""
    usage = TokenUsage(input_tokens=300_000, cache_creation_input_tokens=1000, cache_creation_1h_input_tokens=1000)
    assert price(BEDROCK, usage).total_cost_usd == usd("1.9866")


@pytest.mark.parametrize(
    ("model", "tier", "counts", "micro_usd", "is_assumed"),
    [
        # 3984 × 4.25 + 6016 × 2.125 + 800 × 17
        pytest.param("gpt-4o", "priority", (10_000, 6016, 800), "43316", False, id="priority"),
        # 3984 × 1.25 + 6016 × 0.625 + 800 × 5: the list has no cached batch rate, it moves with the prompt's
        pytest.param("gpt-4o", "batch", (10_000, 6016, 800), "12740", True, id="batch without a cache rate"),
        # 10,000 × 1.25 + 800 × 5: nothing of the call rests on an assumption
        pytest.param("gpt-4o", "Batch ", (10_000, None, 800), "16500", False, id="batch, uncached"),
        # 200,000 × 4 + 100,000 × 0.40 + 1000 × 15
        pytest.param("gpt-5.6", "flex", (300_000, 100_000, 1000), "855000", False, id="flex, long prompt"),
        pytest.param("gpt-4o", "default", (10_000, 6016, 800), "25480", False, id="default is standard"),
        pytest.param("gpt-4o", "auto", (10_000, 6016, 800), "25480", False, id="auto is standard"),
        pytest.param("gpt-4o", "flex", (10_000, 6016, 800), "25480", True, id="a tier the model has no rates for"),
        pytest.param("gpt-4o", "platinum", (10_000, 6016, 800), "25480", True, id="a tier nobody knows"),
    ],
)
def test_service_tier_sets_the_rates(
    model: str, tier: str, counts: tuple[int, int | None, int], micro_usd: str, *, is_assumed: bool
) -> None:
    """The tier's rates, standard ones where the list has none; then flagged."""
    whole, read, output = counts
    usage = TokenUsage(input_tokens=whole, output_tokens=output, cache_read_input_tokens=read)
    costs = price(model, usage, tier=tier)
    assert costs.total_cost_usd == usd(micro_usd) / 1_000_000
    assert costs.flags == (("price_assumed",) if is_assumed else ())


def test_tier_in_the_usage_goes_before_the_events() -> None:
    """The provider's answer says how the call was served: 1000 × 4.25."""
    usage = TokenUsage(input_tokens=1000, service_tier="priority")
    assert price("gpt-4o", usage, tier="auto").total_cost_usd == usd("0.00425")


@pytest.mark.parametrize(
    ("model", "micro_usd"),
    [
        # 300 × 8 + 400 × 0.80 + 200 × 10 + 100 × 16
        pytest.param("anthropic/claude-old", "6320", id="Claude: 0.1, 1.25, 2"),
        # 300 × 0.15 + 400 × 0.075 + 300 × 0.15
        pytest.param("command-r", "120", id="others: 0.5, 1"),
    ],
)
def test_missing_cache_rates_are_supplied_and_flagged(model: str, micro_usd: str) -> None:
    """The contract's factors of the prompt rate; the price is assumed."""
    usage = TokenUsage(
        input_tokens=1000,
        cache_read_input_tokens=400,
        cache_creation_input_tokens=300,
        cache_creation_5m_input_tokens=200,
        cache_creation_1h_input_tokens=100,
    )
    costs = price(model, usage)
    assert costs.total_cost_usd == usd(micro_usd) / 1_000_000
    assert costs.flags == ("price_assumed",)


def test_missing_cache_rates_do_not_matter_uncached() -> None:
    """A call that did not touch the cache is priced by stated rates alone."""
    usage = TokenUsage(input_tokens=1000, cache_read_input_tokens=0, output_tokens=10)
    assert price("anthropic/claude-old", usage).flags == ()


@pytest.mark.parametrize(
    ("at", "micro_usd"),
    [
        # 900 × 0.30 + 100 × 0.006 + 100 × 1.20, or half of each
        pytest.param(datetime(2026, 11, 23, 3, 59, tzinfo=UTC), "390.6", id="Monday, peak"),
        pytest.param(datetime(2026, 11, 23, 4, 0, tzinfo=UTC), "195.3", id="Monday, off-peak begins"),
        pytest.param(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "390.6", id="Monday, off-peak has ended"),
        pytest.param(datetime(2026, 11, 23, 23, 59, tzinfo=UTC), "195.3", id="up to midnight"),
        pytest.param(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), "195.3", id="Sunday, all day"),
    ],
)
def test_off_peak_hours_have_rates_of_their_own(at: datetime, micro_usd: str) -> None:
    """The hour at which the call started decides."""
    usage = TokenUsage(input_tokens=1000, cache_read_input_tokens=100, output_tokens=100)
    costs = price("deepseek-flash", usage, at=at)
    assert costs.total_cost_usd == usd(micro_usd) / 1_000_000
    assert costs.flags == ()


def test_unknown_hour_is_charged_as_peak_and_flagged() -> None:
    """Without a time the standard rates stand in."""
    costs = price("deepseek-flash", TokenUsage(input_tokens=1000))
    assert (costs.total_cost_usd, costs.flags) == (usd("0.0003"), ("price_assumed",))


def test_off_peak_weekday_is_local() -> None:
    """A window's weekday may be counted in another zone than its hours."""
    rule = {
        "windows": [{"hours_utc": "00:00-00:00", "weekdays": [7]}],
        "weekday_timezone": "Asia/Shanghai",
    }
    assert is_off_peak(rule, datetime(2026, 11, 21, 16, 0, tzinfo=UTC))
    assert not is_off_peak(rule, datetime(2026, 11, 22, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("conditions", "micro_usd"),
    [
        pytest.param({"region": "eu"}, "6600", id="surcharged region: × 1.1"),
        pytest.param({"region": "us"}, "6000", id="region without a surcharge"),
        pytest.param({"is_fast": True}, "6000", id="no fast mode"),
    ],
)
def test_region_scales_every_rate(conditions: dict[str, Any], micro_usd: str) -> None:
    """1000 × 4 + 100 × 20, times the region's factor."""
    usage = TokenUsage(input_tokens=1000, output_tokens=100)
    assert price("gpt-5.6", usage, conditions=conditions).total_cost_usd == usd(micro_usd) / 1_000_000


def test_fast_mode_multiplies() -> None:
    """Region and fast mode both apply."""
    document = {"provider": "anthropic", "rates": {"input": 5e-06}, "multipliers": {"us": 1.1, "fast": 2.5}}
    conditions = CallConditions(region="us", is_fast=True)
    assert Entry("claude", document).resolve(1, conditions).input == usd("0.00001375")


PAST = {
    "provider": "x",
    "rates": {"input": 3e-06},
    "tiers": {"batch": {"rates": {"input": 1e-06}}},
    "past": [
        {"until": "2025-01-01", "rates": {"input": 1e-05}},
        {"until": "2026-01-01", "rates": {"input": 5e-06}, "above": {"100": {"input": 6e-06}}},
    ],
}


@pytest.mark.parametrize(
    ("at", "prompt_tokens", "rate"),
    [
        pytest.param(datetime(2024, 12, 31, 23, tzinfo=UTC), 1, "0.00001", id="first price"),
        pytest.param(datetime(2025, 1, 1, tzinfo=UTC), 1, "0.000005", id="the day it changed"),
        pytest.param(datetime(2025, 6, 1, tzinfo=UTC), 101, "0.000006", id="with the tiers of its time"),
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), 101, "0.000003", id="today's"),
        pytest.param(None, 1, "0.000003", id="no day: today's"),
    ],
)
def test_price_of_the_day_holds(at: datetime | None, prompt_tokens: int, rate: str) -> None:
    """A call is charged by what was in force when it started."""
    assert Entry("m", PAST).resolve(prompt_tokens, CallConditions(at=at)).input == usd(rate)


def test_tier_without_long_rates_keeps_its_ratio() -> None:
    """Half of the standard price stays half above the threshold, flagged."""
    document = {
        "provider": "x",
        "rates": {"input": 2e-06, "output": 8e-06},
        "above": {"1000": {"input": 4e-06, "output": 1.2e-05}},
        "tiers": {"batch": {"rates": {"input": 1e-06, "output": 4e-06}}},
    }
    rates = Entry("m", document).resolve(1001, CallConditions(service_tier="batch"))
    assert (rates.input, rates.output) == (usd("0.000002"), usd("0.000006"))
    assert {"input", "output"} <= rates.assumed


def test_rates_are_decimals_as_written() -> None:
    """1.5e-07 is exactly that, not the nearest binary fraction."""
    assert CATALOGUE.entries["command-r"].resolve(None).input == Decimal("1.5E-7")


def test_rates_are_worked_out_once() -> None:
    """Calls of one kind share their rates; the time does not matter to an entry that ignores it."""
    entry = CATALOGUE.entries["gpt-4o"]
    first = entry.resolve(1000, STANDARD)
    assert entry.resolve(2000, CallConditions(at=datetime(2026, 1, 1, tzinfo=UTC))) is first
