"""Usage by team: a table of a visitor's teams, whose lines sum to its total."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from posthog.llm_analytics.queries.breakdown import Breakdown, BreakdownQuestion
from posthog.llm_analytics.queries.figures import tell_figures
from posthog.llm_analytics.queries.groups import choose_groups
from posthog.llm_analytics.queries.team_scope import TeamsScope
from posthog.llm_analytics.queries.usage import UsageQuestion, ask_rollups

TEAM = "team"
"""The label of a group's team, its id as text, and the one dimension of the question."""
BY_TEAM: Sequence[str] = (TEAM,)


def read_by_team(scope: TeamsScope, question: BreakdownQuestion, *, now: datetime) -> Breakdown:
    """
    Sum each team's calls; a team without calls has no line.

    Args:
        question: Its dimensions are BY_TEAM; its filters have no flags, which no sum keeps apart.
    """
    asked = UsageQuestion(span=question.span, filters=question.filters, figures=question.sums)
    cells = scope.read_cells(ask_rollups(asked), now=now)
    named = [replace(cell, labels={**cell.labels, TEAM: str(cell.team_id)}) for cell in cells]
    groups = choose_groups(named, question.dimensions, order_by=question.order_by, limit=question.limit)
    return Breakdown(tuple(groups), tell_figures(named))
