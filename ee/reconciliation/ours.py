"""
Our side of a reconciliation: the calls that a provider worked on, by day of UTC and pooled model.

Counted are generations and embeddings of the kind `inference`, as in every report: what the gateway answered from its
own cache, or read again, is not in the provider's books. The provider is whoever served the call, in any of the
spellings that gateways and SDKs have for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from ee.reconciliation.kinds import KINDS, Figures
from ee.reconciliation.model_names import pool_model
from posthog.llm_analytics.usage_cells import CellQuery, read_cells
from posthog.llm_analytics.usage_sums import UsageSums, sum_usage
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.llm_usage.pricing.names import ALIASES

Place = tuple[date, str]
"""A day and a pooled model."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OurLine:
    """
    Attributes:
        rows: Calls; 0 where we have none.
        search_cost_usd: What of their cost is web searches; None: nobody told it apart.
        unpriced_rows: Those whose cost nobody knows.
        flags: Integrity flag → calls that raised it.
    """

    figures: Figures = field(default_factory=dict)
    rows: int = 0
    search_cost_usd: Decimal | None = None
    unpriced_rows: int = 0
    flags: dict[str, int] = field(default_factory=dict)


def read_ours(
    provider: str, start: date, end: date, *, team_ids: Sequence[int] | None, now: datetime
) -> dict[Place, OurLine]:
    """
    Sum our calls from `start` to before `end`.

    Args:
        provider: The catalogue's name of it.
        team_ids: None: of all teams.
        now: Aware UTC; decides only what is read from rows.
    Raises:
        ClickHouseError: The store could not be read.
    """
    midnights = [datetime.combine(start + number * ONE_DAY, time.min, UTC) for number in range((end - start).days + 1)]
    query = CellQuery(
        start=midnights[0],
        end=midnights[-1],
        team_ids=team_ids,
        by_team=False,
        dimensions=("model",),
        filters={
            "provider": list_spellings(provider),
            "event": sorted(COUNTED_EVENTS),
            "call_kind": ["inference"],
        },
        bucket_starts=midnights[:-1],
        figures=(*KINDS, "web_search_cost_usd", "unpriced_rows", "flags"),
    )
    pools: dict[Place, list[UsageSums]] = {}
    for cell in read_cells(query, now=now):
        if cell.bucket is not None:
            pools.setdefault((cell.bucket.date(), pool_model(provider, cell.labels["model"])), []).append(cell.sums)
    return {place: _build_line(sum_usage(parts)) for place, parts in pools.items()}


def list_spellings(provider: str) -> list[str]:
    """Every name under which calls of this provider may be stored."""
    return sorted({provider, *(alias for alias, name in ALIASES.items() if name == provider)})


def _build_line(sums: UsageSums) -> OurLine:
    return OurLine(
        figures={kind: getattr(sums, kind) for kind in KINDS},
        rows=sums.rows,
        search_cost_usd=sums.web_search_cost_usd,
        unpriced_rows=sums.unpriced_rows,
        flags=dict(sums.flags),
    )
