"""`GET …/top/`: the largest values of any property, and all others in one line, so that lines sum to the total."""

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
from posthog.llm_analytics.queries.usage import BREAKDOWNS


class TopParameters(BreakdownParameters):
    dimension = serializers.ChoiceField(choices=BREAKDOWNS, help_text="What lines are of.")
    limit = serializers.IntegerField(
        min_value=1, max_value=1000, default=10, help_text="Most lines; all others are one, the last."
    )


class TopLine(BreakdownLine):
    key = serializers.CharField(allow_null=True, help_text="The value of the dimension; null: nobody named one.")


class TopAnswer(BreakdownAnswer):
    dimension = serializers.ChoiceField(choices=BREAKDOWNS)
    lines = TopLine(many=True)


class TopView(BreakdownView):
    query_serializer = TopParameters

    @extend_schema(operation_id="get_top", parameters=[TopParameters], responses=TopAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """The largest values of a property."""
        query = self.parse_query()
        dimension = query["dimension"]
        return self.answer_breakdown([dimension], query, TopAnswer, dimension=dimension)

    def tell_line(self, group: Group, dimensions: Sequence[str]) -> dict[str, Any]:
        (dimension,) = dimensions
        return {**super().tell_line(group, ()), "key": group.labels.get(dimension)}
