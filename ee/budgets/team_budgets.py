"""The budgets of a team, ready for `usage.read_uses`."""

from django.db.models import QuerySet

from ee.models import Budget
from posthog.models import Team


def list_budgets(team: Team | None = None) -> QuerySet[Budget]:
    """In the order in which they were made, by team; None: every team's."""
    budgets = Budget.objects.select_related("team__organization", "destination").order_by("team", "created_at", "id")
    return budgets if team is None else budgets.filter(team=team)
