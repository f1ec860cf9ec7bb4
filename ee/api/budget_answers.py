"""Budgets as the API takes and tells them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ee.budgets.administration import HIGHEST_THRESHOLD, MOST_THRESHOLDS
from ee.budgets.decision import BudgetUse
from ee.models import Budget, BudgetAlert
from ee.models.budget import DECIMAL_PLACES, LONGEST_ALIAS
from posthog.api.llm_analytics.answers import CompletenessAnswer
from posthog.api.rest.fields import AmountField, TrueFalseField
from posthog.api.rest.strict_serializer import StrictSerializer

LIMIT_PATTERN = rf"^[0-9]{{1,15}}(\.[0-9]{{1,{DECIMAL_PLACES}}})?$"
LIMIT_HELP = "Above 0; whole for tokens."
THRESHOLDS_HELP = "Percents of the limit; each raises one alert in a period. Default: 50, 80, 100."
DESTINATION_HELP = "Where alerts are sent to, of the organization's destinations; null: nowhere."


@extend_schema_field({"type": "string", "format": "decimal", "pattern": LIMIT_PATTERN})
class LimitField(serializers.DecimalField):
    """Decimal text, or a JSON number; `administration.py` has the rules."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, help_text=LIMIT_HELP, **options)


def _threshold_list() -> serializers.ListField:
    child = serializers.IntegerField(min_value=1, max_value=HIGHEST_THRESHOLD)
    return serializers.ListField(child=child, required=False, max_length=MOST_THRESHOLDS, help_text=THRESHOLDS_HELP)


class BudgetBody(StrictSerializer):
    api_key_alias = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=LONGEST_ALIAS,
        trim_whitespace=False,
        help_text="The gateway's name of the key; null: the whole team's budget.",
    )
    period = serializers.ChoiceField(choices=Budget.Period.values, help_text="Of the organization's report zone.")
    unit = serializers.ChoiceField(choices=Budget.Unit.values)
    limit = LimitField()
    thresholds = _threshold_list()
    is_enabled = TrueFalseField(required=False, help_text="Default: true.")
    destination_id = serializers.UUIDField(required=False, allow_null=True, help_text=DESTINATION_HELP)


class BudgetChangeBody(StrictSerializer):
    """What is left out stays as it is."""

    limit = LimitField(required=False)
    thresholds = _threshold_list()
    is_enabled = TrueFalseField(required=False)
    destination_id = serializers.UUIDField(required=False, allow_null=True, help_text=DESTINATION_HELP)


class BudgetUseAnswer(serializers.Serializer[Any]):
    """What was used in the period that is under way, as far as is known."""

    period_start = serializers.DateTimeField(source="period.start")
    resets_at = serializers.DateTimeField(source="period.end")
    used = AmountField(help_text="Of tokens a whole number.")
    remaining = AmountField()
    allowed = serializers.BooleanField(source="is_allowed", help_text="used < limit")
    is_lower_bound = serializers.BooleanField(help_text="Calls without a known price or usage are not in `used`.")
    unpriced_calls = serializers.IntegerField()
    unmeasured_calls = serializers.IntegerField()


class BudgetAlertAnswer(serializers.Serializer[Any]):
    """A threshold that was reached, with the figures of that moment, and what became of its delivery."""

    id = serializers.UUIDField()
    threshold = serializers.IntegerField(help_text="Percent of the limit.")
    period_start = serializers.DateTimeField()
    period_end = serializers.DateTimeField()
    limit = AmountField()
    used = AmountField()
    is_lower_bound = serializers.BooleanField()
    raised_at = serializers.DateTimeField()
    destination_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=BudgetAlert.Status.values)
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)


class BudgetAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="budget.id")
    api_key_alias = serializers.CharField(source="budget.api_key_alias", allow_null=True)
    period = serializers.ChoiceField(source="budget.period", choices=Budget.Period.values)
    unit = serializers.ChoiceField(source="budget.unit", choices=Budget.Unit.values)
    limit = AmountField(source="budget.limit")
    thresholds = serializers.ListField(source="budget.thresholds", child=serializers.IntegerField())
    is_enabled = serializers.BooleanField(source="budget.is_enabled")
    destination_id = serializers.UUIDField(source="budget.destination_id", allow_null=True)
    created_at = serializers.DateTimeField(source="budget.created_at")
    use = BudgetUseAnswer()
    alerts = BudgetAlertAnswer(many=True, help_text="Newest first.")


class BudgetsAnswer(serializers.Serializer[Any]):
    budgets = BudgetAnswer(many=True, help_text="With the alerts of the period that is under way.")
    as_of = serializers.DateTimeField()
    completeness = CompletenessAnswer()


def tell_budget(budget: Budget, use: BudgetUse, alerts: list[BudgetAlert]) -> dict[str, Any]:
    return {"budget": budget, "use": use, "alerts": alerts}
