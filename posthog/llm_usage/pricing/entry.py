"""
A catalogue entry → the rates of one call: its service tier, the size of its prompt, its hour.

Rules, in order:
1. The rates in force on the call's day; an entry may carry earlier ones.
2. The service tier's rates, where the response named a tier. A tier the entry has no rates for is charged as
   standard, and assumed.
3. Long context: the highest threshold strictly below the whole prompt sets every rate.
4. A rate that a tier or threshold leaves out moves with the plain one of its side (input or output), and is assumed:
   charging a long prompt's cached tokens by the short prompt's rate would be wrong for certain.
5. Off-peak hours replace what they name.
6. What is still missing follows from the rest, and may be assumed; see `rates.py`.
7. Regional and speed multipliers scale every token rate.

Source: ACCOUNTING contract, section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from posthog.llm_usage.pricing.costs import EXACT
from posthog.llm_usage.pricing.rates import (
    INPUT_SIDE,
    OUTPUT_SIDE,
    RATE_NAMES,
    TOKEN_RATES,
    Rates,
    RateSet,
    add_missing_rates,
    is_claude,
)


class CallConditions(NamedTuple):
    """
    What, beside its tokens, decides a call's rates. Name the fields.

    Attributes:
        service_tier: As the response or request named it; None: standard.
        at: When the call started, aware; None: not known, today's rates hold.
        region: `us` or `eu` where the provider processed the call for a regional surcharge.
        is_fast: Whether the call ran in a provider's paid fast mode.
    """

    service_tier: str | None = None
    at: datetime | None = None
    region: str | None = None
    is_fast: bool = False


STANDARD = CallConditions()

SERVICE_TIERS: Mapping[str, str | None] = {
    **dict.fromkeys(("", "auto", "default", "standard", "standard_only", "on_demand", "none", "null")),
    **dict.fromkeys(("flex", "on_demand_flex"), "flex"),
    **dict.fromkeys(("priority", "fast", "on_demand_priority"), "priority"),
    **dict.fromkeys(("batch", "batches"), "batch"),
    "ultrafast": "ultrafast",
    "balanced": "balanced",
}
"""A tier as providers spell it → as the catalogue does; None: standard. Others are charged as standard, assumed."""


@dataclass(slots=True)
class Entry:
    """One model's price at one provider, with its rates worked out on first use and kept."""

    name: str
    document: Mapping[str, Any]
    thresholds: tuple[int, ...] = ()
    is_constant: bool = True
    _resolved: dict[object, Rates] = field(default_factory=dict)

    def __post_init__(self) -> None:
        document = self.document
        blocks = (document, *document.get("tiers", {}).values(), *document.get("past", ()))
        self.thresholds = tuple(sorted({int(size) for block in blocks for size in block.get("above", {})}))
        self.is_constant = not document.keys() & {"off_peak", "past"}

    @property
    def provider(self) -> str:
        return str(self.document["provider"])

    def resolve(self, prompt_tokens: int | None, conditions: CallConditions = STANDARD) -> Rates:
        """The rates of a call with this many prompt tokens under these conditions."""
        crossed = 0
        if prompt_tokens is not None:
            for threshold in self.thresholds:
                crossed += prompt_tokens > threshold
        key = crossed if self._is_standard(conditions) else (crossed, *self._list_conditions(conditions))
        rates = self._resolved.get(key)
        if rates is None:
            rates = self._resolved[key] = _resolve(self, self.thresholds[:crossed], conditions)
        return rates

    def _is_standard(self, conditions: CallConditions) -> bool:
        """Whether the plain rates hold whatever the hour, as they do for most calls; False: not known yet."""
        tier, _at, region, is_fast = conditions
        if not self.is_constant or is_fast or (tier and SERVICE_TIERS.get(tier, tier) is not None):
            return False
        return region is None or region not in self.document.get("multipliers", ())

    def _list_conditions(self, conditions: CallConditions) -> tuple[object, ...]:
        """What of the conditions changes this entry's rates: few distinct values, so that all can be kept."""
        tier = (conditions.service_tier or "").strip().lower()
        region = conditions.region if conditions.region in self.document.get("multipliers", ()) else None
        season: object = None
        if conditions.at is not None and not self.is_constant:
            off_peak = self.document.get("off_peak")
            season = (
                _find_past(self.document, conditions.at.date()),
                is_off_peak(off_peak, conditions.at) if off_peak else False,
            )
        return tier if tier in SERVICE_TIERS else "?", season, region, conditions.is_fast


def to_decimal(value: float | str | Decimal) -> Decimal:
    """The number as it is written: 1.5e-07 is exactly that, not the nearest binary fraction."""
    return value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)


def _find_past(document: Mapping[str, Any], day: date) -> int | None:
    """Position of the earlier price in force on the day; None: today's."""
    for position, past in enumerate(document.get("past", ())):
        if day < date.fromisoformat(past["until"]):
            return position
    return None


def is_off_peak(off_peak: Mapping[str, Any], at: datetime) -> bool:
    """Whether the moment lies in one of the windows: `hours_utc` ranges, start inclusive, on ISO `weekdays`."""
    moment = at.astimezone(UTC)
    weekday = moment.astimezone(ZoneInfo(off_peak.get("weekday_timezone", "UTC"))).isoweekday()
    rules = [{"hours_utc": off_peak.get("hours_utc", [])}, *off_peak.get("windows", ())]
    return any(
        _is_within(hours, moment.time())
        for rule in rules
        if weekday in rule.get("weekdays", (weekday,))
        for hours in ([rule["hours_utc"]] if isinstance(rule["hours_utc"], str) else rule["hours_utc"])
    )


def _is_within(hours: str, now: time) -> bool:
    """`10:00-00:00` wraps past midnight; a window that ends where it starts is the whole day."""
    start, end = (time.fromisoformat(part.strip()) for part in hours.split("-"))
    return start <= now < end if start < end else now >= start or now < end


def _resolve(entry: Entry, crossed: tuple[int, ...], conditions: CallConditions) -> Rates:
    document: Mapping[str, Any] = entry.document
    past = _find_past(document, conditions.at.date()) if conditions.at else None
    if past is not None:
        document = {**document, "tiers": {}, "above": {}, "off_peak": None, **document["past"][past]}
    rates, assumed = _read_rates(document), set[str]()
    tier, is_assumed = _find_tier(document, conditions)
    if tier is not None:
        _apply(rates, assumed, _read_rates(document["tiers"][tier]))
    for threshold in crossed:
        _cross(rates, assumed, document, tier=tier, threshold=str(threshold))
    off_peak = document.get("off_peak")
    if off_peak:
        is_assumed |= conditions.at is None
        if conditions.at is not None and is_off_peak(off_peak, conditions.at):
            rates |= _read_rates(off_peak)
    add_missing_rates(rates, assumed, is_claude=is_claude(entry.name))
    _multiply(rates, document.get("multipliers", {}), conditions)
    return _build_rates(rates, document, assumed=frozenset(assumed), is_assumed=is_assumed)


def _find_tier(document: Mapping[str, Any], conditions: CallConditions) -> tuple[str | None, bool]:
    """The catalogue's tier, and whether standard rates had to stand in for one it does not have."""
    named = (conditions.service_tier or "").strip().lower()
    if named in SERVICE_TIERS:
        tier = SERVICE_TIERS[named]
        return (tier, False) if tier is None or tier in document.get("tiers", {}) else (None, True)
    return None, True


def _cross(rates: RateSet, assumed: set[str], document: Mapping[str, Any], *, tier: str | None, threshold: str) -> None:
    """Raise the rates to those of a longer prompt; a tier without long rates keeps its ratio to the standard."""
    standard, long = _read_rates(document), _read_rates(document, "above", threshold)
    own = long if tier is None else _read_rates(document["tiers"][tier], "above", threshold)
    _apply(rates, assumed, own)
    if tier is not None and not own:
        scaled = {name for name in long.keys() & rates.keys() if standard.get(name)}
        for name in scaled:
            rates[name] = EXACT.divide(EXACT.multiply(long[name], rates[name]), standard[name])
        assumed |= scaled


def _apply(rates: RateSet, assumed: set[str], block: RateSet) -> None:
    """Lay a block of rates over the standard ones; what it leaves out moves with its side's plain rate."""
    for plain, side in (("input", INPUT_SIDE), ("output", OUTPUT_SIDE)):
        before, after = rates.get(plain), block.get(plain)
        left_out = side & rates.keys() - block.keys()
        if after is None and block.keys() & {"input", "output"}:
            assumed |= left_out
        elif before and after is not None and before != after:
            for name in left_out:
                rates[name] = EXACT.divide(EXACT.multiply(rates[name], after), before)
            assumed |= left_out
    rates |= block
    assumed -= block.keys()


def _read_rates(document: Mapping[str, Any], *path: str) -> RateSet:
    found: Any = document
    for key in path or ("rates",):
        found = found.get(key, {})
    return {name: to_decimal(value) for name, value in found.items() if name in RATE_NAMES}


def _multiply(rates: RateSet, multipliers: Mapping[str, float], conditions: CallConditions) -> None:
    factor = Decimal(1)
    if conditions.region is not None:
        factor *= to_decimal(multipliers.get(conditions.region, 1))
    if conditions.is_fast:
        factor *= to_decimal(multipliers.get("fast", 1))
    if factor != 1:
        for name in rates.keys() & TOKEN_RATES:
            rates[name] = EXACT.multiply(rates[name], factor)


def _build_rates(rates: RateSet, document: Mapping[str, Any], *, assumed: frozenset[str], is_assumed: bool) -> Rates:
    return Rates(
        **rates,
        web_search={size: to_decimal(value) for size, value in document.get("web_search", {}).items()},
        is_search_per_call=document.get("web_search_per") == "prompt",
        units={name: to_decimal(value) for name, value in document.get("units", {}).items()},
        assumed=assumed,
        is_assumed=is_assumed,
    )
