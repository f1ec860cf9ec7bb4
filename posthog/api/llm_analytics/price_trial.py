"""`POST …/prices/try/`: what would this model and usage cost, and why? Changes nothing; members may ask."""

from typing import Any

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.generation_answers import CostExplanationAnswer, FlagAnswer, ReadingAnswer
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.api.rest.team_view import TeamView
from posthog.llm_usage.flag_texts import describe_flags
from posthog.llm_usage.price_trial import PriceTrial, try_price
from posthog.llm_usage.pricing.costs import COST_COLUMNS, Costs
from posthog.llm_usage.readings.trace import ReadingTrace
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.custom_price import load_team_prices

MOST_USAGE_BYTES = 65_536


class PriceTrialBody(StrictSerializer):
    provider = serializers.CharField(
        required=False, allow_null=True, max_length=100, help_text="By any name; null: nobody knows."
    )
    model = serializers.CharField(max_length=300)
    usage = serializers.DictField(help_text="As the provider sends it, or the body around it.")
    at = serializers.DateTimeField(required=False, help_text="Whose day's prices hold; default: now.")


class PriceTrialAnswer(serializers.Serializer[Any]):
    """null: nobody reported it, or nobody knows its price."""

    reading = ReadingAnswer(allow_null=True)
    tokens = serializers.DictField(child=serializers.IntegerField(allow_null=True))
    costs = CostExplanationAnswer()
    flags = FlagAnswer(many=True)


class PriceTrialView(TeamView):
    is_question = True

    @extend_schema(operation_id="try_price", request=PriceTrialBody, responses=PriceTrialAnswer)
    def post(self, request: Request, team_id: int) -> Response:
        """Read and price a usage as a call's would be; the team's own prices go before the lists."""
        body = self.parse_body(PriceTrialBody)
        _require_readable(body["usage"])
        trial = try_price(
            body["usage"],
            provider=body.get("provider"),
            model=body["model"],
            at=body.get("at", self.now),
            team_prices=load_team_prices(self.team.id),
        )
        return Response(PriceTrialAnswer(tell_trial(trial)).data)


def tell_trial(trial: PriceTrial) -> dict[str, Any]:
    return {
        "reading": None if trial.reading is None else _tell_reading(trial.reading),
        "tokens": {column: getattr(trial.usage, column) for column in COUNT_COLUMNS},
        "costs": _tell_costs(trial.costs),
        "flags": [{"name": name, "text": text} for name, text in describe_flags(trial.flags).items()],
    }


def _tell_reading(reading: ReadingTrace) -> dict[str, Any]:
    return reading._asdict() | {"candidates": [candidate._asdict() for candidate in reading.candidates]}


def _tell_costs(costs: Costs) -> dict[str, Any]:
    return {
        "source": costs.source,
        "price_name": costs.model,
        "columns": dict(zip(COST_COLUMNS, costs.amounts, strict=True)),
        "terms": [term._asdict() for term in costs.terms],
        "own_total_usd": costs.own_total_usd,
        "gateway_total_usd": None,
    }


def _require_readable(usage: dict[str, Any]) -> None:
    """What a gateway could not have sent is no usage: numbers beyond 64 bits, halves of characters, endless nesting."""
    try:
        size = len(orjson.dumps(usage))
    except TypeError:
        raise ValidationError(
            {"usage": "expected JSON with numbers of up to 64 bits, nested at most 254 deep"}
        ) from None
    if size > MOST_USAGE_BYTES:
        raise ValidationError({"usage": f"expected at most {MOST_USAGE_BYTES} bytes, got {size}"})
