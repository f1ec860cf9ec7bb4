"""The decision: exact at the boundary, and the tightest budget makes it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ee.budgets.decision import BudgetUse, find_tightest, list_applicable
from tests.unit.ee.budgets.uses import MARCH, TODAY, make_id, make_use

STEP = Decimal("0.000000000001")
amounts = st.decimals(min_value=STEP, max_value=Decimal(10) ** 11, places=12, allow_nan=False, allow_infinity=False)
"""Small enough that what the tests calculate is exact, too."""
counts = st.integers(min_value=1, max_value=10**18)


@given(limit=amounts)
def test_dollars_are_exact_to_the_last_digit(limit: Decimal) -> None:
    """A millionth of a millionth of a dollar below the limit is allowed, the limit itself is not."""
    below, at, above = (make_use(limit + step, limit, unit="usd") for step in (-STEP, 0, STEP))
    assert [use.is_allowed for use in (below, at, above)] == [True, False, False]
    assert [use.remaining for use in (below, at, above)] == [STEP, 0, 0]


@given(limit=counts)
def test_tokens_are_exact_to_one(limit: int) -> None:
    """Also where a float could not tell the two apart."""
    below, at, above = (make_use(limit + step, limit) for step in (-1, 0, 1))
    assert [use.is_allowed for use in (below, at, above)] == [True, False, False]
    assert [use.remaining for use in (below, at, above)] == [1, 0, 0]


@given(limit=amounts, threshold=st.integers(min_value=1, max_value=1000))
def test_threshold_is_reached_at_its_exact_share(limit: Decimal, threshold: int) -> None:
    """Not a digit before."""
    share = limit * threshold / 100
    assert make_use(share, limit).list_reached([threshold]) == [threshold]
    assert make_use(share - STEP / 1000, limit).list_reached([threshold]) == []


@given(limit=amounts, used=amounts)
def test_hundred_percent_is_reached_when_nothing_is_allowed_any_more(limit: Decimal, used: Decimal) -> None:
    """And no sooner."""
    use = make_use(used, limit)
    assert (100 in use.list_reached([100])) is not use.is_allowed


@given(used=amounts, limit=amounts, more=amounts)
def test_using_more_never_allows_more(used: Decimal, limit: Decimal, more: Decimal) -> None:
    """Nor does it take a threshold back."""
    before, after = make_use(used, limit), make_use(used + more, limit)
    assert before.remaining >= after.remaining
    assert before.is_allowed >= after.is_allowed
    assert set(before.list_reached(range(1, 200))) <= set(after.list_reached(range(1, 200)))


@given(pairs=st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6))
def test_call_is_allowed_where_every_budget_allows_it(pairs: list[tuple[Decimal, Decimal]]) -> None:
    """Whichever decides says what all of them together say."""
    uses = [make_use(used, limit) for used, limit in pairs]
    tightest = find_tightest(uses)
    assert tightest is not None
    assert tightest.is_allowed == all(use.is_allowed for use in uses)


@pytest.mark.parametrize(
    ("uses", "decides"),
    [
        pytest.param([(50, 100, MARCH), (8, 10, TODAY)], 1, id="smaller-share"),
        pytest.param([(99, 100, MARCH), (0, 1, TODAY)], 0, id="share-not-amount"),
        pytest.param([(5, 10, MARCH), (10, 10, TODAY)], 1, id="exhausted-before-open"),
        pytest.param([(10, 10, TODAY), (10, 10, MARCH)], 1, id="exhausted-longest"),
        pytest.param([(10, 10, MARCH), (99, 10, TODAY)], 0, id="longest-not-most-overrun"),
        pytest.param([(1, 2, MARCH), (2, 4, MARCH)], 0, id="equal-share-first-id"),
    ],
)
def test_tightest_decides(uses: list[tuple[int, int, Any]], decides: int) -> None:
    """Whatever the order in which they are given."""
    made = [
        make_use(used, limit, period=period, budget_id=make_id(number))
        for number, (used, limit, period) in enumerate(uses)
    ]
    assert find_tightest(made) == find_tightest(made[::-1]) == made[decides]


def test_nothing_applies() -> None:
    """Then nothing decides."""
    assert find_tightest([]) is None


@pytest.mark.parametrize(
    ("alias", "applicable"), [(None, [None]), ("ci", [None, "ci"]), ("other", [None]), ("", [None])]
)
def test_budget_of_a_key_is_that_keys_alone(alias: str | None, applicable: list[str | None]) -> None:
    """The team's own is everybody's."""
    uses: list[BudgetUse] = [make_use(api_key_alias=each) for each in (None, "ci", "prod")]
    assert [use.api_key_alias for use in list_applicable(uses, alias)] == applicable


@pytest.mark.parametrize(
    ("unit", "unpriced", "unmeasured", "is_lower_bound"),
    [
        ("usd", 0, 0, False),
        ("usd", 1, 0, True),
        ("usd", 0, 1, True),
        ("tokens", 1, 0, False),
        ("tokens", 0, 1, True),
    ],
)
def test_what_is_missing_makes_a_lower_bound(unit: str, unpriced: int, unmeasured: int, is_lower_bound: bool) -> None:
    """A price is missing from dollars alone, a measurement from everything."""
    use = make_use(unit=unit, unpriced_calls=unpriced, unmeasured_calls=unmeasured)
    assert use.is_lower_bound is is_lower_bound
