"""`GET …/keys/`: usage by the gateways' keys."""

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


class KeyLine(BreakdownLine):
    api_key_alias = serializers.CharField(allow_null=True, help_text="As the gateway calls it.")
    gateway = serializers.CharField(allow_null=True)


class KeysAnswer(BreakdownAnswer):
    lines = KeyLine(many=True)


class KeysView(BreakdownView):
    query_serializer = BreakdownParameters

    @extend_schema(operation_id="list_keys", parameters=[BreakdownParameters], responses=KeysAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Usage by key and gateway."""
        return self.answer_breakdown(["api_key_alias", "gateway"], self.parse_query(), KeysAnswer)
