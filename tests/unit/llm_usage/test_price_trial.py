"""A usage tried without a call: the reading, price and flags that a call's would get."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.price_trial import PriceTrial, try_price
from posthog.llm_usage.pricing.custom import CustomRates, TeamPrice, TeamPrices

AT = datetime(2026, 11, 1, tzinfo=UTC)
RATES = CustomRates(input=Decimal("0.000002"), output=Decimal("0.000004"))
PRICES = TeamPrices([TeamPrice(model_pattern="house-*", rates=RATES)])


def run(usage: dict[str, Any], model: str = "house-1", provider: str | None = None) -> PriceTrial:
    return try_price(usage, provider=provider, model=model, at=AT, team_prices=PRICES)


def test_teams_price_holds_before_the_lists() -> None:
    """10 × 2 + 5 × 4 millionths of a dollar."""
    trial = run({"input_tokens": 10, "output_tokens": 5})
    assert trial.costs.total_cost_usd == Decimal("0.00004")
    assert (trial.costs.source, trial.costs.model) == ("team_price", "house-*")


def test_body_around_the_usage_is_unwrapped() -> None:
    """Pasting the whole response gives the same."""
    usage = {"input_tokens": 10, "output_tokens": 5}
    assert run({"id": "msg_1", "usage": usage}).costs == run(usage).costs


@pytest.mark.parametrize("usage", [{}, {"note": "hello"}], ids=["empty", "no-counts"])
def test_usage_that_reports_nothing_has_no_reading(usage: dict[str, Any]) -> None:
    """Its cost is unknown."""
    trial = run(usage)
    assert (trial.reading, trial.usage.reading, trial.costs.total_cost_usd) == (None, "none", None)


def test_flags_of_reading_and_price_stand_together() -> None:
    """Sorted: a total that nothing explains, and a model that nobody prices."""
    trial = run({"input_tokens": 10, "output_tokens": 5, "total_tokens": 99}, model="nobody-knows-it")
    assert trial.flags == ("total_mismatch", "unpriced_model")
