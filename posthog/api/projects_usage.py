"""`GET /api/projects/usage/`: what each of the visitor's teams used."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import tell_completeness
from posthog.api.llm_analytics.breakdown_view import BreakdownAnswer, BreakdownLine, BreakdownParameters
from posthog.api.llm_analytics.query_parameters import to_span_json
from posthog.api.rest.signed_in_view import SignedInView
from posthog.llm_analytics.queries.answer_completeness import list_reasons_of_teams
from posthog.llm_analytics.queries.breakdown import BreakdownQuestion
from posthog.llm_analytics.queries.by_team import BY_TEAM, TEAM, read_by_team
from posthog.llm_analytics.queries.figures import FIGURES, choose_figures
from posthog.llm_analytics.queries.groups import Group
from posthog.llm_analytics.queries.team_scope import TeamsScope
from posthog.models import Team


class ProjectsUsageParameters(BreakdownParameters):
    """The zone is asked for: teams may have different ones of their own."""

    timezone = serializers.CharField(max_length=64, help_text="IANA name of a zone with whole or half-hour offsets.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: field for name, field in super().get_fields().items() if name != "flag"}


class TeamLine(BreakdownLine):
    team_id = serializers.IntegerField(allow_null=True, help_text="null: all other teams together.")
    team = serializers.CharField(allow_null=True, help_text="Its name.")
    organization = serializers.UUIDField(allow_null=True)


class ProjectsUsageAnswer(BreakdownAnswer):
    lines = TeamLine(many=True)


class ProjectsUsageView(SignedInView):
    query_serializer = ProjectsUsageParameters

    @extend_schema(
        operation_id="list_projects_usage", parameters=[ProjectsUsageParameters], responses=ProjectsUsageAnswer
    )
    def get(self, request: Request) -> Response:
        """Usage by team, over every team of the visitor's organizations; one without calls has no line."""
        parameters = self.query_serializer(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        query, now = parameters.validated_data, timezone.now()
        organization_ids = self.list_memberships().values("organization_id")
        teams = list(Team.objects.filter(organization__in=organization_ids).order_by("id"))
        names = query.pop("figure", None) or FIGURES
        question = BreakdownQuestion(dimensions=BY_TEAM, figures=names, **query)
        breakdown = read_by_team(TeamsScope(tuple(team.id for team in teams)), question, now=now)
        reasons = list_reasons_of_teams(teams, query["span"], now=now, figures=breakdown.total)
        by_id = {str(team.id): team for team in teams}
        answer = {
            "range": to_span_json(query["span"]),
            "lines": [
                tell_line(group, by_id) | {"figures": choose_figures(group.figures, names)}
                for group in breakdown.groups
            ],
            "total": choose_figures(breakdown.total, names),
            "completeness": tell_completeness(reasons),
        }
        return Response(ProjectsUsageAnswer(answer).data, headers={"Cache-Control": "private, no-store"})


def tell_line(group: Group, teams: dict[str, Team]) -> dict[str, Any]:
    """
    Args:
        teams: By the group's label.
    """
    team = None if group.is_others else teams[group.labels[TEAM] or ""]
    return {
        "team_id": team and team.id,
        "team": team and team.name,
        "organization": team and team.organization_id,
        "is_others": group.is_others,
        "members": group.members,
    }
