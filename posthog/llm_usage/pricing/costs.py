"""
What one call cost, where the figure comes from and how it adds up. All amounts are US dollars, exact decimals.

None: not known, or not applicable. 0: known to cost nothing. `cache_read`, `cache_creation`, `audio`, `image` and
`video` are parts of input and output, never added to the total again.
"""

from decimal import Context, Decimal
from typing import NamedTuple, Protocol

ZERO = Decimal(0)

EXACT = Context(prec=60)
"""Wide enough that 64-bit counts times catalogue rates, and their sums, never round."""


class Formula(Protocol):
    """Whatever can say how a cost adds up."""

    @property
    def terms(self) -> "tuple[CostTerm, ...]": ...


class CostTerm(NamedTuple):
    """One line of the formula: `quantity × rate_usd = amount_usd`, summed into `column`."""

    column: str
    rate_name: str
    quantity: int | Decimal
    rate_usd: Decimal
    amount_usd: Decimal


class Costs(NamedTuple):
    """
    The cost columns of one row, and their evidence.

    A named tuple, for one is made for every event: a frozen dataclass of this size takes five times as long.

    Attributes:
        saved_cache_cost_usd: What the provider-cached tokens (read and written) would have cost uncached, minus what
            they did cost; negative when writing cost more than reading saved. On a gateway's cache hit: the price
            not paid.
        source: Who set the price: gateway, caller, provider, custom, team_price or catalogue; None: nobody.
        model: The matched catalogue entry's or team price's name.
        flags: `unpriced_model`, `price_assumed`, `cost_mismatch`; sorted.
        formula: How our own figure adds up; None where there is none.
        own_total_usd: Our own figure for the whole call, also where another one took precedence.
    """

    input_cost_usd: Decimal | None = None
    output_cost_usd: Decimal | None = None
    total_cost_usd: Decimal | None = None
    request_cost_usd: Decimal | None = None
    web_search_cost_usd: Decimal | None = None
    audio_cost_usd: Decimal | None = None
    image_cost_usd: Decimal | None = None
    video_cost_usd: Decimal | None = None
    cache_read_cost_usd: Decimal | None = None
    cache_creation_cost_usd: Decimal | None = None
    saved_cache_cost_usd: Decimal | None = None
    source: str | None = None
    model: str | None = None
    flags: tuple[str, ...] = ()
    formula: Formula | None = None
    own_total_usd: Decimal | None = None

    @property
    def amounts(self) -> tuple[Decimal | None, ...]:
        """The amounts of `COST_COLUMNS`, in their order."""
        return self[:11]

    @property
    def terms(self) -> tuple[CostTerm, ...]:
        """The formula's lines; none where there is no figure of our own."""
        return () if self.formula is None else self.formula.terms


COST_COLUMNS: tuple[str, ...] = Costs._fields[:11]
