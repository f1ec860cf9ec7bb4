"""Usage over time: one series, or one for each of the largest groups and one for all others together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from posthog.llm_analytics.queries.figures import Figures, tell_figures
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.groups import Group, choose_groups
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.queries.usage import UsageQuestion, read_usage
from posthog.llm_analytics.time_ranges import Bucket, TimeRange
from posthog.llm_analytics.usage_cells import UsageCell


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuestion:
    """
    Attributes:
        buckets: In order, without gaps.
        dimension: What series are of; '' for one series of everything.
        limit: Most series beside the one of all others.
        order_by: The figure by which groups are large.
    """

    span: TimeRange
    filters: EventFilters
    buckets: Sequence[Bucket]
    dimension: str
    limit: int
    order_by: str


@dataclass(frozen=True, slots=True)
class Series:
    """One group's figures: of each bucket, in order, and of the whole range."""

    group: Group
    points: tuple[Figures, ...]


def read_time_series(scope: TeamScope, question: SeriesQuestion, *, now: datetime) -> list[Series]:
    """The largest group first, all others last; the points of all series sum to the range's total."""
    dimensions = [question.dimension] if question.dimension else []
    asked = UsageQuestion(span=question.span, filters=question.filters, dimensions=dimensions, buckets=question.buckets)
    cells = read_usage(scope, asked, now=now)
    groups = choose_groups(cells, dimensions, order_by=question.order_by, limit=question.limit)
    return [Series(group, _tell_points(group.cells, question.buckets)) for group in groups]


def _tell_points(cells: Sequence[UsageCell], buckets: Sequence[Bucket]) -> tuple[Figures, ...]:
    by_start: dict[datetime, list[UsageCell]] = {}
    for cell in cells:
        if cell.bucket is not None:
            by_start.setdefault(cell.bucket, []).append(cell)
    return tuple(tell_figures(by_start.get(bucket.start.replace(microsecond=0), [])) for bucket in buckets)
