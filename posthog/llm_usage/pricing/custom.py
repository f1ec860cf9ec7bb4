"""
Prices that are not on any list: those an event carries, and those a team has agreed on.

A team's price is chosen like this, first rule first: it was valid when the call started; it names the call's
provider, before one that names none; its pattern is the model's name, before one with `*`; the longer pattern; the
later `valid_from`. A pattern covers the whole name: `gpt-4o` is not `gpt-4o-mini`, `gpt-4o*` is both.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from posthog.llm_usage.pricing.costs import EXACT
from posthog.llm_usage.pricing.names import find_provider
from posthog.llm_usage.pricing.rates import CACHE_RATES, INPUT_SIDE, OUTPUT_SIDE, Rates, RateSet, add_missing_rates

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRates:
    """US dollars per token, per call, per search. None: not set; see `build_custom_rates` for what then holds."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    request: Decimal | None = None
    web_search: Decimal | None = None


TOKEN_RATES = tuple(f.name for f in fields(CustomRates) if f.name != "web_search")


def build_custom_rates(custom: CustomRates, listed: Rates | None, *, is_claude: bool = False) -> Rates:
    """
    Complete custom rates into a call's.

    A side whose plain rate is not set stays at the list's, all of it. A side whose plain rate is set: media and
    reasoning are charged like text; cache rates that are not set keep their ratio to the list's prompt rate, and
    where the model is not listed follow the general rule for missing ones; both assumed. A write rate that is set
    holds for every lifetime that is not.

    Args:
        listed: The catalogue's rates of the call; None where the model is not listed.
        is_claude: Which general rule for missing cache rates applies.
    """
    rates: RateSet = {name: rate for name in TOKEN_RATES if (rate := getattr(custom, name)) is not None}
    assumed: set[str] = set()
    if "cache_write" in rates:
        rates.setdefault("cache_write_1h", rates["cache_write"])
    if listed is not None:
        _keep_cache_ratios(rates, assumed, listed)
        for plain, side in (("input", INPUT_SIDE), ("output", OUTPUT_SIDE), ("request", {"request"})):
            if plain not in rates:
                _keep_side(rates, assumed, listed, side)
    add_missing_rates(rates, assumed, is_claude=is_claude)
    return Rates(
        **cast(dict[str, Any], rates),
        web_search=_find_search_rates(custom, listed),
        is_search_per_call=custom.web_search is None and listed is not None and listed.is_search_per_call,
        assumed=frozenset(assumed),
    )


def _keep_cache_ratios(rates: RateSet, assumed: set[str], listed: Rates) -> None:
    if "input" not in rates or not listed.input:
        return
    for name in CACHE_RATES:
        rate: Decimal | None = getattr(listed, name)
        if name not in rates and rate is not None:
            rates[name] = EXACT.divide(EXACT.multiply(rates["input"], rate), listed.input)
            if rates["input"]:
                assumed.add(name)


def _keep_side(rates: RateSet, assumed: set[str], listed: Rates, side: Collection[str]) -> None:
    for name in side:
        rate: Decimal | None = getattr(listed, name)
        if name not in rates and rate is not None:
            rates[name] = rate
            assumed |= {name} & listed.assumed


def _find_search_rates(custom: CustomRates, listed: Rates | None) -> Mapping[str, Decimal]:
    if custom.web_search is not None:
        return {"medium": custom.web_search}
    return listed.web_search if listed is not None else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPrice:
    """
    One price a team has agreed on.

    Attributes:
        model_pattern: The model's whole name, any case; `*` stands for any text.
        provider: Only for this provider; None: for all.
        valid_from: From when it holds, aware; None: always.
    """

    model_pattern: str
    rates: CustomRates
    provider: str | None = None
    valid_from: datetime | None = None


class TeamPrices:
    """The prices of one team, ready to be matched; build it once and use it for many calls."""

    def __init__(self, prices: Iterable[TeamPrice] = ()) -> None:
        ranked = sorted(prices, key=_rank, reverse=True)
        self._prices = [(price, _compile(price.model_pattern)) for price in ranked]

    def __bool__(self) -> bool:
        return bool(self._prices)

    def find(self, provider: str | None, models: Iterable[str | None], at: datetime | None) -> TeamPrice | None:
        """
        The price that holds for the call.

        Args:
            models: Names the model goes by, e.g. with and without its provider; one match is enough.
            at: When the call started; None: now, as far as the prices go.
        """
        asked = find_provider(provider)
        names = [name.strip().lower() for name in models if name]
        for price, pattern in self._prices:
            is_valid = at is None or price.valid_from is None or price.valid_from <= at
            is_provider = price.provider is None or find_provider(price.provider) == asked
            if is_valid and is_provider and any(pattern.fullmatch(name) for name in names):
                return price
        return None


def _rank(price: TeamPrice) -> tuple[bool, bool, int, datetime]:
    pattern = price.model_pattern
    return price.provider is not None, "*" not in pattern, len(pattern), price.valid_from or BEGINNING


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.strip().lower().split("*"))), re.DOTALL)
