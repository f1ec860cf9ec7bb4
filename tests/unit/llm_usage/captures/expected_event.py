"""One event of a capture, as its row must read."""

from dataclasses import dataclass
from decimal import Decimal

from tests.e2e.gateway_expectations import NOTHING_REPORTED, Counts, reported, usd

__all__ = ["NOTHING_REPORTED", "ExpectedEvent", "reported", "usd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEvent:
    """
    Attributes:
        tokens: Every column of COUNT_COLUMNS.
        total_cost_usd: The gateway's figure where it has one, else the price list's; None: NULL, unknown.
        flags: Integrity flags that must be raised.
        tolerated_flags: May be raised too: the payload can neither prove nor disprove them.
        saved_cost_usd: What the gateway's own cache saved; only checked on its hits.
        gateway_team: The team whose key was used, in the gateway's own words.
    """

    provider: str | None
    model: str | None
    tokens: Counts
    total_cost_usd: Decimal | None
    event: str = "$ai_generation"
    call_kind: str = "inference"
    is_stream: bool = False
    is_error: bool = False
    flags: tuple[str, ...] = ()
    tolerated_flags: tuple[str, ...] = ()
    saved_cost_usd: Decimal | None = None
    gateway_team: str | None = "tid-alpha"
