"""`genai-prices` data → our documents; its own types, so that a changed package shows here."""

from datetime import UTC, date, time
from decimal import Decimal
from typing import Any

from genai_prices.types import (
    ClauseEquals,
    ClauseOr,
    ClauseStartsWith,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)

from posthog.llm_usage.pricing.genai_map import convert_model, list_models
from posthog.llm_usage.pricing.litellm_map import Document

TODAY = date(2026, 11, 25)


def make_model(prices: Any, match: Any = None) -> ModelInfo:
    return ModelInfo(id="m-1", match=match or ClauseEquals("m-1"), prices=prices)


def convert(prices: Any, match: Any = None) -> Document | None:
    return convert_model("acme", make_model(prices, match), today=TODAY)


def test_prices_per_million_become_per_token() -> None:
    """And per thousand searches and requests per one."""
    document = convert(
        ModelPrice(
            input_mtok=Decimal(3),
            cache_read_mtok=Decimal("0.3"),
            cache_write_1h_mtok=Decimal(6),
            requests_kcount=Decimal(5),
            web_searches_kcount=Decimal(10),
        )
    )
    assert document == {
        "provider": "acme",
        "mode": "chat",
        "rates": {"input": 3e-06, "cache_read": 3e-07, "cache_write_1h": 6e-06, "request": 0.005},
        "web_search": {"medium": 0.01},
    }


def test_tiers_become_thresholds() -> None:
    """The base price, and what holds above each start."""
    tiered = TieredPrices(base=Decimal(3), tiers=[Tier(start=200_000, price=Decimal(6))])
    document = convert(ModelPrice(input_mtok=tiered))
    assert document is not None
    assert (document["rates"], document["above"]) == ({"input": 3e-06}, {"200000": {"input": 6e-06}})


def test_dated_prices_become_history() -> None:
    """Today's price, each earlier one until the next began; a future one is left out."""
    starts = ((None, 5), (date(2025, 1, 1), 4), (date(2026, 1, 1), 3), (date(2027, 1, 1), 2))
    prices = [
        ConditionalPrice(
            constraint=StartDateConstraint(start_date=start) if start else None,
            prices=ModelPrice(input_mtok=Decimal(price)),
        )
        for start, price in starts
    ]
    document = convert(prices)
    assert document is not None
    assert document["rates"] == {"input": 3e-06}
    assert document["past"] == [
        {"until": "2025-01-01", "rates": {"input": 5e-06}},
        {"until": "2026-01-01", "rates": {"input": 4e-06}},
    ]


def test_price_by_the_hour_or_none_at_all_is_left_out() -> None:
    """Unknown is not free, and an hour's price is not the day's."""
    hours = TimeOfDateConstraint(start_time=time(0, 30, tzinfo=UTC), end_time=time(16, 30, tzinfo=UTC))
    assert convert([ConditionalPrice(constraint=hours, prices=ModelPrice(input_mtok=Decimal(1)))]) is None
    assert convert(ModelPrice()) is None


def test_only_names_spelled_out_are_aliases() -> None:
    """A start of a name covers dates at most; other rules search and are not taken over."""
    document = convert(
        ModelPrice(input_mtok=Decimal(1)),
        ClauseOr(or_=[ClauseEquals("m-1"), ClauseEquals("M-One"), ClauseStartsWith("m-1-")]),
    )
    assert document is not None
    assert document["aliases"] == ["m-one"]
    assert document["covers_dates"] is True


def test_google_is_two_hosts() -> None:
    """Its own models are the Gemini API's, everybody else's are on Vertex AI."""
    models = [
        ModelInfo(id=name, match=ClauseEquals(name), prices=ModelPrice(input_mtok=Decimal(1)))
        for name in ("gemini-2.5-pro", "claude-4-sonnet")
    ]
    google = Provider(id="google", name="Google", api_pattern="x", models=models)
    assert [host for host, _, _ in list_models([google], TODAY)] == ["gemini", "vertex_ai"]
