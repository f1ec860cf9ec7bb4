"""Figures as people read them; nothing unknown looks like zero, nothing small looks like nothing."""

from decimal import Decimal

import pytest

from posthog.api.formatting import Figure, format_count, format_usd


@pytest.mark.parametrize(
    ("count", "text"),
    [
        pytest.param(None, "–", id="unknown"),
        pytest.param(0, "0", id="zero"),
        pytest.param(999_999, "999,999", id="exact"),
        pytest.param(1_000_000, "1.00M", id="million"),
        pytest.param(999_994_999, "999.99M", id="below-a-billion"),
        pytest.param(999_999_999, "1.00B", id="rounds-to-a-billion"),
        pytest.param(12_345_678_901_234, "12.35T", id="trillions"),
        pytest.param(-5, "-5", id="negative"),
    ],
)
def test_count_is_short_in_the_cell(count: int | None, text: str) -> None:
    """Exact below a million, then two decimals of the unit."""
    assert format_count(count).text == text


def test_count_is_exact_on_hover() -> None:
    """The rounded cell never hides a digit."""
    assert format_count(12_345_678, "calls") == Figure("12.35M", "12,345,678 calls")


@pytest.mark.parametrize(("unit", "title"), [("calls", "1 call"), ("searches", "1 search")])
def test_one_is_not_told_as_several(unit: str, title: str) -> None:
    """Hovering says `1 call`."""
    assert format_count(1, unit).title == title


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        pytest.param(None, "–", id="unknown"),
        pytest.param(Decimal(0), "$0", id="zero"),
        pytest.param(Decimal("1234.565"), "$1,234.56", id="dollars"),
        pytest.param(Decimal("0.12345"), "$0.1234", id="cents"),
        pytest.param(Decimal("0.000375"), "$0.000375", id="small"),
        pytest.param(Decimal("0.0000012345"), "$0.00000123", id="three-digits"),
        pytest.param(Decimal("1.5e-10"), "$1.50e-10", id="tiny"),
        pytest.param(Decimal("-0.02"), "-$0.0200", id="negative"),
    ],
)
def test_amount_keeps_its_significant_digits(amount: Decimal | None, text: str) -> None:
    """A tiny cost never looks like nothing."""
    assert format_usd(amount).text == text


def test_amount_is_exact_on_hover() -> None:
    """All digits, no exponent."""
    assert format_usd(Decimal("1234.5650000001")).title == "$1,234.5650000001"
    assert format_usd(Decimal("1.5E-10")).title == "$0.00000000015"
