"""
The figures of a usage report: what they are, how they add up, how they are stored. Pure.

Tokens and costs are those of calls that a provider worked on (`inference` generations and embeddings): a gateway's own
cache hit, a re-read of a stored response and a refused sign-in used no provider tokens, and a span or a trace repeats
what its generations reported. None: no call reported the figure; it is never 0 for that. Amounts are US dollars,
rounded to USD_DIGITS: a sum of reports is the sum of their rounded amounts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from posthog.decimal_text import format_decimal

USD_DIGITS = 12
"""Digits after the point in a report: a millionth of a millionth of a dollar."""
USD_STEP = Decimal(1).scaleb(-USD_DIGITS)
END_USERS_KEPT = 100
"""A report names so many end users, those who cost most; what all others used is one share more."""

COUNTS = ("calls", "failed_calls", "unpriced_calls", "gateway_cache_hits", "rejected_events")
TOKEN_SUMS = (
    "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    "cache_creation_5m_input_tokens", "cache_creation_30m_input_tokens", "cache_creation_1h_input_tokens",
    "cache_creation_12h_input_tokens", "reasoning_tokens", "web_search_count", "unexplained_tokens",
)  # fmt: skip
"""Sums of columns of `ai_events`."""
DERIVED_TOKEN_SUMS = ("uncached_input_tokens", "unpriced_tokens")
COST_SUMS = (
    "input_cost_usd", "output_cost_usd", "total_cost_usd", "request_cost_usd", "web_search_cost_usd",
    "cache_read_cost_usd", "cache_creation_cost_usd", "saved_cache_cost_usd",
)  # fmt: skip
"""Sums of columns of `ai_events`, likewise."""
SHARE_TOKENS = (
    "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    "reasoning_tokens",
)  # fmt: skip
BREAKDOWNS: Mapping[str, str] = {
    "models": "model",
    "providers": "provider",
    "frameworks": "framework",
    "libraries": "lib",
    "cost_sources": "cost_source",
    "products": "product",
    "api_keys": "api_key_alias",
    "end_users": "end_user",
}
"""Breakdown → the column whose values it keeps apart; the shares of each add up to the whole."""

T = TypeVar("T", int, Decimal)


class UsageShare(NamedTuple):
    """
    What one model, provider or person used of the whole; a day of a thousand teams has tens of thousands of them.

    Attributes:
        name: '' where nobody named it; None: all end users beyond those that are named.
    """

    name: str | None
    calls: int = 0
    unpriced_calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReceipts:
    """
    What a gateway's durable shippers numbered in hours that begin within the day; see `completeness.py`.

    Attributes:
        missing: Events that the shipper accepted before one that arrived, and that neither came nor were back-filled.
    """

    gateway: str
    received: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFigures:
    """
    Attributes:
        events: Stored events of every kind of call, by event name.
        calls: Calls that a provider worked on.
        gateway_cache_hits: Calls that the gateway answered from its own cache.
        saved_gateway_cache_cost_usd: What those would have cost; never added to `saved_cache_cost_usd`.
        uncached_input_tokens: Input that the provider neither read from its cache nor wrote to it.
        flags: Integrity flag → rows that raised it.
        unpriced_calls: Calls with tokens and no known price: their cost is missing from the sums;
            `unpriced_tokens` are theirs.
        rejected_events: Elements of this day's deliveries that became no row, where their team is known.
        gateways: What is known about the completeness of the gateways that may report here; empty: nothing.
    """

    events: Mapping[str, int] = field(default_factory=dict)
    calls: int = 0
    failed_calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation_5m_input_tokens: int | None = None
    cache_creation_30m_input_tokens: int | None = None
    cache_creation_1h_input_tokens: int | None = None
    cache_creation_12h_input_tokens: int | None = None
    uncached_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    web_search_count: int | None = None
    unexplained_tokens: int | None = None
    input_cost_usd: Decimal | None = None
    output_cost_usd: Decimal | None = None
    total_cost_usd: Decimal | None = None
    request_cost_usd: Decimal | None = None
    web_search_cost_usd: Decimal | None = None
    cache_read_cost_usd: Decimal | None = None
    cache_creation_cost_usd: Decimal | None = None
    saved_cache_cost_usd: Decimal | None = None
    gateway_cache_hits: int = 0
    saved_gateway_cache_cost_usd: Decimal | None = None
    models: tuple[UsageShare, ...] = ()
    providers: tuple[UsageShare, ...] = ()
    frameworks: tuple[UsageShare, ...] = ()
    libraries: tuple[UsageShare, ...] = ()
    cost_sources: tuple[UsageShare, ...] = ()
    products: tuple[UsageShare, ...] = ()
    api_keys: tuple[UsageShare, ...] = ()
    end_users: tuple[UsageShare, ...] = ()
    flags: Mapping[str, int] = field(default_factory=dict)
    unpriced_calls: int = 0
    unpriced_tokens: int | None = None
    rejected_events: int = 0
    gateways: tuple[GatewayReceipts, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is stored and printed: amounts as decimal text, so that no digit is lost on the way."""
        return {each.name: _to_json(getattr(self, each.name)) for each in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamUsageReport(UsageFigures):
    """One team's day."""

    team_id: int
    day: date


def parse_figures(stored: Mapping[str, Any]) -> UsageFigures:
    """Read what `to_json` wrote; figures that were not yet known when it was written have their defaults."""
    values: dict[str, Any] = {each.name: stored[each.name] for each in fields(UsageFigures) if each.name in stored}
    for name in values.keys() & BREAKDOWNS.keys():
        values[name] = tuple(map(_parse_share, values[name]))
    values["gateways"] = tuple(GatewayReceipts(**each) for each in values.get("gateways", ()))
    return UsageFigures(**_parse_amounts(values))


def sum_figures(parts: Iterable[UsageFigures]) -> UsageFigures:
    """
    Add figures of parts that share no event, days of a month or teams of an organization; of none: nothing used.

    An end user who is named in one part may be among the others of another: with more than END_USERS_KEPT of them the
    named share is a lower bound. `gateways` is left empty: parts of one day would count the same receipts again.
    """
    known = list(parts)
    values: dict[str, Any] = {name: sum(getattr(part, name) for part in known) for name in COUNTS}
    for name in (*TOKEN_SUMS, *DERIVED_TOKEN_SUMS):
        values[name] = sum_known(getattr(part, name) for part in known)
    for name in (*COST_SUMS, "saved_gateway_cache_cost_usd"):
        values[name] = sum_usd(getattr(part, name) for part in known)
    for name in ("events", "flags"):
        values[name] = add_counts(getattr(part, name) for part in known)
    for name in BREAKDOWNS:
        values[name] = add_shares((share for part in known for share in getattr(part, name)), breakdown=name)
    return UsageFigures(**values)


def sum_known(counts: Iterable[int | None]) -> int | None:
    return _sum_known(counts, lambda known: sum(known))


def sum_usd(amounts: Iterable[Decimal | None]) -> Decimal | None:
    return round_usd(_sum_known(amounts, lambda known: sum(known, Decimal(0))))


def round_usd(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(USD_STEP)


def add_counts(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts by name, in the order of the names."""
    counts: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            counts[name] = counts.get(name, 0) + count
    return dict(sorted(counts.items()))


def add_shares(shares: Iterable[UsageShare], *, breakdown: str) -> tuple[UsageShare, ...]:
    """Shares of one name become one; the largest first, and of end users no more than a report names."""
    by_name: dict[str | None, list[UsageShare]] = {}
    for share in shares:
        by_name.setdefault(share.name, []).append(share)
    if breakdown == "end_users":
        _join_others(by_name)
    return order_shares(_add(name, parts) for name, parts in by_name.items())


def order_shares(shares: Iterable[UsageShare]) -> tuple[UsageShare, ...]:
    """The largest first, all others last."""
    return tuple(sorted(shares, key=lambda share: (share.name is None, -(share.total_tokens or 0), share.name or "")))


def _join_others(by_name: dict[str | None, list[UsageShare]]) -> None:
    named = [_add(name, parts) for name, parts in by_name.items() if name is not None]
    named.sort(key=lambda share: (-(share.total_cost_usd or 0), -(share.total_tokens or 0), share.name or ""))
    for share in named[END_USERS_KEPT:]:
        by_name.setdefault(None, []).extend(by_name.pop(share.name))


def _add(name: str | None, parts: Iterable[UsageShare]) -> UsageShare:
    known = list(parts)
    if len(known) == 1:
        return known[0]._replace(name=name)
    tokens = {column: sum_known(getattr(part, column) for part in known) for column in SHARE_TOKENS}
    return UsageShare(
        name=name,
        calls=sum(part.calls for part in known),
        unpriced_calls=sum(part.unpriced_calls for part in known),
        total_cost_usd=sum_usd(part.total_cost_usd for part in known),
        **tokens,
    )


def _sum_known(values: Iterable[T | None], add: Callable[[list[T]], T]) -> T | None:
    known = [value for value in values if value is not None]
    return add(known) if known else None


def _parse_amounts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(value) if name.endswith("_usd") and value is not None else value for name, value in values.items()
    }


def _parse_share(stored: Mapping[str, Any]) -> UsageShare:
    amount = stored.get("total_cost_usd")
    return UsageShare(**{**stored, "total_cost_usd": None if amount is None else Decimal(amount)})


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format_decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [_share_to_json(item) if isinstance(item, UsageShare) else asdict(item) for item in value]
    return value


def _share_to_json(share: UsageShare) -> dict[str, Any]:
    values = share._asdict()
    if share.total_cost_usd is not None:
        values["total_cost_usd"] = format_decimal(share.total_cost_usd)
    return values
