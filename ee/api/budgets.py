"""
`…/budgets/`: what a team, or a key of it, may use in a day or a month, and what it has used.

Members read; owners and administrators make, change and remove. Each act leaves an audit entry.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ee.api.budget_answers import BudgetAnswer, BudgetBody, BudgetChangeBody, BudgetsAnswer, tell_budget
from ee.budgets.administration import (
    BudgetKey,
    BudgetRefused,
    BudgetTerms,
    InvalidBudget,
    change_budget,
    create_budget,
    delete_budget,
    read_terms,
)
from ee.budgets.completeness import list_lower_bounds, list_missing
from ee.budgets.decision import BudgetUse
from ee.budgets.team_budgets import list_budgets
from ee.budgets.usage import read_uses
from ee.models import Budget, BudgetAlert, DeliveryDestination
from posthog.api.llm_analytics.answers import tell_completeness
from posthog.api.rest.conflict import Conflict
from posthog.api.rest.strict_serializer import NoParameters
from posthog.api.rest.team_view import TeamView, parse

MOST_ALERTS = 100


class BudgetsView(TeamView):
    @extend_schema(operation_id="list_budgets", responses=BudgetsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Every budget of the team, in the order in which they were made, with what was used."""
        self.parse_query()
        budgets = list(list_budgets(self.team))
        uses = _read_uses(self, budgets)
        alerts = _list_current_alerts(uses)
        reasons = [*list_missing(self.team, uses, now=self.now), *list_lower_bounds(uses)]
        answer = {
            "budgets": [tell_budget(budget, use, alerts[budget.id]) for budget, use in zip(budgets, uses, strict=True)],
            "as_of": self.now,
            "completeness": tell_completeness(reasons),
        }
        return Response(BudgetsAnswer(answer).data)

    @extend_schema(operation_id="create_budget", request=BudgetBody, responses={201: BudgetAnswer})
    def post(self, request: Request, team_id: int) -> Response:
        """Make a budget. There is one for each period and unit of the team, and of a key."""
        body = self.parse_body(BudgetBody)
        key = BudgetKey(period=body["period"], unit=body["unit"], api_key_alias=body.get("api_key_alias"))
        terms = _change(BudgetTerms(limit=body["limit"]), self, body)
        with _refusals(), transaction.atomic():
            budget = create_budget(self.team, key, terms, actor=self.actor)
            return _answer_budget(self, budget, status=201)


class BudgetView(TeamView):
    @extend_schema(operation_id="get_budget", responses=BudgetAnswer)
    def get(self, request: Request, team_id: int, budget_id: UUID) -> Response:
        """One budget with its last hundred alerts, of whatever period."""
        self.parse_query()
        return _answer_budget(self, find_budget(self, budget_id))

    @extend_schema(operation_id="change_budget", request=BudgetChangeBody, responses=BudgetAnswer)
    def patch(self, request: Request, team_id: int, budget_id: UUID) -> Response:
        """Change what is given; alerts that were raised in the period stay."""
        body = self.parse_body(BudgetChangeBody)
        budget = find_budget(self, budget_id)
        with _refusals(), transaction.atomic():
            change_budget(budget, _change(read_terms(budget), self, body), actor=self.actor)
            return _answer_budget(self, budget)

    @extend_schema(operation_id="delete_budget", request=None, responses={204: None})
    def delete(self, request: Request, team_id: int, budget_id: UUID) -> Response:
        """Remove it, and its alerts."""
        parse(NoParameters, request.query_params, team=self.team)
        delete_budget(find_budget(self, budget_id), actor=self.actor)
        return Response(status=204)


def find_budget(view: TeamView, budget_id: UUID) -> Budget:
    """
    Raises:
        NotFound: The team has none of this id.
    """
    budget = list_budgets(view.team).filter(id=budget_id).first()
    if budget is None:
        raise NotFound("budget_id: this team has no budget of this id", "budget_unknown")
    return budget


def _answer_budget(view: TeamView, budget: Budget, *, status: int = 200) -> Response:
    (use,) = _read_uses(view, [budget])
    alerts = list(_order_alerts(BudgetAlert.objects.filter(budget=budget))[:MOST_ALERTS])
    return Response(BudgetAnswer(tell_budget(budget, use, alerts)).data, status=status)


def _read_uses(view: TeamView, budgets: Sequence[Budget]) -> list[BudgetUse]:
    return read_uses(budgets, now=view.now, timeout_s=settings.LLM_ANALYTICS_QUERY_TIMEOUT_S)


def _list_current_alerts(uses: Sequence[BudgetUse]) -> dict[UUID, list[BudgetAlert]]:
    """Those of the periods that are under way, by budget."""
    first_days = {use.budget_id: use.period.first_day for use in uses}
    alerts: dict[UUID, list[BudgetAlert]] = {budget_id: [] for budget_id in first_days}
    found = BudgetAlert.objects.filter(budget__in=first_days, first_day__in=set(first_days.values()))
    for alert in _order_alerts(found):
        if alert.first_day == first_days[alert.budget_id]:
            alerts[alert.budget_id].append(alert)
    return alerts


def _order_alerts(alerts: QuerySet[BudgetAlert]) -> QuerySet[BudgetAlert]:
    return alerts.order_by("-raised_at", "-threshold")


def _change(terms: BudgetTerms, view: TeamView, body: dict[str, Any]) -> BudgetTerms:
    """The terms with what the body says; what it leaves out stays."""
    given: dict[str, Any] = {name: body[name] for name in ("limit", "is_enabled") if name in body}
    if "thresholds" in body:
        given["thresholds"] = tuple(body["thresholds"])
    if "destination_id" in body:
        given["destination"] = _find_destination(view, body["destination_id"])
    return replace(terms, **given)


def _find_destination(view: TeamView, destination_id: UUID | None) -> DeliveryDestination | None:
    if destination_id is None:
        return None
    destination = DeliveryDestination.objects.filter(organization=view.team.organization_id, id=destination_id).first()
    if destination is None:
        raise ValidationError({"destination_id": "expected a destination of the team's organization"})
    return destination


@contextmanager
def _refusals() -> Iterator[None]:
    """What the rules refuse, as the API tells it. A store that is away takes the act back: a 503 changed nothing."""
    try:
        yield
    except InvalidBudget as fault:
        raise ValidationError({fault.field: fault.rule}) from fault
    except BudgetRefused as refused:
        raise Conflict(str(refused), refused.code) from refused
