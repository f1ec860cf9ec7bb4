"""`GET …/errors/`: calls that failed, by what they said and by HTTP status."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import CompletenessAnswer, SpanAnswer, tell_completeness
from posthog.api.llm_analytics.query_parameters import FilteredParameters, to_span_json
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.errors import read_failed_calls


class ErrorsParameters(FilteredParameters):
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50, help_text="Most groups.")


class ErrorGroupAnswer(serializers.Serializer[Any]):
    error_type = serializers.CharField(allow_null=True)
    error_normalized = serializers.CharField(allow_null=True)
    http_status = serializers.CharField(allow_null=True, help_text="As the sender wrote it.")
    calls = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    models = serializers.ListField(child=serializers.CharField())
    providers = serializers.ListField(child=serializers.CharField())
    example_uuid = serializers.UUIDField(help_text="The latest of them.")


class HttpStatusAnswer(serializers.Serializer[Any]):
    http_status = serializers.CharField(allow_null=True)
    calls = serializers.IntegerField()


class ErrorsAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    failed_calls = serializers.IntegerField()
    groups = ErrorGroupAnswer(many=True)
    other_calls = serializers.IntegerField(help_text="Failed calls of groups beyond `limit`.")
    statuses = HttpStatusAnswer(many=True)
    completeness = CompletenessAnswer()


class ErrorsView(TeamView):
    query_serializer = ErrorsParameters

    @extend_schema(operation_id="list_errors", parameters=[ErrorsParameters], responses=ErrorsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Failed calls, the most frequent kind first."""
        query = self.parse_query()
        failed = read_failed_calls(self.scope, query["span"], query["filters"], limit=query["limit"], now=self.now)
        calls = sum(status["calls"] for status in failed.statuses)
        answer = {
            "range": to_span_json(query["span"]),
            "failed_calls": calls,
            "groups": [{name: _or_none(value) for name, value in group.items()} for group in failed.groups],
            "other_calls": calls - sum(group["calls"] for group in failed.groups),
            "statuses": [{**status, "http_status": status["http_status"] or None} for status in failed.statuses],
            "completeness": tell_completeness(list_reasons(self.team, query["span"], now=self.now)),
        }
        return Response(ErrorsAnswer(answer).data)


def _or_none(value: Any) -> Any:
    return None if value == "" else value
