"""Making, changing and removing budgets; each act leaves an audit entry with the values before and after."""

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from ee.models import Budget, DeliveryDestination
from ee.models.budget import DECIMAL_PLACES, LONGEST_ALIAS
from posthog.decimal_text import format_decimal
from posthog.errors import AccountingError
from posthog.llm_analytics.audit import record_act
from posthog.models import Team

DEFAULT_THRESHOLDS = (50, 80, 100)
HIGHEST_THRESHOLD = 1000
MOST_THRESHOLDS = 20
MOST_BUDGETS = 1000
"""Of a team: all of them are read together."""
LARGEST_LIMIT = Decimal(10) ** 15
"""With DECIMAL_PLACES more it has no more digits than decimal arithmetic keeps."""


class InvalidBudget(AccountingError):
    """
    What was given is no budget.

    Args:
        field: Its name.
        rule: Completes the sentence that the field's name begins.
    """

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


class BudgetRefused(AccountingError):
    """
    The team cannot have this budget beside those that it has.

    Args:
        code: `budget_exists`: change that one instead; `too_many_budgets`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetKey:
    """What a budget is about; there is one of each. `api_key_alias` None: the whole team."""

    period: str
    unit: str
    api_key_alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms:
    """
    What may change of a budget.

    Attributes:
        thresholds: Percents of the limit, each an alert.
        destination: Of the team's organization; None: alerts are kept and sent nowhere.
    """

    limit: Decimal
    thresholds: tuple[int, ...] = DEFAULT_THRESHOLDS
    is_enabled: bool = True
    destination: DeliveryDestination | None = None


def create_budget(team: Team, key: BudgetKey, terms: BudgetTerms, *, actor: str) -> Budget:
    """
    Raises:
        InvalidBudget: A value breaks its rule.
        BudgetRefused: There is one already, or there are too many.
    """
    _require_key(key)
    _require_terms(team, key.unit, terms)
    if Budget.objects.filter(team=team).count() >= MOST_BUDGETS:
        raise BudgetRefused("too_many_budgets", f"A team has at most {MOST_BUDGETS} budgets")
    budget = Budget(team=team, **asdict(key))
    _set(budget, terms)
    try:
        with transaction.atomic():
            budget.save(force_insert=True)
            _record("budget_created", budget, actor, **_describe(terms))
    except IntegrityError:
        raise BudgetRefused("budget_exists", f"There is a budget {budget} already; change that one") from None
    return budget


def change_budget(budget: Budget, terms: BudgetTerms, *, actor: str) -> None:
    """
    Let other terms hold from now on; alerts that were raised stay.

    Raises:
        InvalidBudget: A value breaks its rule.
    """
    _require_terms(budget.team, budget.unit, terms)
    with transaction.atomic():
        before = _describe(read_terms(Budget.objects.select_for_update(of=("self",)).get(pk=budget.pk)))
        after = _describe(terms)
        if before == after:
            return
        _set(budget, terms)
        budget.save(update_fields=[each.name for each in fields(terms)])
        _record("budget_changed", budget, actor, before=before, after=after)


@transaction.atomic
def delete_budget(budget: Budget, *, actor: str) -> None:
    """It goes with its alerts."""
    _record("budget_deleted", budget, actor, **_describe(read_terms(budget)))
    budget.delete()


def find_budget(team: Team, key: BudgetKey) -> Budget | None:
    return Budget.objects.filter(team=team, **asdict(key)).first()


def read_terms(budget: Budget) -> BudgetTerms:
    """As they are stored."""
    return BudgetTerms(
        limit=budget.limit,
        thresholds=tuple(budget.thresholds),
        is_enabled=budget.is_enabled,
        destination=budget.destination,
    )


def _set(budget: Budget, terms: BudgetTerms) -> None:
    budget.limit = terms.limit
    budget.thresholds = sorted(set(terms.thresholds))
    budget.is_enabled = terms.is_enabled
    budget.destination = terms.destination


def _require_key(key: BudgetKey) -> None:
    for name, value, known in (
        ("period", key.period, Budget.Period.values),
        ("unit", key.unit, Budget.Unit.values),
    ):
        if value not in known:
            raise InvalidBudget(name, f"expected {' or '.join(known)}")
    alias = key.api_key_alias
    if alias is not None and (not 1 <= len(alias) <= LONGEST_ALIAS or "\x00" in alias):
        raise InvalidBudget("api_key_alias", f"expected 1 to {LONGEST_ALIAS} characters, or nothing for the whole team")


def _require_terms(team: Team, unit: str, terms: BudgetTerms) -> None:
    _require_limit(unit, terms.limit)
    thresholds = terms.thresholds
    if len(thresholds) > MOST_THRESHOLDS or not all(1 <= each <= HIGHEST_THRESHOLD for each in thresholds):
        rule = f"expected at most {MOST_THRESHOLDS} whole percents from 1 to {HIGHEST_THRESHOLD}"
        raise InvalidBudget("thresholds", rule)
    if terms.destination is not None and terms.destination.organization_id != team.organization_id:
        raise InvalidBudget("destination", "expected one of the team's organization")


def _require_limit(unit: str, limit: Decimal) -> None:
    if not limit.is_finite() or not 0 < limit < LARGEST_LIMIT:
        raise InvalidBudget("limit", f"expected a number above 0 and below {LARGEST_LIMIT:.0e}")
    if unit == Budget.Unit.TOKENS and limit % 1:
        raise InvalidBudget("limit", "expected a whole number of tokens")
    exponent = limit.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -DECIMAL_PLACES:
        raise InvalidBudget("limit", f"expected at most {DECIMAL_PLACES} digits after the point")


def _describe(terms: BudgetTerms) -> dict[str, Any]:
    """JSON values, for the audit."""
    return {
        "limit": format_decimal(terms.limit),
        "thresholds": sorted(set(terms.thresholds)),
        "is_enabled": terms.is_enabled,
        "destination_id": None if terms.destination is None else str(terms.destination.pk),
    }


def _record(action: str, budget: Budget, actor: str, **details: Any) -> None:
    about = {"budget_id": str(budget.pk), "api_key_alias": budget.api_key_alias}
    record_act(action, actor=actor, target=f"budget {budget}", scope=budget.team, details=about | details)
