from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.decimal_text import format_decimal


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("0.10", "0.1"),
        ("100", "100"),
        ("1.50E+3", "1500"),
        ("-2.500", "-2.5"),
        ("1E-18", "0.000000000000000001"),
        ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
    ],
)
def test_no_exponent_and_no_zeros_at_the_end(number: str, text: str) -> None:
    assert format_decimal(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18))
def test_no_digit_is_lost(number: Decimal) -> None:
    text = format_decimal(number)

    assert Decimal(text) == number
    assert not text.endswith(".")
    assert "E" not in text
