"""`GET …/models/`: usage by model and provider."""

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


class ModelLine(BreakdownLine):
    model = serializers.CharField(allow_null=True)
    provider = serializers.CharField(allow_null=True)


class ModelsAnswer(BreakdownAnswer):
    lines = ModelLine(many=True)


class ModelsView(BreakdownView):
    query_serializer = BreakdownParameters

    @extend_schema(operation_id="list_models", parameters=[BreakdownParameters], responses=ModelsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Usage by model and provider."""
        return self.answer_breakdown(["model", "provider"], self.parse_query(), ModelsAnswer)
