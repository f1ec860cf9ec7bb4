"""An exact number as text: every digit that counts, no exponent, no zeros at the end."""

from decimal import Decimal


def format_decimal(number: Decimal) -> str:
    """`Decimal("1.50E+3")` → `1500`, `Decimal("0.10")` → `0.1`; no digit is rounded away, however many there are."""
    if not number:
        return "0"
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
