"""
Build the catalogue's file from both sources; which they are and why: `catalogue.py`.

An entry of LiteLLM's map stays as it is. A model of `genai-prices` is added where the map has none of that name at
that provider. An entry takes over the earlier prices of its twin where both agree on today's.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import orjson
from genai_prices.types import ModelInfo, Provider

from posthog.llm_usage.pricing.genai_map import list_models
from posthog.llm_usage.pricing.litellm_map import Document, convert_price_map
from posthog.llm_usage.pricing.names import fold, strip_date

HISTORY_OF = frozenset(
    {"openai", "anthropic", "gemini", "vertex_ai", "xai", "mistral", "deepseek", "cohere", "groq", "moonshot"}
)
"""Providers whose own list both packages keep; a reseller's history cannot be told from its vendor's."""

COMPARED = ("input", "output", "cache_read")


def build_document(
    price_map: Mapping[str, Mapping[str, Any]],
    providers: Iterable[Provider],
    *,
    versions: Mapping[str, str],
    today: date,
) -> Document:
    """
    Combine both packages' data.

    Args:
        price_map: LiteLLM's decoded JSON file.
        providers: `genai_prices.data.providers`.
        versions: Package versions by package name, to be recorded.
        today: Which dated prices are in force.
    """
    entries = convert_price_map(price_map)
    known = {(entry["provider"], fold(_get_local_name(name, entry))) for name, entry in entries.items()}
    models = list(list_models(providers, today))
    for name, entry in entries.items():
        past = _find_history(name, entry, models)
        if past:
            entry["past"] = past
    for provider, model, document in models:
        if not _list_folded_names(provider, model, document) & known:
            entries.setdefault(f"{provider}/{model.id.lower()}", document)
    sources = [{"package": package, "version": version, "licence": "MIT"} for package, version in versions.items()]
    return {"sources": [*sources, {"built_on": today.isoformat()}], "entries": entries}


def _get_local_name(name: str, entry: Document) -> str:
    return name.lower().removeprefix(f"{entry['provider']}/")


def _list_folded_names(provider: str, model: ModelInfo, document: Document) -> set[tuple[str, str]]:
    return {(provider, fold(name)) for name in (model.id.lower(), *document.get("aliases", ()))}


def _find_history(
    name: str, entry: Document, models: Iterable[tuple[str, ModelInfo, Document]]
) -> list[Document] | None:
    """The earlier prices of the model that bears this name, where both packages agree on today's."""
    if entry["provider"] not in HISTORY_OF or "rates" not in entry:
        return None
    hosts = {"gemini", "vertex_ai"} if entry["provider"] == "vertex_ai" else {entry["provider"]}
    folded = fold(_get_local_name(name, entry))
    for model_provider, model, document in models:
        if model_provider not in hosts or "past" not in document:
            continue
        names = {folded_name for _, folded_name in _list_folded_names(model_provider, model, document)}
        is_same = folded in names or (strip_date(folded) in names and "covers_dates" in document)
        if is_same and all(entry["rates"].get(rate) == document["rates"].get(rate) for rate in COMPARED):
            past: list[Document] = document["past"]
            return past
    return None


def encode_document(document: Document) -> bytes:
    """One entry a line, so that a refresh reads as a diff of prices."""
    lines = [orjson.dumps(name) + b": " + orjson.dumps(entry) for name, entry in document["entries"].items()]
    head = b'{"sources": ' + orjson.dumps(document["sources"]) + b',\n"entries": {\n'
    return head + b",\n".join(lines) + b"\n}}\n"
