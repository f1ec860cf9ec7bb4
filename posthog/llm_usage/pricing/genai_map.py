"""
The `genai-prices` package's data → catalogue documents and price history; the one place that knows its shapes.

Its prices are per million tokens (thousand searches, thousand requests), each perhaps tiered by prompt size, valid
from a date, or for a service tier. Its rules for recognising a model search inside names; here only the names that a
rule spells out in full are kept, and whether it also covers their dated forms.
Source: `genai_prices.data` (MIT licence).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from genai_prices.types import (
    ClauseAnd,
    ClauseEquals,
    ClauseOr,
    ClauseStartsWith,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from posthog.llm_usage.pricing.litellm_map import Document
from posthog.llm_usage.pricing.names import find_provider

PER_MILLION: Mapping[str, str] = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "input_image_mtok": "input_image",
    "input_video_mtok": "input_video",
    "cache_audio_read_mtok": "cache_read_audio",
    "cache_image_read_mtok": "cache_read_image",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "output_video_mtok": "output_video",
    "output_reasoning_mtok": "reasoning",
    "output_citation_mtok": "citation",
}
TIERS: Mapping[tuple[str, str], str] = {
    ("processing", "batch"): "batch",
    ("service_tier", "priority"): "priority",
    ("service_tier", "flex"): "flex",
}
SAMPLE_DATES = ("-20250101", "-2025-01-01")


def list_models(providers: Iterable[Provider], today: date) -> Iterator[tuple[str, ModelInfo, Document]]:
    """Provider as the catalogue spells it, model, and its document with today's price and the earlier ones."""
    for provider in providers:
        for model in provider.models:
            name = _find_host(provider.id, model.id)
            document = convert_model(name, model, today=today)
            if document is not None:
                yield name, model, document


def _find_host(provider: str, model: str) -> str:
    """Google's list has both of its doors: its own models at the Gemini API, everybody else's at Vertex AI."""
    is_vertex = provider == "google" and not model.startswith(("gemini", "gemma", "imagen", "veo", "learnlm"))
    return "vertex_ai" if is_vertex else find_provider(provider)


def convert_model(provider: str, model: ModelInfo, *, today: date) -> Document | None:
    """One model's document; None where it has no token price, or one that depends on the hour."""
    periods = _list_periods(model, today=today)
    if not periods:
        return None
    document: Document = {"provider": provider, "mode": "chat", **_convert_price(periods[-1][1])}
    if "rates" not in document:
        return None
    tiers = dict(_list_tiers(model, document, today=today))
    if tiers:
        document["tiers"] = tiers
    past = [
        {"until": following[0].isoformat(), **_convert_price(price)}
        for (_, price), following in zip(periods, periods[1:], strict=False)
    ]
    if past:
        document["past"] = past
    aliases = sorted(set(_list_spelled_names(model.match)) - {model.id})
    if aliases:
        document["aliases"] = aliases
    if any(model.is_match(model.id + sample) for sample in SAMPLE_DATES):
        document["covers_dates"] = True
    return document


def _list_periods(model: ModelInfo, *, today: date) -> list[tuple[date, ModelPrice]]:
    """Prices with the day each began, in order, up to today's."""
    if isinstance(model.prices, ModelPrice):
        return [(date.min, model.prices)]
    if any(isinstance(conditional.constraint, TimeOfDateConstraint) for conditional in model.prices):
        return []
    periods = sorted(((_get_start(price), price.prices) for price in model.prices), key=lambda period: period[0])
    return [period for period in periods if period[0] <= today]


def _get_start(price: ConditionalPrice) -> date:
    return price.constraint.start_date if isinstance(price.constraint, StartDateConstraint) else date.min


def _convert_price(price: ModelPrice) -> Document:
    document: Document = {}
    for key, value in vars(price).items():
        if key in PER_MILLION and value is not None:
            _place(document, PER_MILLION[key], value)
    searches, requests = vars(price).get("web_searches_kcount"), vars(price).get("requests_kcount")
    if isinstance(searches, Decimal):
        document["web_search"] = {"medium": float(searches / 1000)}
    if isinstance(requests, Decimal) and "rates" in document:
        document["rates"]["request"] = float(requests / 1000)
    return document


def _place(document: Document, name: str, price: Decimal | TieredPrices) -> None:
    base = price.base if isinstance(price, TieredPrices) else price
    document.setdefault("rates", {})[name] = float(base / 1_000_000)
    for tier in price.tiers if isinstance(price, TieredPrices) else ():
        document.setdefault("above", {}).setdefault(str(tier.start), {})[name] = float(tier.price / 1_000_000)


def _list_tiers(model: ModelInfo, document: Document, *, today: date) -> Iterator[tuple[str, Document]]:
    for variant in model.price_variants or ():
        is_begun = not isinstance(variant.constraint, StartDateConstraint) or variant.constraint.start_date <= today
        conditions = tuple(variant.when.items())
        if len(conditions) == 1 and conditions[0] in TIERS and is_begun:
            block = _convert_price(variant.prices)
            if "rates" in block:
                yield TIERS[conditions[0]], {key: block[key] for key in ("rates", "above") if key in block}


def _list_spelled_names(clause: Any) -> Iterator[str]:
    if isinstance(clause, ClauseOr):
        for part in clause.or_:
            yield from _list_spelled_names(part)
    elif isinstance(clause, ClauseEquals):
        yield clause.equals.lower()
    elif isinstance(clause, ClauseStartsWith) and not isinstance(clause, ClauseAnd):
        yield clause.starts_with.lower().rstrip("-")
