"""Uses of budgets, with valid defaults."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from ee.budgets.decision import BudgetUse
from ee.budgets.periods import Period

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
MARCH = Period(kind="monthly", first_day=date(2026, 3, 1), start=START, end=END)
TODAY = Period(
    kind="daily",
    first_day=date(2026, 3, 10),
    start=datetime(2026, 3, 10, tzinfo=UTC),
    end=datetime(2026, 3, 11, tzinfo=UTC),
)


def make_use(used: Decimal | int | str = 0, limit: Decimal | int | str = 100, **fields: Any) -> BudgetUse:
    defaults: dict[str, Any] = {"budget_id": uuid4(), "api_key_alias": None, "period": MARCH, "unit": "tokens"}
    return BudgetUse(used=Decimal(used), limit=Decimal(limit), **(defaults | fields))


def make_id(number: int) -> UUID:
    return UUID(int=number)
