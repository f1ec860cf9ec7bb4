"""What a budget may say; the rules name the field."""

from decimal import Decimal
from typing import Any

import pytest

from ee.budgets.administration import BudgetKey, BudgetTerms, InvalidBudget, create_budget
from posthog.models import Organization, Team

TEAM = Team(id=1, organization=Organization(name="org"))


@pytest.mark.parametrize(
    ("key", "terms", "field"),
    [
        pytest.param({"period": "weekly"}, {}, "period", id="period"),
        pytest.param({"unit": "eur"}, {}, "unit", id="unit"),
        pytest.param({"api_key_alias": ""}, {}, "api_key_alias", id="nameless-key"),
        pytest.param({"api_key_alias": "k" * 501}, {}, "api_key_alias", id="endless-key"),
        pytest.param({"api_key_alias": "a\x00"}, {}, "api_key_alias", id="nul"),
        pytest.param({}, {"limit": Decimal(0)}, "limit", id="zero"),
        pytest.param({}, {"limit": Decimal(-1)}, "limit", id="negative"),
        pytest.param({}, {"limit": Decimal("NaN")}, "limit", id="nan"),
        pytest.param({}, {"limit": Decimal("Infinity")}, "limit", id="infinity"),
        pytest.param({}, {"limit": Decimal("1e15")}, "limit", id="huge"),
        pytest.param({}, {"limit": Decimal("1e-13")}, "limit", id="too-fine"),
        pytest.param({"unit": "tokens"}, {"limit": Decimal("1.5")}, "limit", id="half-a-token"),
        pytest.param({}, {"thresholds": (0,)}, "thresholds", id="threshold-zero"),
        pytest.param({}, {"thresholds": (1001,)}, "thresholds", id="threshold-high"),
        pytest.param({}, {"thresholds": tuple(range(1, 22))}, "thresholds", id="many-thresholds"),
    ],
)
def test_what_breaks_a_rule_is_named(key: dict[str, Any], terms: dict[str, Any], field: str) -> None:
    """Before anything is asked of the database."""
    with pytest.raises(InvalidBudget) as caught:
        create_budget(
            TEAM,
            BudgetKey(**{"period": "daily", "unit": "usd"} | key),
            BudgetTerms(**{"limit": Decimal(5)} | terms),
            actor="test",
        )
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: expected ")
