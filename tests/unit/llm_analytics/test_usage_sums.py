"""Sums add up; nothing reported stays nothing."""

from decimal import Decimal

from posthog.llm_analytics.usage_sums import SUMMED, UsageSums, sum_usage
from posthog.models.ai_usage_hourly.sql import FIGURES


def test_sums_are_the_figures_of_a_cell() -> None:
    """One field a figure, of one name."""
    assert set(SUMMED) == {figure.name for figure in FIGURES}


def test_parts_add_up() -> None:
    """Counts, amounts and flags."""
    parts = [
        UsageSums(rows=2, input_tokens=3, total_cost_usd=Decimal("0.1"), flags={"b": 1}),
        UsageSums(rows=1, input_tokens=4, total_cost_usd=Decimal("0.2"), flags={"a": 2, "b": 1}),
    ]
    expected = UsageSums(rows=3, input_tokens=7, total_cost_usd=Decimal("0.3"), flags={"a": 2, "b": 2})
    assert sum_usage(parts) == expected


def test_figure_that_nobody_reported_stays_unknown() -> None:
    """Unknown and zero are told apart, and unknown adds nothing."""
    assert sum_usage([]) == UsageSums()
    sums = sum_usage([UsageSums(input_tokens=0), UsageSums()])
    assert (sums.input_tokens, sums.output_tokens) == (0, None)


def test_no_digit_is_rounded() -> None:
    """Python's default context would keep 28 digits."""
    parts = [UsageSums(total_cost_usd=Decimal("12345678901234567890.123456789012345678")) for _ in range(2)]
    assert sum_usage(parts).total_cost_usd == Decimal("24691357802469135780.246913578024691356")
