"""
The price catalogue: which data, why, and how it is loaded.

Two packages of published prices, both MIT-licensed data files with frequent releases. What they cover, counted by
`manage.py refresh_prices --compare` on litellm 1.108.7 and genai-prices 0.2.3:

| entries with                      | litellm's price map | genai-prices |
|---|---|---|
| a price                           | 4,085               | 2,120        |
| cache read rates                  | 1,543               | 963          |
| 1 h cache write rates             | 213                 | 77           |
| flex, priority or batch rates     | 658                 | 102          |
| context tiers                     | 312                 | 148          |
| audio, image or video token rates | 195                 | 36           |
| web search                        | 352                 | 96           |
| images, seconds, characters       | 670                 | 0            |
| regional names                    | 486                 | 29           |
| OpenRouter's models               | 0                   | 763          |
| earlier prices, with their dates  | 0                   | 218          |
| providers                         | 109                 | 47           |

LiteLLM's map is the base. It is what the gateways themselves charge by, so that a difference between their figure and
ours means something; and it has more of everything that makes a price right: service tiers, context tiers, cache
lifetimes, regional names, units other than tokens. It forgets: retired models are removed and prices overwritten.
`genai-prices` adds what it lacks: retired models, OpenRouter's, and history. An event of last year is priced as of
last year; where an entry has no history, today's price holds.

`catalogue.json` beside this module is both, converted and combined (`refresh.py`), one entry a line so that a refresh
reads as a diff of prices. It is read once per process, in a tenth of a second; neither package is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from posthog.llm_usage.pricing.entry import Entry
from posthog.llm_usage.pricing.names import Named, NameIndex

CATALOGUE_FILE = Path(__file__).with_name("catalogue.json")

PRICE_KEYS = frozenset({"rates", "above", "tiers", "units", "web_search", "off_peak", "multipliers"})
"""What two entries share when they charge alike; their past may differ."""

MAX_REMEMBERED_NAMES = 10_000
"""Model names come from clients; past this many distinct ones, the memory of matches starts again."""
MAX_NAME_CHARS = 500
"""Longer than any published name, and than any ARN; what is longer is nobody's model."""


@dataclass(frozen=True, slots=True)
class PriceCatalogue:
    """
    Every known model's price.

    Attributes:
        sources: Where the data came from: package, version and licence, in the order of trust.
    """

    entries: Mapping[str, Entry]
    sources: tuple[Mapping[str, str], ...] = ()
    _index: NameIndex = field(default_factory=lambda: NameIndex(()), repr=False)
    _found: dict[tuple[str | None, ...], tuple[Entry, bool] | None] = field(default_factory=dict, repr=False)

    def find(self, provider: str | None, model: str | None, base_model: str | None = None) -> tuple[Entry, bool] | None:
        """The entry that prices the model, and whether its price is presumed; None where nobody states one."""
        names = (provider, model, base_model)
        return self._found[names] if names in self._found else self._find(*names)

    def _find(self, provider: str | None, model: str | None, base_model: str | None) -> tuple[Entry, bool] | None:
        names = (provider, model, base_model)
        if any(len(name) > MAX_NAME_CHARS for name in names if name):
            return None
        if len(self._found) >= MAX_REMEMBERED_NAMES:
            self._found.clear()
        match = self._index.find(provider, model, base_model)
        found = self._found[names] = None if match is None else (self.entries[match.name], match.is_assumed)
        return found


def build_catalogue(document: Mapping[str, Any]) -> PriceCatalogue:
    """
    Build the catalogue from its decoded file.

    Args:
        document: `{"sources": [...], "entries": {name: entry document}}`; see `litellm_map.py` for an entry.
    """
    entries = {name: Entry(name, entry) for name, entry in document["entries"].items()}
    return PriceCatalogue(entries, tuple(document.get("sources", ())), NameIndex(map(_name, entries.values())))


def _name(entry: Entry) -> Named:
    document = entry.document
    price = {key: value for key, value in document.items() if key in PRICE_KEYS}
    aliases = tuple(document.get("aliases", ()))
    return Named(entry.name, entry.provider, price, aliases, document.get("covers_dates", False))


@cache
def load_catalogue() -> PriceCatalogue:
    """The catalogue that ships with the package; read once per process."""
    return build_catalogue(orjson.loads(CATALOGUE_FILE.read_bytes()))
