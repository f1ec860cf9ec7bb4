"""Budgets and calls that use them, with valid defaults."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F

from ee.budgets.administration import BudgetKey, BudgetTerms, create_budget
from ee.budgets.decision import BudgetUse
from ee.budgets.team_budgets import list_budgets
from ee.budgets.usage import read_uses
from ee.models import Budget
from posthog.models import Team
from tests.integration.usage_report.report_events import build_call_row, store_rows

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNPRICED: dict[str, Any] = {"model": "nobody/knows-it", "custom_llm_provider": "nobody", "response_cost": 0}
"""Fields of a call that has no known price."""
TEN_YEARS = timedelta(days=3650)


def make_budget(
    team: Team,
    limit: str = "1000",
    *,
    period: str = "daily",
    unit: str = "tokens",
    api_key_alias: str | None = None,
    **terms: Any,
) -> Budget:
    key = BudgetKey(period=period, unit=unit, api_key_alias=api_key_alias)
    budget = create_budget(team, key, BudgetTerms(limit=Decimal(limit), **terms), actor="test")
    Budget.objects.filter(id=budget.id).update(created_at=F("created_at") - TEN_YEARS)  # it was there in any period
    return Budget.objects.get(id=budget.id)


def use_tokens(team: Team, started_at: str, tokens: int, *, key: str = "ci", **fields: Any) -> None:
    """One call that began at an ISO time and read so many tokens; calls of one time and key are the same call."""
    counts = {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens}
    metadata = {"user_api_key_alias": key, "usage_object": counts, **fields.pop("metadata", {})}
    call: dict[str, Any] = {
        "id": f"{started_at} {key}",
        "prompt_tokens": tokens,
        "completion_tokens": 0,
        "total_tokens": tokens,
    }
    store_rows([build_call_row(team, started_at, metadata=metadata, **call | fields)])


def read_use(budget: Budget, now: datetime = NOW) -> BudgetUse:
    (use,) = read_uses(list(list_budgets().filter(id=budget.id)), now=now)
    return use


def at(moment: str) -> datetime:
    """An ISO time, UTC where it says no offset."""
    parsed = datetime.fromisoformat(moment)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
