"""One call as the API tells it: a line of the list, and everything there is about it."""

from typing import Any

from rest_framework import serializers

from posthog.api.llm_analytics.answers import Fields
from posthog.api.rest.fields import AmountField, RatioField
from posthog.llm_analytics.queries.generations import ID_COLUMNS, LISTED_COLUMNS, NAME_COLUMNS
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.rows import HEAVY_PROPERTIES
from posthog.llm_usage.token_usage import COUNT_COLUMNS

Field = serializers.Field[Any, Any, Any, Any]

ALWAYS_GIVEN = frozenset({"distinct_id", "call_kind"})


def _build_column_field(name: str) -> Field:
    if name in COUNT_COLUMNS:
        return serializers.IntegerField(allow_null=True)
    if name in COST_COLUMNS:
        return AmountField(allow_null=True)
    if name in ("latency", "time_to_first_token"):
        return RatioField(allow_null=True, help_text="Seconds.")
    if name in ("timestamp", "ingested_at"):
        return serializers.DateTimeField()
    return _build_label_field(name)


def _build_label_field(name: str) -> Field:
    if name == "uuid":
        return serializers.UUIDField()
    if name == "is_error":
        return serializers.BooleanField()
    if name == "is_stream":
        return serializers.BooleanField(allow_null=True)
    if name == "integrity_flags":
        return serializers.ListField(child=serializers.CharField())
    return serializers.CharField(allow_null=name in {*ID_COLUMNS, *NAME_COLUMNS} - ALWAYS_GIVEN)


class GenerationAnswer(serializers.Serializer[Any]):
    """The columns of one call but its content. null: nobody reported it."""

    def get_fields(self) -> Fields:
        return {name: _build_column_field(name) for name in LISTED_COLUMNS} | super().get_fields()


class ContentAnswer(serializers.Serializer[Any]):
    """What was said, as it is stored: text, or JSON as text; null: not kept, or never sent."""

    input = serializers.CharField(allow_null=True)
    output = serializers.CharField(allow_null=True)
    output_choices = serializers.CharField(allow_null=True)
    input_state = serializers.CharField(allow_null=True)
    output_state = serializers.CharField(allow_null=True)
    tools = serializers.CharField(allow_null=True)


class EvidenceAnswer(serializers.Serializer[Any]):
    usage = serializers.DictField(help_text="As it was received; empty where nothing was reported.")
    other_witnesses = serializers.DictField(help_text="What else the event says of its usage.")

    def get_fields(self) -> Fields:
        return {"source": serializers.CharField(help_text="Whose word it is.")} | super().get_fields()


class CandidateAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    equation = serializers.CharField()
    tokens = serializers.IntegerField()
    is_fitting = serializers.BooleanField(allow_null=True, help_text="null: there is no total to fit.")
    is_possible = serializers.BooleanField()
    is_chosen = serializers.BooleanField()
    verdict = serializers.CharField()


class ReadingAnswer(serializers.Serializer[Any]):
    family = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    convention = serializers.CharField()
    total = serializers.IntegerField(allow_null=True)
    reading = serializers.CharField()
    meaning = serializers.CharField()
    candidates = CandidateAnswer(many=True)
    origins = serializers.DictField(child=serializers.CharField())
    uncolumned = serializers.DictField(child=serializers.IntegerField())
    unknown_keys = serializers.ListField(child=serializers.CharField())


class CostTermAnswer(serializers.Serializer[Any]):
    column = serializers.CharField()
    rate_name = serializers.CharField()
    quantity = AmountField()
    rate_usd = AmountField()
    amount_usd = AmountField()


class CostExplanationAnswer(serializers.Serializer[Any]):
    price_name = serializers.CharField(allow_null=True)
    columns = serializers.DictField(child=AmountField(allow_null=True))
    terms = CostTermAnswer(many=True)
    own_total_usd = AmountField(allow_null=True)
    gateway_total_usd = AmountField(allow_null=True)

    def get_fields(self) -> Fields:
        return {"source": serializers.CharField(allow_null=True)} | super().get_fields()


class FlagAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    text = serializers.CharField()


class DifferenceAnswer(serializers.Serializer[Any]):
    column = serializers.CharField()
    stored = serializers.JSONField(allow_null=True)
    derived = serializers.JSONField(allow_null=True)


class ExplanationAnswer(serializers.Serializer[Any]):
    """Where the figures come from: the usage, its readings with their arithmetic, the cost's terms, flags in words."""

    evidence = EvidenceAnswer()
    reading = ReadingAnswer(allow_null=True)
    rules_version = serializers.CharField(allow_null=True)
    current_rules_version = serializers.CharField()
    tokens = serializers.DictField(child=serializers.IntegerField(allow_null=True))
    costs = CostExplanationAnswer()
    flags = FlagAnswer(many=True)
    differences = DifferenceAnswer(many=True)


class GenerationDetailAnswer(GenerationAnswer):
    """Everything about one call."""

    error = serializers.CharField(allow_null=True)
    error_normalized = serializers.CharField(allow_null=True)
    experiment_id = serializers.CharField(allow_null=True)
    span_type = serializers.CharField(allow_null=True)
    person_id = serializers.UUIDField()
    retention_days = serializers.IntegerField()
    usage_raw = serializers.JSONField(allow_null=True, help_text="The usage as it was received.")
    usage_reading = serializers.CharField(allow_null=True)
    usage_rules_version = serializers.CharField(allow_null=True)
    properties = serializers.JSONField(help_text="What has no column of its own, as it was received.")
    content = ContentAnswer()
    explanation = ExplanationAnswer(allow_null=True)
    explanation_fault = serializers.CharField(allow_null=True, help_text="Why there is no explanation.")


CONTENT_COLUMNS = tuple(HEAVY_PROPERTIES.values())
