"""The parts that answers share: the range as understood, figures, completeness."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from posthog.api.rest.fields import AmountField, RatioField, ZonedMomentField
from posthog.llm_analytics.queries.answer_completeness import Reason
from posthog.llm_analytics.queries.figures import CALL_FIGURES, COST_FIGURES, FIGURES, SHARE_FIGURES, TOKEN_FIGURES

Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


class SpanAnswer(serializers.Serializer[Any]):
    """The range as it was understood."""

    start = ZonedMomentField()
    end = ZonedMomentField()
    timezone = serializers.CharField()


class ReasonAnswer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    gateway = serializers.CharField(allow_null=True)


class CompletenessAnswer(serializers.Serializer[Any]):
    """Whether the answer is the whole truth, and what keeps it from being."""

    complete = serializers.BooleanField()
    reasons = ReasonAnswer(many=True)


def build_figure_fields(**options: Any) -> Fields:
    """A field for each figure."""
    counts = {name: serializers.IntegerField(**options) for name in CALL_FIGURES}
    tokens = {name: serializers.IntegerField(allow_null=True, **options) for name in TOKEN_FIGURES}
    costs = {name: AmountField(allow_null=True, **options) for name in COST_FIGURES}
    shares = {name: RatioField(allow_null=True, **options) for name in SHARE_FIGURES}
    return {**counts, **tokens, **costs, **shares}


LOWER_BOUNDS_HELP = "Figures to which calls are missing, because nobody priced or measured them."


class FiguresAnswer(serializers.Serializer[Any]):
    """Sums over calls. null: nobody reported it."""

    lower_bounds = serializers.ListField(child=serializers.CharField(), help_text=LOWER_BOUNDS_HELP)

    def get_fields(self) -> Fields:
        return build_figure_fields() | super().get_fields()


class SomeFiguresAnswer(serializers.Serializer[Any]):
    """Those figures that were asked for. null: nobody reported it."""

    lower_bounds = serializers.ListField(child=serializers.CharField(), help_text=LOWER_BOUNDS_HELP)

    def get_fields(self) -> Fields:
        return build_figure_fields(required=False) | super().get_fields()

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        """Of a field that may be null the framework would tell null, which says that nobody reported it."""
        return {name: value for name, value in super().to_representation(instance).items() if name in instance}


class ChangesAnswer(serializers.Serializer[Any]):
    """(now - before) / before of each figure; null where either is unknown or the earlier one is 0."""

    def get_fields(self) -> Fields:
        return {name: RatioField(allow_null=True) for name in FIGURES}


def tell_completeness(reasons: list[Reason]) -> dict[str, Any]:
    """The object of a response."""
    return {"complete": not reasons, "reasons": [asdict(reason) for reason in reasons]}
