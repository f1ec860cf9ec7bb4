"""
May a call be made? What the budgets say that apply to it. Pure, exact.

- A budget allows calls while `used < limit`; at `used == limit` it is exhausted. `remaining = max(limit - used, 0)`.
- All budgets that apply must allow it. The tightest decides: of exhausted ones the one that is reset last, for no call
  is allowed before; else the one with the smallest share of its limit left.
- A threshold is reached at `used >= limit * threshold / 100`.
- Only what is known counts: with calls that nobody priced or measured, `used` is a lower bound and says so.

`used` goes down again where a correction lowers what was used; a threshold that was raised is not taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from ee.budgets.periods import Period
from ee.models import Budget
from posthog.llm_usage.pricing.costs import EXACT, ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """
    What was used of one budget in its period, as far as is known.

    Attributes:
        api_key_alias: None: the whole team's.
        unit: One of `Budget.Unit`; `limit` and `used` are counted in it.
        used: US dollars are rounded to 12 digits after the point, as everywhere.
        unpriced_calls: Without a known price: missing from a sum of dollars.
        unmeasured_calls: Whose usage nobody reported: missing from every sum.
    """

    budget_id: UUID
    api_key_alias: str | None
    period: Period
    unit: str
    limit: Decimal
    used: Decimal
    unpriced_calls: int = 0
    unmeasured_calls: int = 0

    @property
    def is_allowed(self) -> bool:
        return self.used < self.limit

    @property
    def remaining(self) -> Decimal:
        return max(EXACT.subtract(self.limit, self.used), ZERO)

    @property
    def is_lower_bound(self) -> bool:
        """Whether calls are missing from `used`."""
        return self.unmeasured_calls > 0 or (self.unit == Budget.Unit.USD and self.unpriced_calls > 0)

    def list_reached(self, thresholds: Iterable[int]) -> list[int]:
        """Those of the thresholds (percent) that are reached."""
        return [each for each in thresholds if Fraction(self.used) * 100 >= Fraction(self.limit) * each]


def find_tightest(uses: Iterable[BudgetUse]) -> BudgetUse | None:
    """The one that decides; None where no budget applies."""
    known = sorted(uses, key=lambda use: use.budget_id)
    exhausted = [use for use in known if not use.is_allowed]
    if exhausted:
        return max(exhausted, key=lambda use: use.period.end)
    return min(known, key=lambda use: Fraction(use.remaining) / Fraction(use.limit), default=None)


def list_applicable(uses: Iterable[BudgetUse], api_key_alias: str | None) -> list[BudgetUse]:
    """
    The team's own budgets and those of one key.

    Args:
        api_key_alias: Of the call; None: it is made with a key that has no name.
    """
    return [use for use in uses if use.api_key_alias in (None, api_key_alias)]
