"""The base of every table of usage by one or more properties: `top`, `users`, `keys`, `models`."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import (
    CompletenessAnswer,
    SomeFiguresAnswer,
    SpanAnswer,
    tell_completeness,
)
from posthog.api.llm_analytics.query_parameters import FilteredParameters, build_figure_list, to_span_json
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_reasons
from posthog.llm_analytics.queries.breakdown import BreakdownQuestion, read_breakdown
from posthog.llm_analytics.queries.figures import FIGURES, SORTABLE_FIGURES, choose_figures
from posthog.llm_analytics.queries.groups import Group


class BreakdownParameters(FilteredParameters):
    order_by = serializers.ChoiceField(
        choices=SORTABLE_FIGURES, default="total_cost_usd", help_text="Lines are sorted by it, the largest first."
    )
    figure = build_figure_list("What lines and the total tell; repeat for several. Default: every figure.")
    limit = serializers.IntegerField(
        min_value=1, max_value=1000, default=100, help_text="Most lines; all others are one, the last."
    )


class BreakdownLine(serializers.Serializer[Any]):
    """What every line has beside its keys."""

    is_others = serializers.BooleanField(help_text="true: all lines beyond `limit` together; its keys are null.")
    members = serializers.IntegerField(help_text="How many lines it stands for.")
    figures = SomeFiguresAnswer()


class BreakdownAnswer(serializers.Serializer[Any]):
    """What every table has beside its lines."""

    range = SpanAnswer()
    total = SomeFiguresAnswer()
    completeness = CompletenessAnswer()


class BreakdownView(TeamView):
    def answer_breakdown(
        self, dimensions: Sequence[str], query: dict[str, Any], answer_class: type[BreakdownAnswer], **more: Any
    ) -> Response:
        """Sum by the dimensions; each line has their values by name, in `lines`, and the figures asked for."""
        span = query["span"]
        question = BreakdownQuestion(
            span=span,
            filters=query["filters"],
            dimensions=dimensions,
            order_by=query["order_by"],
            limit=query["limit"],
            figures=query.get("figure") or FIGURES,
        )
        breakdown = read_breakdown(self.scope, question, now=self.now)
        reasons = list_reasons(self.team, span, now=self.now, figures=breakdown.total)
        answer = {
            "range": to_span_json(span),
            **more,
            "lines": [
                self.tell_line(group, dimensions) | {"figures": choose_figures(group.figures, question.figures)}
                for group in breakdown.groups
            ],
            "total": choose_figures(breakdown.total, question.figures),
            "completeness": tell_completeness(reasons),
        }
        return Response(answer_class(answer).data)

    def tell_line(self, group: Group, dimensions: Sequence[str]) -> dict[str, Any]:
        return {
            **{name: group.labels.get(name) for name in dimensions},
            "is_others": group.is_others,
            "members": group.members,
        }
