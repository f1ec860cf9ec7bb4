"""`GET …/overview/`: what was used in a range, beside the range of the same length before it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import (
    ChangesAnswer,
    CompletenessAnswer,
    FiguresAnswer,
    SpanAnswer,
    tell_completeness,
)
from posthog.api.llm_analytics.query_parameters import FilteredParameters, to_span_json
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.overview import read_overview


class OverviewAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    previous_range = SpanAnswer()
    current = FiguresAnswer()
    previous = FiguresAnswer()
    changes = ChangesAnswer()
    completeness = CompletenessAnswer()
    previous_completeness = CompletenessAnswer()


class OverviewView(TeamView):
    query_serializer = FilteredParameters

    @extend_schema(
        operation_id="get_overview",
        parameters=[FilteredParameters],
        responses=OverviewAnswer,
        description="Sums of a range and of the range of the same length before it.",
    )
    def get(self, request: Request, team_id: int) -> Response:
        query = self.parse_query()
        span = query["span"]
        overview = read_overview(self.scope, span, query["filters"], now=self.now)
        before = span.previous()
        reasons = list_reasons(self.team, span, now=self.now, figures=overview.current)
        reasons_before = list_reasons(self.team, before, now=self.now, figures=overview.previous)
        answer = {
            "range": to_span_json(span),
            "previous_range": to_span_json(before),
            "current": overview.current,
            "previous": overview.previous,
            "changes": overview.changes,
            "completeness": tell_completeness(reasons),
            "previous_completeness": tell_completeness(reasons_before),
        }
        return Response(OverviewAnswer(answer).data)
