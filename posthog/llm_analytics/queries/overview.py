"""What was used in a range, beside the range of the same length before it."""

from dataclasses import dataclass
from datetime import datetime

from posthog.llm_analytics.queries.figures import FIGURES, Figures, tell_figures
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.queries.usage import UsageQuestion, read_usage
from posthog.llm_analytics.time_ranges import Bucket, TimeRange
from posthog.llm_analytics.usage_cells import UsageCell
from posthog.models.ai_usage_hourly.grain import SLOT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """
    Attributes:
        changes: Figure → (current − previous) / previous; None where either is unknown or the previous is 0.
    """

    current: Figures
    previous: Figures
    changes: dict[str, float | None]


def read_overview(scope: TeamScope, span: TimeRange, filters: EventFilters, *, now: datetime) -> Overview:
    """Sum both ranges."""
    previous, current = map(tell_figures, _read_both(scope, span, filters, now=now))
    changes = {name: _compare(current[name], previous[name]) for name in FIGURES}
    return Overview(current=current, previous=previous, changes=changes)


def _read_both(
    scope: TeamScope, span: TimeRange, filters: EventFilters, *, now: datetime
) -> tuple[list[UsageCell], list[UsageCell]]:
    """Cells of the range before and of the range: in one question where they meet on a half hour, as cells do."""
    before = span.previous()
    if span.start.timestamp() % SLOT_S:
        previous, current = (UsageQuestion(span=each, filters=filters) for each in (before, span))
        return read_usage(scope, previous, now=now), read_usage(scope, current, now=now)
    both = TimeRange(before.start, span.end, span.zone)
    buckets = [Bucket(before.start, before.end), Bucket(span.start, span.end)]
    cells = read_usage(scope, UsageQuestion(span=both, filters=filters, buckets=buckets), now=now)
    return [cell for cell in cells if cell.bucket != span.start], [cell for cell in cells if cell.bucket == span.start]


def _compare(current: float | None, previous: float | None) -> float | None:
    return float(current - previous) / abs(float(previous)) if current is not None and previous else None
