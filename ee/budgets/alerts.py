"""
Raises alerts: each threshold of each budget once in a period, when what was used first reaches it.

A period that is over is looked at for LATE longer, for its last calls are reported after its end. The database keeps a
second run, or one that was cut off and repeated, from raising anything twice.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from ee.budgets.decision import BudgetUse
from ee.budgets.team_budgets import list_budgets
from ee.budgets.usage import load_periods, read_uses
from ee.models import Budget, BudgetAlert

log = structlog.get_logger(__name__)

LATE = timedelta(hours=1)
Status = BudgetAlert.Status


def raise_alerts(*, now: datetime) -> list[BudgetAlert]:
    """
    Raise what was reached and not raised before; returns the new alerts.

    Raises:
        ClickHouseError: The store could not be read; the next run raises them.
    """
    budgets = [budget for budget in list_budgets().filter(is_enabled=True) if budget.thresholds]
    alerts = [*_list_reached(_list_just_ended(budgets, now=now), now=now, at=now - LATE)]
    alerts += _list_reached(budgets, now=now, at=now)
    BudgetAlert.objects.bulk_create(alerts, ignore_conflicts=True, batch_size=500)
    raised = list(
        BudgetAlert.objects.filter(id__in=[alert.id for alert in alerts])
        .select_related("budget__team", "destination")
        .order_by("budget", "threshold")
    )
    for alert in raised:
        log.warning("budget_threshold_reached", **_describe(alert))
    return raised


def _list_just_ended(budgets: Sequence[Budget], *, now: datetime) -> list[Budget]:
    """Those that were in another period LATE ago, and were there in it."""
    periods = load_periods(budgets, at=now - LATE)
    return [budget for budget in budgets if budget.created_at < periods[budget.id].end <= now]


def _list_reached(budgets: Sequence[Budget], *, now: datetime, at: datetime) -> Iterator[BudgetAlert]:
    """Alerts of the period that `at` lies in, unsaved, but for those that were raised."""
    uses = read_uses(budgets, now=now, at=at)
    raised = set(
        BudgetAlert.objects.filter(
            budget__in=budgets, first_day__in={use.period.first_day for use in uses}
        ).values_list("budget_id", "first_day", "threshold")
    )
    for budget, use in zip(budgets, uses, strict=True):
        for threshold in use.list_reached(budget.thresholds):
            if (budget.id, use.period.first_day, threshold) not in raised:
                yield _build_alert(budget, use, threshold, now=now)


def _build_alert(budget: Budget, use: BudgetUse, threshold: int, *, now: datetime) -> BudgetAlert:
    return BudgetAlert(
        budget=budget,
        first_day=use.period.first_day,
        threshold=threshold,
        period_start=use.period.start,
        period_end=use.period.end,
        limit=use.limit,
        used=use.used,
        is_lower_bound=use.is_lower_bound,
        raised_at=now,
        destination=budget.destination,
        status=Status.UNSENT if budget.destination is None else Status.PENDING,
        next_attempt_at=now,
    )


def _describe(alert: BudgetAlert) -> dict[str, object]:
    return {
        "budget_id": str(alert.budget_id),
        "team_id": alert.budget.team_id,
        "first_day": alert.first_day.isoformat(),
        "threshold": alert.threshold,
    }
