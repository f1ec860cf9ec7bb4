"""
LiteLLM's price map → catalogue documents; the one place that knows its key names.

A key is a rate, then perhaps `_above_200k_tokens`, then perhaps a service tier: `input_cost_per_token`,
`cache_read_input_token_cost_above_200k_tokens_priority`. `tiered_pricing` says the same as a list of ranges.
Source: `model_prices_and_context_window_backup.json` inside the `litellm` package (MIT licence).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]

RATES: Mapping[str, str] = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "input_cost_per_video_token": "input_video",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "cache_read_input_image_token_cost": "cache_read_image",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "output_cost_per_video_token": "output_video",
    "citation_cost_per_token": "citation",
    "input_cost_per_request": "request",
}
UNITS: Mapping[str, str] = {
    "input_cost_per_image": "input_images",
    "output_cost_per_image": "output_images",
    "input_cost_per_character": "input_characters",
    "output_cost_per_character": "output_characters",
    "input_cost_per_second": "seconds",
    "output_cost_per_second": "seconds",
    "input_cost_per_audio_per_second": "seconds",
    "input_cost_per_query": "queries",
    "ocr_cost_per_page": "pages",
}
TIERS: Mapping[str, str] = {
    "flex": "flex",
    "priority": "priority",
    "batches": "batch",
    "ultrafast": "ultrafast",
    "balanced": "balanced",
}
KEY = re.compile(
    rf"(?P<rate>{'|'.join(sorted(RATES, key=len, reverse=True))})"
    rf"(?:_above_(?P<threshold>\d+)(?P<kilo>k?)_tokens)?(?:_(?P<tier>{'|'.join(TIERS)}))?"
)
MULTIPLIERS: Mapping[str, str] = {
    "regional_processing_uplift_multiplier_eu": "eu",
    "regional_processing_uplift_multiplier_us": "us",
    "regional_endpoint_uplift_multiplier": "regional",
}
FAMILIES: Mapping[str, str] = {
    "bedrock_converse": "bedrock",
    "cohere_chat": "cohere",
    "azure_text": "azure",
    "text-completion-openai": "openai",
    "text-completion-codestral": "codestral",
    "text-completion-inception": "inception",
    "fireworks_ai-embedding-models": "fireworks_ai",
}
"""A provider of the map → the one provider whose models it prices."""


def convert_price_map(price_map: Mapping[str, Mapping[str, Any]]) -> dict[str, Document]:
    """
    Convert every entry that states a price.

    Args:
        price_map: The decoded JSON file.
    Returns:
        Catalogue documents by entry name, in the map's order; entries without any price are left out.
    """
    documents = (
        (name, convert_entry(entry))
        for name, entry in price_map.items()
        if name != "sample_spec" and "-commitment/" not in name
    )
    return {name: document for name, document in documents if document is not None}


def convert_entry(entry: Mapping[str, Any]) -> Document | None:
    """One entry's document; None where it states no price or no provider."""
    provider = entry.get("litellm_provider")
    if not isinstance(provider, str):
        return None
    document: Document = {"provider": find_family(provider), "mode": entry.get("mode", "chat")}
    for key, value in entry.items():
        match = KEY.fullmatch(key)
        if match is not None and _is_price(value):
            _place(document, match, value)
    _place_tiered_pricing(document, entry.get("tiered_pricing"))
    _drop_repeats(document)
    document |= _list_extras(entry)
    return document if document.keys() & {"rates", "units", "web_search"} else None


def find_family(provider: str) -> str:
    """`vertex_ai-anthropic_models` → `vertex_ai`."""
    return FAMILIES.get(provider) or ("vertex_ai" if provider.startswith("vertex_ai") else provider)


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _place(document: Document, match: re.Match[str], price: float) -> None:
    tier, threshold = match["tier"], match["threshold"]
    block = document.setdefault("tiers", {}).setdefault(TIERS[tier], {}) if tier else document
    if threshold is None:
        block.setdefault("rates", {})[RATES[match["rate"]]] = price
        return
    tokens = int(threshold) * (1000 if match["kilo"] else 1)
    block.setdefault("above", {}).setdefault(str(tokens), {})[RATES[match["rate"]]] = price


def _place_tiered_pricing(document: Document, tiers: object) -> None:
    """The first range is the standard price, each later one a threshold at its start."""
    if not isinstance(tiers, list):
        return
    priced = [tier for tier in tiers if "input_cost_per_token" in tier and "range" in tier]
    for tier in sorted(priced, key=lambda tier: tier["range"][0]):
        rates = {RATES[key]: price for key, price in tier.items() if key in RATES and _is_price(price)}
        start = int(tier["range"][0])
        if start == 0:
            document.setdefault("rates", {}).update(rates)
        else:
            document.setdefault("above", {})[str(start)] = rates


def _drop_repeats(document: Document) -> None:
    """Leave out what says nothing: reasoning and media at the plain rate everywhere, their fallback anyway."""
    blocks = (document, *document.get("tiers", {}).values())
    rate_sets = [rates for block in blocks for rates in (block.get("rates", {}), *block.get("above", {}).values())]
    for name, plain in (("reasoning", "output"), ("input_image", "input"), ("input_video", "input")):
        if all(rates.get(name, rates.get(plain)) == rates.get(plain) for rates in rate_sets):
            for rates in rate_sets:
                rates.pop(name, None)


def _list_extras(entry: Mapping[str, Any]) -> Document:
    extras: Document = {}
    units = {UNITS[key]: price for key, price in entry.items() if key in UNITS and _is_price(price) and price}
    if units:
        extras["units"] = units
    search = entry.get("search_context_cost_per_query")
    if isinstance(search, Mapping):
        extras["web_search"] = {
            size.removeprefix("search_context_size_"): price for size, price in search.items() if _is_price(price)
        }
        if _is_google_prompt_fee(entry) or _is_perplexity_request_fee(entry, extras["web_search"]):
            extras["web_search_per"] = "prompt"
    multipliers = dict(_list_multipliers(entry))
    if multipliers:
        extras["multipliers"] = multipliers
    off_peak = entry.get("off_peak_pricing")
    if isinstance(off_peak, Mapping):
        extras["off_peak"] = _convert_off_peak(off_peak)
    return extras


def _is_google_prompt_fee(entry: Mapping[str, Any]) -> bool:
    """Google charges a search per grounded prompt, where the map does not say per query."""
    is_per_prompt = entry.get("web_search_billing_unit", "per_prompt") == "per_prompt"
    return is_per_prompt and str(entry.get("litellm_provider")).startswith(("gemini", "vertex_ai-language-models"))


def _is_perplexity_request_fee(entry: Mapping[str, Any], prices: Mapping[str, float]) -> bool:
    """
    Perplexity's fee by context size is the request's, whatever it searched; its deep research has one price a search.

    Source: its usage objects, `cost.request_cost` 0.006 beside `num_search_queries` 2; docs.perplexity.ai, pricing.
    """
    return entry.get("litellm_provider") == "perplexity" and len(set(prices.values())) > 1


def _list_multipliers(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, name in MULTIPLIERS.items():
        if _is_price(entry.get(key)):
            yield name, entry[key]
    specific = entry.get("provider_specific_entry")
    if isinstance(specific, Mapping):
        yield from ((name, specific[name]) for name in ("us", "eu", "fast") if _is_price(specific.get(name)))


def _convert_off_peak(off_peak: Mapping[str, Any]) -> Document:
    rates = {RATES[key]: price for key, price in off_peak.items() if key in RATES and _is_price(price)}
    rules = {key: off_peak[key] for key in ("hours_utc", "windows", "weekday_timezone") if key in off_peak}
    return {"rates": rates, **rules}
