"""`GET …/completeness/`: what each gateway's durable shippers numbered, and what of it came, hour by hour."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import CompletenessAnswer, SpanAnswer, tell_completeness
from posthog.api.llm_analytics.query_parameters import RangeParameters, to_span_json
from posthog.api.rest.fields import RatioField
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.completeness import GatewayCompleteness, measure_completeness
from posthog.llm_analytics.queries.answer_completeness import list_gateways, list_reasons

BACKFILLED_HELP = "Numbers that never came, whose calls were back-filled from the gateway's own books."


class HourAnswer(serializers.Serializer[Any]):
    hour = serializers.DateTimeField(help_text="Begin, UTC.")
    received = serializers.IntegerField()
    backfilled = serializers.IntegerField(help_text=BACKFILLED_HELP)
    missing = serializers.IntegerField()


class HoleAnswer(serializers.Serializer[Any]):
    shipper_id = serializers.CharField()
    hour = serializers.DateTimeField(help_text="In which the next number that did come was accepted.")
    since = serializers.DateTimeField(help_text="In which the number before was.")
    first_sequence = serializers.IntegerField()
    last_sequence = serializers.IntegerField()
    events = serializers.IntegerField(help_text="Numbers of the hole.")
    backfilled = serializers.IntegerField(help_text=BACKFILLED_HELP)


class GatewayCompletenessAnswer(serializers.Serializer[Any]):
    gateway = serializers.CharField()
    gateway_id = serializers.UUIDField()
    completeness = RatioField(
        allow_null=True, help_text="What is not missing over what was numbered, 0 to 1; null: nothing is known."
    )
    received = serializers.IntegerField()
    backfilled = serializers.IntegerField(help_text=BACKFILLED_HELP)
    missing = serializers.IntegerField()
    is_final = serializers.BooleanField(help_text="false: bodies wait in the inbox; a hole may still close.")
    hours = HourAnswer(many=True)
    holes = HoleAnswer(many=True)


class CompletenessReportAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    gateways = GatewayCompletenessAnswer(many=True)
    completeness = CompletenessAnswer()


class CompletenessView(TeamView):
    query_serializer = RangeParameters

    @extend_schema(operation_id="get_completeness", parameters=[RangeParameters], responses=CompletenessReportAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """
        Per gateway and hour (UTC). A gateway may serve other teams, too: its numbers are of all its events.
        """
        span = self.parse_query()["span"]
        measured = [
            (gateway.id, measure_completeness(gateway, start=span.start, end=span.end))
            for gateway in list_gateways(self.team)
        ]
        answer = {
            "range": to_span_json(span),
            "gateways": [{"gateway_id": pk} | tell_gateway(report) for pk, report in measured],
            "completeness": tell_completeness(list_reasons(self.team, span, now=self.now)),
        }
        return Response(CompletenessReportAnswer(answer).data)


def tell_gateway(report: GatewayCompleteness) -> dict[str, Any]:
    return {
        "gateway": report.gateway,
        "completeness": report.completeness,
        "received": report.received,
        "backfilled": report.backfilled,
        "missing": report.missing,
        "is_final": report.is_final,
        "hours": [asdict(hour) for hour in report.hours],
        "holes": [hole._asdict() | {"events": hole.events} for hole in report.holes],
    }
