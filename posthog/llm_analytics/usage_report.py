"""
The daily usage report: what each team used on one UTC day.

One scan of `ai_events` feeds every figure. Tokens and costs are those of `inference` calls: a gateway's own
cache hit, a re-read of a stored response and a refused sign-in used no provider tokens. NULL stays NULL: a
team none of whose calls reported a figure has None there, not 0.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count

from posthog.clickhouse.client import query_rows
from posthog.models import RejectedEvent

TOKEN_SUMS = (
    "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    "cache_creation_5m_input_tokens", "cache_creation_30m_input_tokens", "cache_creation_1h_input_tokens",
    "cache_creation_12h_input_tokens", "reasoning_tokens", "web_search_count", "unexplained_tokens",
)  # fmt: skip
COST_SUMS = (
    "input_cost_usd", "output_cost_usd", "total_cost_usd", "request_cost_usd", "web_search_cost_usd",
    "cache_read_cost_usd", "cache_creation_cost_usd", "saved_cache_cost_usd",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """One model's or one provider's share of a team's day; `name` is '' where nobody named it."""

    name: str
    calls: int
    total_tokens: int | None
    total_cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamUsageReport:
    """
    One team's UTC day. Sums are of `inference` calls; None: no call reported the figure.

    Attributes:
        events: Stored events of every kind of call, by event name.
        calls: Calls that a provider worked on.
        gateway_cache_hits: Calls that the gateway answered from its own cache.
        saved_gateway_cache_cost_usd: What those would have cost; never added to `saved_cache_cost_usd`.
        flags: Integrity flag → rows that raised it.
        unpriced_calls: Calls with tokens and no known price: their cost is missing from the sums.
        rejected_events: Elements of this day's deliveries that became no row, where their team is known.
    """

    team_id: int
    day: date
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
    models: tuple[ModelUsage, ...] = ()
    providers: tuple[ModelUsage, ...] = ()
    flags: Mapping[str, int] = field(default_factory=dict)
    unpriced_calls: int = 0
    rejected_events: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is stored and printed: amounts as decimal text, so that no digit is lost on the way."""
        return {name: _to_json(value) for name, value in asdict(self).items()}


def build_usage_reports(day: date, *, team_ids: Collection[int] | None = None) -> list[TeamUsageReport]:
    """
    Sum one UTC day.

    Args:
        team_ids: Only these teams, each with a report even if it had no event; None: every team with events.
    Returns:
        One report a team, by team id.
    Raises:
        ClickHouseError: The store could not be read.
    """
    if team_ids is not None and not team_ids:
        return []
    start = datetime.combine(day, time(), UTC)
    params: dict[str, Any] = {
        "start": start,
        "end": start + timedelta(days=1),
        "team_ids": sorted(team_ids or ()),
    }
    cells: dict[int, list[dict[str, Any]]] = {}
    for cell in query_rows(_report_sql(is_filtered=team_ids is not None), params):
        cells.setdefault(cell["team_id"], []).append(cell)
    for team_id in team_ids or ():
        cells.setdefault(team_id, [])
    rejected = _count_rejected(start)
    return [_sum_team(team_id, day, cells[team_id], rejected.get(team_id, 0)) for team_id in sorted(cells)]


Cell = Mapping[str, Any]
"""Sums of one (team, event, kind of call, model, provider)."""

USD_DIGITS = 12
"""Digits after the point in a report: a millionth of a millionth of a dollar."""


def _report_sql(*, is_filtered: bool) -> str:
    sums = [f"sum({name}) AS {name}" for name in TOKEN_SUMS]
    # Decimal sums do not depend on the order in which parts are read; binary floats do.
    sums += [f"sum(toDecimal128({name}, 18)) AS {name}" for name in COST_SUMS]
    team = "AND team_id IN %(team_ids)s" if is_filtered else ""
    return f"""
        SELECT
            team_id, event, call_kind, ifNull(model, '') AS model, ifNull(provider, '') AS provider,
            count() AS rows, countIf(is_error = 1) AS failed,
            countIf(has(integrity_flags, 'unpriced_model')) AS unpriced,
            sumMap(integrity_flags, arrayWithConstant(length(integrity_flags), toUInt64(1))) AS flags,
            {", ".join(sums)}
        FROM ai_events FINAL
        WHERE timestamp >= %(start)s AND timestamp < %(end)s {team}
        GROUP BY team_id, event, call_kind, model, provider
        ORDER BY team_id, event, call_kind, model, provider
    """


def _sum_team(team_id: int, day: date, cells: Sequence[Cell], rejected_events: int) -> TeamUsageReport:
    inferred = [cell for cell in cells if cell["call_kind"] == "inference"]
    cached = [cell for cell in cells if cell["call_kind"] == "gateway_cache_hit"]
    return TeamUsageReport(
        team_id=team_id,
        day=day,
        events=_count_by(cells, lambda cell: [(cell["event"], cell["rows"])]),
        calls=sum(cell["rows"] for cell in inferred),
        failed_calls=sum(cell["failed"] for cell in inferred),
        **_sum_figures(inferred),
        gateway_cache_hits=sum(cell["rows"] for cell in cached),
        saved_gateway_cache_cost_usd=_sum_usd(cell["saved_cache_cost_usd"] for cell in cached),
        models=_group(inferred, "model"),
        providers=_group(inferred, "provider"),
        flags=_count_by(cells, lambda cell: zip(*cell["flags"], strict=True)),
        unpriced_calls=sum(cell["unpriced"] for cell in inferred),
        rejected_events=rejected_events,
    )


def _sum_figures(cells: Sequence[Cell]) -> dict[str, Any]:
    """Every token and cost figure of the report by its field: int or Decimal, None where no call reported it."""
    tokens = {name: _sum_known(cell[name] for cell in cells) for name in TOKEN_SUMS}
    return tokens | {name: _sum_usd(cell[name] for cell in cells) for name in COST_SUMS}


def _count_by(cells: Iterable[Cell], list_counts: Callable[[Cell], Iterable[tuple[str, int]]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in cells:
        for name, count in list_counts(cell):
            counts[name] = counts.get(name, 0) + count
    return dict(sorted(counts.items()))


def _group(cells: Sequence[Cell], dimension: str) -> tuple[ModelUsage, ...]:
    """Shares by model or provider, the largest first."""
    by_name: dict[str, list[Cell]] = {}
    for cell in cells:
        by_name.setdefault(cell[dimension], []).append(cell)
    shares = (
        ModelUsage(
            name=name,
            calls=sum(cell["rows"] for cell in group),
            total_tokens=_sum_known(cell["total_tokens"] for cell in group),
            total_cost_usd=_sum_usd(cell["total_cost_usd"] for cell in group),
        )
        for name, group in by_name.items()
    )
    return tuple(sorted(shares, key=lambda share: (-(share.total_tokens or 0), share.name)))


def _sum_known(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _sum_usd(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)).quantize(Decimal(1).scaleb(-USD_DIGITS)) if known else None


def _count_rejected(start: datetime) -> dict[int, int]:
    """Rejects of deliveries that arrived on the day, by team; those of nobody's team are not in it."""
    end = start + timedelta(days=1)
    of_day = RejectedEvent.objects.filter(
        received_at__gte=start, received_at__lt=end, team__isnull=False, replayed_at=None
    )
    return dict(of_day.values_list("team_id").annotate(Count("id")))


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return value
