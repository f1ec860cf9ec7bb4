"""
What was used of budgets, read from the store: exact at any moment, for rollups are read only where they are.

Counted are calls that a provider worked on (`inference` generations and embeddings), as in every sum of tokens and
costs. Budgets whose periods are the same stretch of time are read together.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from ee.budgets.decision import BudgetUse
from ee.budgets.periods import Period, cut_period
from ee.models import Budget
from posthog.clickhouse.client import waiting_at_most
from posthog.llm_analytics.queries.figures import UNMEASURED_FLAGS, round_usd
from posthog.llm_analytics.report_calendar import Bounds
from posthog.llm_analytics.stored_reports import load_closed_bounds
from posthog.llm_analytics.usage_cells import CellQuery, DimensionName, read_cells
from posthog.llm_analytics.usage_sums import UsageSums
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.llm_usage.pricing.costs import ZERO

FIGURES = ("total_tokens", "total_cost_usd", "unpriced_rows", "flags")
ONE_DAY = timedelta(days=1)
NOTHING = UsageSums()
ANSWER_S = 1.0
"""What a server may take to say that a sum took too long; one that is silent for longer hangs."""

Owner = tuple[int, str | None]
"""Team and API key alias; None: the whole team."""


def read_uses(
    budgets: Sequence[Budget], *, now: datetime, at: datetime | None = None, timeout_s: int | None = None
) -> list[BudgetUse]:
    """
    Sum up what was used, for each budget in the same order.

    Args:
        budgets: With their teams and organizations loaded.
        at: Aware; the periods are those that it lies in; None: `now`.
        timeout_s: After which ClickHouse gives up each of up to four statements (two kinds of periods, teams and
            keys) for organizations of one zone.
    Raises:
        ClickHouseError: The store could not be read, or not in time.
    """
    periods = load_periods(budgets, at=at or now)
    sums: dict[UUID, UsageSums] = {}
    for period, together in _group(budgets, periods):
        by_owner = _read_sums(period, together, now=now, timeout_s=timeout_s)
        sums |= {budget.id: by_owner.get((budget.team_id, budget.api_key_alias), NOTHING) for budget in together}
    return [tell_use(budget, periods[budget.id], sums[budget.id]) for budget in budgets]


def load_periods(budgets: Sequence[Budget], *, at: datetime) -> dict[UUID, Period]:
    """The period of each budget (by its id) that `at` lies in."""
    closed = _load_closed({budget.team.organization_id for budget in budgets}, at.astimezone(UTC).date())
    return {
        budget.id: cut_period(
            budget.period,
            at,
            ZoneInfo(budget.team.organization.report_timezone),
            closed[budget.team.organization_id],
        )
        for budget in budgets
    }


def tell_use(budget: Budget, period: Period, sums: UsageSums) -> BudgetUse:
    """A budget beside what was used."""
    return BudgetUse(
        budget_id=budget.id,
        api_key_alias=budget.api_key_alias,
        period=period,
        unit=budget.unit,
        limit=budget.limit,
        used=_count(budget.unit, sums),
        unpriced_calls=sums.unpriced_rows,
        unmeasured_calls=sum(sums.flags.get(flag, 0) for flag in UNMEASURED_FLAGS),
    )


def _count(unit: str, sums: UsageSums) -> Decimal:
    """Where no call reported anything, nothing is known to be used; `is_lower_bound` tells the difference."""
    if unit == Budget.Unit.USD:
        return round_usd(sums.total_cost_usd) or ZERO
    return Decimal(sums.total_tokens or 0)


def _load_closed(organization_ids: set[UUID], day: date) -> Mapping[UUID, dict[date, Bounds]]:
    """Bounds near the day and near the first of its month; the zone's day is at most one away."""
    near = load_closed_bounds(organization_ids, start=day - ONE_DAY, end=day + 2 * ONE_DAY)
    firsts = {(day + step).replace(day=1) for step in (-ONE_DAY, ONE_DAY)}
    for first in firsts:
        for organization_id, bounds in load_closed_bounds(organization_ids, start=first, end=first + ONE_DAY).items():
            near[organization_id] |= bounds
    return near


def _group(budgets: Sequence[Budget], periods: Mapping[UUID, Period]) -> Iterator[tuple[Period, list[Budget]]]:
    """Those of one stretch of time; teams apart from keys, so that no team's keys are all read for its sum."""
    together: dict[tuple[datetime, datetime, bool], list[Budget]] = {}
    for budget in budgets:
        period = periods[budget.id]
        together.setdefault((period.start, period.end, budget.api_key_alias is None), []).append(budget)
    for group in together.values():
        yield periods[group[0].id], group


def _read_sums(
    period: Period, budgets: Sequence[Budget], *, now: datetime, timeout_s: int | None
) -> dict[Owner, UsageSums]:
    aliases = {budget.api_key_alias for budget in budgets if budget.api_key_alias is not None}
    filters: dict[DimensionName, list[str]] = {"event": sorted(COUNTED_EVENTS), "call_kind": ["inference"]}
    query = CellQuery(
        start=period.start,
        end=period.end,
        team_ids={budget.team_id for budget in budgets},
        dimensions=("api_key_alias",) if aliases else (),
        filters={**filters, "api_key_alias": sorted(aliases)} if aliases else filters,
        figures=FIGURES,
    )
    with nullcontext() if timeout_s is None else waiting_at_most(timeout_s + ANSWER_S):
        cells = read_cells(query, now=now.astimezone(UTC), timeout_s=timeout_s)
    return {(cell.team_id or 0, cell.labels.get("api_key_alias")): cell.sums for cell in cells}
