"""
What is compared with a provider's books: kinds of tokens and US dollars, by the names of our columns.

`input_tokens` is everything the model read; uncached, cache read and cache creation are its parts, the lifetimes those
of the last. A provider tells some of them; None: it does not tell the kind, which is not 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

COST = "total_cost_usd"
NO_MODEL = ""
"""What an amount is booked under that belongs to no model."""
INPUT_PARTS = ("uncached_input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
LIFETIMES = tuple(f"cache_creation_{lifetime}_input_tokens" for lifetime in ("5m", "30m", "1h", "12h"))
TOKENS = ("input_tokens", *INPUT_PARTS, *LIFETIMES, "output_tokens", "reasoning_tokens")
KINDS = (*TOKENS, COST)
"""In the order of every table."""

Amount = int | Decimal
"""Tokens, or exact US dollars."""
Figures = Mapping[str, Amount | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """
    What a provider's books say of one model on one day; several lines of the same add up.

    Attributes:
        day: Of UTC.
        model: As they write it; '' where an amount is booked without one.
        figures: Only the kinds that this line tells.
    """

    day: date
    model: str
    figures: Figures


def sum_figures(parts: Iterable[Figures]) -> dict[str, Amount | None]:
    """Add kind by kind; None where no part knows it."""
    total: dict[str, Amount | None] = {}
    for part in parts:
        for kind, amount in part.items():
            known = total.get(kind)
            if amount is None:
                total.setdefault(kind, None)
            else:
                total[kind] = amount if known is None else known + amount
    return total
