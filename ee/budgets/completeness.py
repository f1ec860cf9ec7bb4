"""What keeps figures of budgets from being the whole truth yet."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ee.budgets.decision import BudgetUse
from posthog.llm_analytics.queries.answer_completeness import Reason, list_reasons
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.models import Team


def list_missing(team: Team, uses: Sequence[BudgetUse], *, now: datetime) -> list[Reason]:
    """What waits, never came or was rejected since the first of the periods began; empty: nothing that is known of."""
    start = min((use.period.start for use in uses), default=now)
    return list_reasons(team, TimeRange(start, now, ZoneInfo(team.organization.report_timezone)), now=now)


def list_lower_bounds(uses: Sequence[BudgetUse]) -> list[Reason]:
    """That calls of some budgets have no known price or usage."""
    count = sum(use.is_lower_bound for use in uses)
    detail = "What was used of these budgets is a lower bound: calls have no known price or usage; each says how many"
    return [Reason(code="budgets_lower_bounds", detail=detail, count=count)] if count else []
