"""`GET …/users/`: usage by who it was for: end users as senders name them, or persons as PostHog does."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.breakdown_view import (
    BreakdownAnswer,
    BreakdownLine,
    BreakdownParameters,
    BreakdownView,
)
from posthog.llm_analytics.queries.groups import Group

KINDS = ("end_user", "distinct_id")


class UsersParameters(BreakdownParameters):
    kind = serializers.ChoiceField(choices=KINDS, default="end_user", help_text="Which name of theirs to go by.")


class UserLine(BreakdownLine):
    user = serializers.CharField(allow_null=True, help_text="The name; null: nobody named one.")


class UsersAnswer(BreakdownAnswer):
    kind = serializers.ChoiceField(choices=KINDS)
    lines = UserLine(many=True)


class UsersView(BreakdownView):
    query_serializer = UsersParameters

    @extend_schema(operation_id="list_users", parameters=[UsersParameters], responses=UsersAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Usage by user."""
        query = self.parse_query()
        return self.answer_breakdown([query["kind"]], query, UsersAnswer, kind=query["kind"])

    def tell_line(self, group: Group, dimensions: Sequence[str]) -> dict[str, Any]:
        (kind,) = dimensions
        return {**super().tell_line(group, ()), "user": group.labels.get(kind)}
