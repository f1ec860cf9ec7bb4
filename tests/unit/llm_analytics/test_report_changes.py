"""What a correction says that changed."""

from decimal import Decimal

import pytest

from posthog.llm_analytics.report_changes import find_changes, is_about_costs_alone
from posthog.llm_analytics.report_figures import GatewayReceipts, UsageFigures, UsageShare

BEFORE = UsageFigures(
    calls=1,
    events={"$ai_generation": 1},
    input_tokens=5,
    total_cost_usd=Decimal("0.1"),
    models=(UsageShare(name="m", calls=1, total_tokens=5),),
)


def test_nothing_changed() -> None:
    assert find_changes(BEFORE, BEFORE) == {}


def test_figures_are_named_with_both_values() -> None:
    """Null: nobody reported it."""
    after = UsageFigures(calls=2, input_tokens=None, output_tokens=0, total_cost_usd=Decimal("0.3"))
    changes = find_changes(UsageFigures(calls=1, input_tokens=5, total_cost_usd=Decimal("0.1")), after)
    assert changes == {
        "calls": [1, 2],
        "input_tokens": [5, None],
        "output_tokens": [None, 0],
        "total_cost_usd": ["0.1", "0.3"],
    }


def test_breakdowns_are_compared_share_by_share() -> None:
    """A new share and one that is gone have null on one side; all others have a name of their own."""
    before = UsageFigures(models=(UsageShare(name="m", calls=1),), end_users=(UsageShare(name=None, calls=1),))
    after = UsageFigures(models=(UsageShare(name="n", calls=1),), end_users=(UsageShare(name=None, calls=2),))
    changes = find_changes(before, after)
    assert changes["models"]["m"]["calls"] == [1, None]
    assert changes["models"]["n"]["calls"] == [None, 1]
    assert changes["end_users"] == {"(others)": {"calls": [1, 2]}}


def test_order_of_shares_is_no_change() -> None:
    shares = (UsageShare(name="m", calls=1), UsageShare(name="n", calls=1))
    assert find_changes(UsageFigures(models=shares), UsageFigures(models=shares[::-1])) == {}


def test_counts_by_name_are_compared() -> None:
    assert find_changes(UsageFigures(flags={"a": 1, "b": 2}), UsageFigures(flags={"b": 3})) == {
        "flags": {"a": [1, None], "b": [2, 3]}
    }


def test_observations_of_the_moment_make_no_version() -> None:
    """Rejects are removed by age; receipts come later than their events."""
    after = UsageFigures(rejected_events=3, gateways=(GatewayReceipts(gateway="main", received=1),))
    assert find_changes(UsageFigures(), after) == {}


@pytest.mark.parametrize(
    ("after", "is_alone"),
    [
        pytest.param(UsageFigures(calls=1, total_cost_usd=Decimal(2)), True, id="amount"),
        pytest.param(UsageFigures(calls=1, total_cost_usd=Decimal(2), unpriced_calls=1), True, id="price-that-is-lost"),
        pytest.param(UsageFigures(calls=1, total_cost_usd=Decimal(2), input_tokens=1), False, id="tokens-as-well"),
        pytest.param(UsageFigures(calls=2, total_cost_usd=Decimal(2)), False, id="calls-as-well"),
    ],
)
def test_changes_of_costs_alone_are_told_apart(after: UsageFigures, is_alone: bool) -> None:
    assert is_about_costs_alone(find_changes(UsageFigures(calls=1), after)) is is_alone
