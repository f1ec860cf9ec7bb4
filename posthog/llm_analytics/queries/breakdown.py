"""Usage by one property, or several together: a table whose lines sum to its total."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from posthog.llm_analytics.queries.figures import FIGURES, Figures, list_sums, tell_figures
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.groups import Group
from posthog.llm_analytics.queries.ranking import read_groups
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.queries.usage import UsageQuestion
from posthog.llm_analytics.time_ranges import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownQuestion:
    """
    Attributes:
        dimensions: What a line is of.
        order_by: The figure by which lines are sorted, the largest first.
        limit: Most lines beside the one of all others.
        figures: What matters; the others are told as unknown. A few are read several times as fast as all.
    """

    span: TimeRange
    filters: EventFilters
    dimensions: Sequence[str]
    order_by: str
    limit: int
    figures: Collection[str] = FIGURES

    @property
    def sums(self) -> tuple[str, ...]:
        """The sums that its figures and its order follow from."""
        return list_sums({*self.figures, self.order_by})


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Lines, all others last where there are any, and the total of all of them."""

    groups: tuple[Group, ...]
    total: Figures


def read_breakdown(scope: TeamScope, question: BreakdownQuestion, *, now: datetime) -> Breakdown:
    """Sum and sort."""
    asked = UsageQuestion(
        span=question.span, filters=question.filters, dimensions=question.dimensions, figures=question.sums
    )
    groups = read_groups(scope, asked, order_by=question.order_by, limit=question.limit, now=now)
    return Breakdown(tuple(groups), tell_figures(cell for group in groups for cell in group.cells))
