"""
Figures for people: short in the cell, exact on hover.

Rules:
- What was not reported is "–", never 0.
- Counts are exact below a million, then in M, B or T with two decimals.
- Dollars have two decimals from 1 up, four from a cent up, and below that three significant digits: a tiny
  cost never looks like nothing.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

NOT_REPORTED_TEXT = "–"
NOT_REPORTED_TITLE = "the provider did not report it"
EXACT_BELOW = 1_000_000
UNITS = ((10**12, "T"), (10**9, "B"), (10**6, "M"))
SMALLEST_PLAIN_USD = Decimal("1e-9")
SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as shown, and the exact one that appears on hover."""

    text: str
    title: str


NOT_REPORTED = Figure(NOT_REPORTED_TEXT, NOT_REPORTED_TITLE)


def format_count(count: int | None, unit: str = "tokens") -> Figure:
    """Format a count; `unit`, a plural, is named on hover."""
    if count is None:
        return NOT_REPORTED
    exact = f"{count:,} {_one_of(unit) if count == 1 else unit}"
    return Figure(f"{count:,}" if abs(count) < EXACT_BELOW else _shorten(count), exact)


def _one_of(units: str) -> str:
    return units.removesuffix("es" if units.endswith("ches") else "s")


def format_usd(amount: Decimal | None) -> Figure:
    """Format an amount in US dollars."""
    if amount is None:
        return NOT_REPORTED
    sign = "-" if amount < 0 else ""
    return Figure(f"{sign}${_round_usd(abs(amount))}", f"{sign}${format_exactly(abs(amount))}")


def format_exactly(number: Decimal) -> str:
    """All digits of a number: no exponent, no trailing zeros, grouped by thousands."""
    plain = f"{number:,f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _shorten(count: int) -> str:
    size, unit = next((size, unit) for size, unit in UNITS if abs(count) >= _first_of(size))
    scaled = Decimal(count) / size
    return f"{scaled.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}{unit}"


def _first_of(size: int) -> int:
    """The least count that rounds to one whole unit: 999,999,999 is 1.00B, not 1,000.00M."""
    return size - size // 200_000


def _round_usd(amount: Decimal) -> str:
    if amount == 0:
        return "0"
    if amount >= 1:
        return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}"
    if amount >= Decimal("0.01"):
        return f"{amount.quantize(Decimal('0.0001'), ROUND_HALF_EVEN)}"
    if amount < SMALLEST_PLAIN_USD:
        return f"{amount:.2e}"
    last_digit = amount.adjusted() - SIGNIFICANT_DIGITS + 1
    return f"{amount.quantize(Decimal(1).scaleb(last_digit), ROUND_HALF_EVEN):f}"
