"""How reports add up, and how they are stored."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.llm_analytics.report_figures import (
    BREAKDOWNS,
    COST_SUMS,
    COUNTS,
    DERIVED_TOKEN_SUMS,
    END_USERS_KEPT,
    TOKEN_SUMS,
    GatewayReceipts,
    TeamUsageReport,
    UsageFigures,
    UsageShare,
    parse_figures,
    sum_figures,
)
from posthog.models.ai_events.sql import COLUMNS

COUNT = st.none() | st.integers(0, 10**15)
USD = st.none() | st.decimals(0, 10**6, places=12)
NAME = st.text("abc", max_size=2)


def make_shares() -> Any:
    shares = st.builds(UsageShare, name=NAME, calls=st.integers(0, 99), total_tokens=COUNT, total_cost_usd=USD)
    return st.lists(shares, max_size=4, unique_by=lambda share: share.name).map(tuple)


FIGURES = st.builds(
    UsageFigures,
    events=st.dictionaries(NAME, st.integers(1, 99), max_size=3),
    flags=st.dictionaries(NAME, st.integers(1, 99), max_size=3),
    **{name: st.integers(0, 10**9) for name in COUNTS},
    **dict.fromkeys((*TOKEN_SUMS, *DERIVED_TOKEN_SUMS), COUNT),
    **dict.fromkeys((*COST_SUMS, "saved_gateway_cache_cost_usd"), USD),
    **{name: make_shares() for name in BREAKDOWNS},
)


def test_every_figure_is_summed() -> None:
    """A field that no rule adds up would be 0 in every month."""
    summed = {*COUNTS, *TOKEN_SUMS, *DERIVED_TOKEN_SUMS, *COST_SUMS, *BREAKDOWNS}
    beside = {"events", "flags", "saved_gateway_cache_cost_usd", "gateways"}
    assert {each.name for each in fields(UsageFigures)} == summed | beside
    assert {*TOKEN_SUMS, *COST_SUMS} <= {column.name for column in COLUMNS}


@given(FIGURES)
def test_figures_survive_being_stored(figures: UsageFigures) -> None:
    """Amounts to the digit, null and zero as they were."""
    assert parse_figures(figures.to_json()).to_json() == figures.to_json()


@given(st.lists(FIGURES, max_size=4), st.integers(0, 4))
def test_sum_of_sums_is_the_sum(parts: list[UsageFigures], cut: int) -> None:
    """Days to weeks to a month, teams to organizations: the way does not matter."""
    halves = [sum_figures(parts[:cut]), sum_figures(parts[cut:])]
    assert sum_figures(halves) == sum_figures(parts)


def test_unknown_is_added_to_nothing() -> None:
    """None and None is None; None and zero is zero."""
    unknown, zero = UsageFigures(), UsageFigures(input_tokens=0, total_cost_usd=Decimal(0))
    assert sum_figures([unknown, unknown]).input_tokens is None
    total = sum_figures([unknown, zero])
    assert (total.input_tokens, total.total_cost_usd, total.output_tokens) == (0, Decimal(0), None)


def test_shares_of_one_name_become_one() -> None:
    one = UsageFigures(models=(UsageShare(name="m", calls=1, total_tokens=5),))
    other = UsageFigures(models=(UsageShare(name="n", calls=1, total_tokens=9), UsageShare(name="m", calls=2)))
    assert [(share.name, share.calls, share.total_tokens) for share in sum_figures([one, other]).models] == [
        ("n", 1, 9),
        ("m", 3, 5),
    ]


def test_end_users_beyond_those_named_are_one_share() -> None:
    """Those who cost most keep their names, and nothing of the whole is lost."""
    people = [
        UsageShare(name=f"u{number}", calls=1, total_cost_usd=Decimal(number)) for number in range(END_USERS_KEPT)
    ]
    parts = [
        UsageFigures(end_users=tuple(people)),
        UsageFigures(end_users=(UsageShare(name="big", calls=1, total_cost_usd=Decimal(999)),)),
        UsageFigures(end_users=(UsageShare(name=None, calls=7, total_cost_usd=Decimal(1)),)),
    ]
    shares = sum_figures(parts).end_users
    assert len(shares) == END_USERS_KEPT + 1
    assert (shares[-1].name, shares[-1].calls, shares[-1].total_cost_usd) == (None, 8, Decimal(1))
    assert "big" in {share.name for share in shares}
    assert sum(share.calls for share in shares) == END_USERS_KEPT + 8


def test_receipts_are_not_added_across_teams() -> None:
    """Two teams of one gateway tell of the same receipts."""
    figures = UsageFigures(gateways=(GatewayReceipts(gateway="main", received=5),))
    assert sum_figures([figures, figures]).gateways == ()


def test_report_of_an_earlier_release_is_read() -> None:
    """Figures that it did not have are unknown, not zero."""
    share = {"name": "m", "calls": 1, "total_tokens": 5, "total_cost_usd": "0.1"}
    read = parse_figures({"team_id": 1, "day": "2026-04-01", "calls": 1, "input_tokens": 5, "models": [share]})
    assert (read.calls, read.input_tokens, read.uncached_input_tokens) == (1, 5, None)
    assert read.models == (UsageShare(name="m", calls=1, total_tokens=5, total_cost_usd=Decimal("0.1")),)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        pytest.param(Decimal("0.500000000000"), "0.5", id="no-trailing-zeros"),
        pytest.param(Decimal("0E-12"), "0", id="zero"),
        pytest.param(Decimal("1E-12"), "0.000000000001", id="no-exponent"),
        pytest.param(Decimal("1E+3"), "1000", id="no-exponent-either"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_amounts_are_written_as_decimal_text(amount: Decimal | None, text: str | None) -> None:
    report = TeamUsageReport(team_id=1, day=date(2026, 4, 1))
    written = replace(report, total_cost_usd=amount).to_json()
    assert (written["day"], written["total_cost_usd"]) == ("2026-04-01", text)
