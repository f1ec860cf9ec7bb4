"""Usage over time: one series, or one for each of the largest groups and one for all others together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from posthog.llm_analytics.queries.figures import FIGURES, Figures, list_sums, tell_figures
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.groups import Group
from posthog.llm_analytics.queries.ranking import list_kept, read_groups
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.queries.usage import ALWAYS_APART, UsageQuestion, read_usage
from posthog.llm_analytics.time_ranges import Bucket, TimeRange
from posthog.llm_analytics.usage_cells import KEPT, UsageCell


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuestion:
    """
    Attributes:
        buckets: In order, without gaps.
        dimension: What series are of; '' for one series of everything.
        limit: Most series beside the one of all others.
        order_by: The figure by which groups are large.
        figures: What points tell; in them the others are unknown.
    """

    span: TimeRange
    filters: EventFilters
    buckets: Sequence[Bucket]
    dimension: str
    limit: int
    order_by: str
    figures: Collection[str] = FIGURES


@dataclass(frozen=True, slots=True)
class Series:
    """One group's figures: of each bucket, in order, and of the whole range."""

    group: Group
    points: tuple[Figures, ...]


def read_time_series(scope: TeamScope, question: SeriesQuestion, *, now: datetime) -> list[Series]:
    """
    The largest group first, all others last; the points of all series sum to the range's total.

    Every figure is summed of the whole range alone, those of points of each bucket. The second question is asked with
    the clock of the first; an event that comes in between is in its points and not yet in the total.
    """
    dimensions = [question.dimension] if question.dimension else []
    asked = UsageQuestion(span=question.span, filters=question.filters, dimensions=dimensions)
    groups = read_groups(scope, asked, order_by=question.order_by, limit=question.limit, now=now)
    sums = list_sums(question.figures)
    names = list_kept(groups, question.dimension) if dimensions else [""]
    if not names:
        return []
    kept = names if dimensions and question.dimension not in ALWAYS_APART else None
    by_point = read_usage(scope, replace(asked, buckets=question.buckets, figures=sums, kept=kept), now=now)
    by_group = _group_points(by_point, question.dimension, names)
    return [
        Series(group, _tell_points(by_group.get(_name_group(group), {}), question.buckets, sums)) for group in groups
    ]


def _group_points(
    cells: Iterable[UsageCell], dimension: str, names: Collection[str]
) -> dict[str | None, dict[datetime, list[UsageCell]]]:
    """Cells by group, of `names` or None, all others, and the begin of their bucket."""
    grouped: dict[str | None, dict[datetime, list[UsageCell]]] = {}
    for cell in cells:
        assert cell.bucket is not None  # buckets were asked for
        value = cell.labels.get(dimension, "")
        name = value if value in names and cell.labels.get(KEPT) != "0" else None
        grouped.setdefault(name, {}).setdefault(cell.bucket, []).append(cell)
    return grouped


def _name_group(group: Group) -> str | None:
    """The value that a series is of, '' where nobody named one or everything is one series; None: all others."""
    return None if group.is_others else next(iter(group.labels.values()), None) or ""


def _tell_points(
    by_start: Mapping[datetime, list[UsageCell]], buckets: Sequence[Bucket], sums: Sequence[str]
) -> tuple[Figures, ...]:
    starts = (bucket.start.replace(microsecond=0) for bucket in buckets)
    return tuple(tell_figures(by_start.get(start, []), sums=sums) for start in starts)
