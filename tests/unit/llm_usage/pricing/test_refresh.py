"""Both sources in one document: the map's entries stay, the other source fills in."""

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from genai_prices.types import ClauseEquals, ConditionalPrice, ModelInfo, ModelPrice, Provider, StartDateConstraint

from posthog.llm_usage.pricing.litellm_map import Document
from posthog.llm_usage.pricing.refresh import build_document, encode_document

TODAY = date(2026, 11, 25)
GPT = {"litellm_provider": "openai", "input_cost_per_token": 3e-06, "output_cost_per_token": 9e-06}


def make_price(mtok: int) -> ModelPrice:
    return ModelPrice(input_mtok=Decimal(mtok), output_mtok=Decimal(mtok * 3))


def make_history(*mtok: int) -> list[ConditionalPrice]:
    """Prices that began with each year from 2024 on."""
    return [
        ConditionalPrice(constraint=StartDateConstraint(start_date=date(year, 1, 1)), prices=make_price(price))
        for year, price in enumerate(mtok, start=2024)
    ]


def build(price_map: dict[str, Any], *models: tuple[str, Any], provider: str = "openai") -> Document:
    infos = [ModelInfo(id=name, match=ClauseEquals(name), prices=prices) for name, prices in models]
    providers = [Provider(id=provider, name=provider, api_pattern="x", models=infos)]
    return build_document(price_map, providers, versions={"litellm": "1", "genai-prices": "2"}, today=TODAY)


def test_map_goes_first_and_the_other_fills_in() -> None:
    """A model that both have is the map's; one that it lacks is added under its provider."""
    entries = build({"gpt-x": GPT}, ("gpt-x", make_price(8)), ("retired", make_price(8)))["entries"]
    assert list(entries) == ["gpt-x", "openai/retired"]
    assert entries["gpt-x"]["rates"]["input"] == 3e-06


def test_history_is_taken_over_where_both_agree_on_today() -> None:
    """Its twin's earlier prices, else none."""
    agreed = build({"gpt-x": GPT}, ("gpt-x", make_history(5, 4, 3)))["entries"]["gpt-x"]
    assert [past["until"] for past in agreed["past"]] == ["2025-01-01", "2026-01-01"]
    differing = build({"gpt-x": GPT}, ("gpt-x", make_history(5, 4, 2)))["entries"]["gpt-x"]
    assert "past" not in differing


def test_vertex_entry_finds_its_history_at_google() -> None:
    """Google's list holds Vertex's Claude."""
    claude = {"vertex_ai/claude-x": GPT | {"litellm_provider": "vertex_ai-anthropic_models"}}
    entries = build(claude, ("claude-x", make_history(5, 3)), provider="google")["entries"]
    assert list(entries) == ["vertex_ai/claude-x"]
    assert len(entries["vertex_ai/claude-x"]["past"]) == 1


def test_reseller_has_no_history() -> None:
    """A reseller's past prices cannot be told from its vendor's."""
    entries = build({"acme/gpt-x": GPT | {"litellm_provider": "acme"}}, ("gpt-x", make_history(5, 3)), provider="acme")
    assert "past" not in entries["entries"]["acme/gpt-x"]


def test_sources_are_recorded() -> None:
    """Which versions, under which licence, on which day."""
    assert build({})["sources"] == [
        {"package": "litellm", "version": "1", "licence": "MIT"},
        {"package": "genai-prices", "version": "2", "licence": "MIT"},
        {"built_on": "2026-11-25"},
    ]


def test_file_has_one_entry_a_line() -> None:
    """So that a refresh reads as a diff of prices; decoded it is the document."""
    document = build({"gpt-x": GPT}, ("retired", make_price(8)))
    encoded = encode_document(document)
    assert orjson.loads(encoded) == document
    assert [line.split(b":")[0] for line in encoded.splitlines()[2:-1]] == [b'"gpt-x"', b'"openai/retired"']
