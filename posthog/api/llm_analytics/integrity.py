"""`GET …/integrity/`: doubts about the figures, by rule, provider, model and day."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import CompletenessAnswer, Fields, SpanAnswer, tell_completeness
from posthog.api.llm_analytics.query_parameters import FilteredParameters, to_span_json
from posthog.api.rest.fields import RatioField
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.integrity import read_integrity, read_reporting
from posthog.llm_analytics.queries.usual_reporting import Basis, find_usual
from posthog.llm_usage.flag_texts import FLAG_TEXTS
from posthog.llm_usage.token_usage import COUNT_COLUMNS

BASES: list[str] = list(get_args(Basis))


class FlagLineAnswer(serializers.Serializer[Any]):
    flag = serializers.CharField()
    provider = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    day = serializers.DateField(help_text="Of the zone.")
    calls = serializers.IntegerField(help_text="Calls of any kind that raised it.")


class DoubtfulModelAnswer(serializers.Serializer[Any]):
    provider = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    calls = serializers.IntegerField()
    unexplained_tokens = serializers.IntegerField(allow_null=True)
    unpriced_calls = serializers.IntegerField()
    unpriced_tokens = serializers.IntegerField(allow_null=True)
    unmeasured_calls = serializers.IntegerField()


class ReportedAnswer(serializers.Serializer[Any]):
    """How many calls reported each count."""

    def get_fields(self) -> Fields:
        return {name: serializers.IntegerField() for name in COUNT_COLUMNS}


class UsualSharesAnswer(serializers.Serializer[Any]):
    """Share of calls that report each count, 0 to 1; null: not known."""

    def get_fields(self) -> Fields:
        return {name: RatioField(allow_null=True) for name in COUNT_COLUMNS}


class UsualReportingAnswer(serializers.Serializer[Any]):
    """What the range's own shares are held against."""

    basis = serializers.ChoiceField(
        choices=BASES,
        allow_null=True,
        help_text="learned: of two weeks, by the checks, over the organization; previous: of the range before, of this "
        "team; null: there is nothing to compare with.",
    )
    calls = serializers.IntegerField(help_text="That it rests on.")
    shares = UsualSharesAnswer()


class ReportingAnswer(serializers.Serializer[Any]):
    provider = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    calls = serializers.IntegerField()
    reported = ReportedAnswer()
    usual = UsualReportingAnswer()


class IntegrityAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    flags = FlagLineAnswer(many=True)
    models = DoubtfulModelAnswer(many=True)
    reporting = ReportingAnswer(many=True)
    flag_texts = serializers.DictField(child=serializers.CharField(), help_text="Every flag in words.")
    completeness = CompletenessAnswer()


class IntegrityView(TeamView):
    query_serializer = FilteredParameters

    @extend_schema(operation_id="get_integrity", parameters=[FilteredParameters], responses=IntegrityAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Flags by rule, provider, model and day; what has no price or explanation; what each model reports."""
        query = self.parse_query()
        span = query["span"]
        integrity = read_integrity(self.scope, span, query["filters"], now=self.now)
        usual = find_usual(
            self.team,
            query["filters"],
            integrity.reporting,
            read_previous=lambda: read_reporting(self.scope, span.previous(), query["filters"], now=self.now),
        )
        answer = {
            "range": to_span_json(span),
            "flags": [{**line, "day": line["day_start"].astimezone(span.zone).date()} for line in integrity.flags],
            "models": integrity.models,
            "reporting": [{**line, "usual": each} for line, each in zip(integrity.reporting, usual, strict=True)],
            "flag_texts": FLAG_TEXTS,
            "completeness": tell_completeness(list_reasons(self.team, span, now=self.now)),
        }
        return Response(IntegrityAnswer(answer).data)
