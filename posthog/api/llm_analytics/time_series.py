"""`GET …/time_series/`: chosen figures by hour, day, week or month of a zone, for everything or by one property."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import (
    CompletenessAnswer,
    FiguresAnswer,
    SomeFiguresAnswer,
    SpanAnswer,
    tell_completeness,
)
from posthog.api.llm_analytics.query_parameters import FilteredParameters, build_figure_list, to_span_json
from posthog.api.rest.fields import ZonedMomentField
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.figures import SORTABLE_FIGURES, choose_figures, tell_figures
from posthog.llm_analytics.queries.time_series import Series, SeriesQuestion, read_time_series
from posthog.llm_analytics.queries.usage import BREAKDOWNS
from posthog.llm_analytics.time_ranges import Bucket, list_buckets

INTERVALS = ("hour", "day", "week", "month")
MOST_BUCKETS = 2_300
"""A quarter of a year by the hour."""
DEFAULT_FIGURES = ("calls", "total_tokens", "total_cost_usd")


class TimeSeriesParameters(FilteredParameters):
    bucket = serializers.ChoiceField(choices=INTERVALS, help_text="The length of a point, on the zone's clock.")
    dimension = serializers.ChoiceField(choices=BREAKDOWNS, required=False, help_text="One series for each value.")
    figure = build_figure_list("What points tell; repeat for several. Default: calls, total_tokens, total_cost_usd.")
    order_by = serializers.ChoiceField(
        choices=SORTABLE_FIGURES, default="total_tokens", help_text="The figure by which the largest series are chosen."
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=50, default=10, help_text="Most series; the others are one, the last."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        rest = super().validate(attrs)
        buckets = list_buckets(rest["span"], rest["bucket"])
        if len(buckets) > MOST_BUCKETS:
            fault = f"expected at most {MOST_BUCKETS:,} points in the range, {rest['bucket']} makes {len(buckets):,}"
            raise serializers.ValidationError({"bucket": fault})
        return rest | {"buckets": buckets}


class PointAnswer(serializers.Serializer[Any]):
    start = ZonedMomentField()
    end = ZonedMomentField()
    is_over = serializers.BooleanField(help_text="false: calls of it may still be made.")
    figures = SomeFiguresAnswer()


class SeriesAnswer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_null=True, help_text="The value of the dimension; null: nobody named one.")
    is_others = serializers.BooleanField(help_text="true: all values beyond `limit` together.")
    members = serializers.IntegerField(help_text="How many values it stands for.")
    total = FiguresAnswer()
    points = PointAnswer(many=True)


class TimeSeriesAnswer(serializers.Serializer[Any]):
    range = SpanAnswer()
    bucket = serializers.ChoiceField(choices=INTERVALS)
    dimension = serializers.ChoiceField(choices=BREAKDOWNS, allow_null=True)
    series = SeriesAnswer(many=True)
    completeness = CompletenessAnswer()


class TimeSeriesView(TeamView):
    query_serializer = TimeSeriesParameters

    @extend_schema(operation_id="get_time_series", parameters=[TimeSeriesParameters], responses=TimeSeriesAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Figures over time. The points of all series sum to the range's total; buckets are cut to the range."""
        query = self.parse_query()
        span = query["span"]
        names = query.get("figure") or DEFAULT_FIGURES
        question = SeriesQuestion(
            span=span,
            filters=query["filters"],
            buckets=query["buckets"],
            dimension=query.get("dimension", ""),
            limit=query["limit"],
            order_by=query["order_by"],
            figures=names,
        )
        series = read_time_series(self.scope, question, now=self.now)
        total = tell_figures(cell for each in series for cell in each.group.cells)
        answer = {
            "range": to_span_json(span),
            "bucket": query["bucket"],
            "dimension": question.dimension or None,
            "series": [self._tell_series(each, question, names) for each in series],
            "completeness": tell_completeness(list_reasons(self.team, span, now=self.now, figures=total)),
        }
        return Response(TimeSeriesAnswer(answer).data)

    def _tell_series(self, series: Series, question: SeriesQuestion, names: Any) -> dict[str, Any]:
        return {
            "key": series.group.labels.get(question.dimension),
            "is_others": series.group.is_others,
            "members": series.group.members,
            "total": series.group.figures,
            "points": [
                self._tell_point(bucket, figures, question, names)
                for bucket, figures in zip(question.buckets, series.points, strict=True)
            ],
        }

    def _tell_point(
        self, bucket: Bucket, figures: dict[str, Any], question: SeriesQuestion, names: Any
    ) -> dict[str, Any]:
        zone = question.span.zone
        return {
            "start": bucket.start.astimezone(zone),
            "end": bucket.end.astimezone(zone),
            "is_over": bucket.end <= self.now,
            "figures": choose_figures(figures, names),
        }
