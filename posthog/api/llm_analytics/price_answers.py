"""A team's own prices as the API takes and tells them: US dollars per million tokens, as exact decimal text."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from posthog.api.rest.fields import AmountField
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.llm_analytics.team_prices import TOKENS_PER_MTOK
from posthog.models import CustomPrice
from posthog.models.custom_price import RATE_FIELDS

RATE_PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,10})?$"
RATE_RULE = "expected US dollars per million tokens as decimal text, from 0 to 999999.9999999999"
PLAIN_RATES = ("input", "output")
RATES = (*PLAIN_RATES, "cache_read", "cache_write", "cache_write_1h", "reasoning")
PATTERN_HELP = "The model's whole name, any case; `*` stands for any characters."
PROVIDER_HELP = "Only of this provider; null: of every one."
VALID_FROM_HELP = "From when it holds; null: since ever."


@extend_schema_field({"type": "string", "format": "decimal", "pattern": RATE_PATTERN})
class RateField(serializers.Field[Decimal, Any, str, Any]):
    """No JSON number: a binary fraction is not the rate that was agreed on."""

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not re.fullmatch(RATE_PATTERN, data):
            raise serializers.ValidationError(RATE_RULE)
        return Decimal(data)


class RatesBody(StrictSerializer):
    """Rates that are left out follow the general rules for missing ones; see the trial of a price."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: RateField(required=name in PLAIN_RATES) for name in RATES}


class PriceBody(StrictSerializer):
    model_pattern = serializers.CharField(max_length=300, help_text=PATTERN_HELP)
    provider = serializers.CharField(required=False, allow_null=True, max_length=100, help_text=PROVIDER_HELP)
    valid_from = serializers.DateTimeField(required=False, allow_null=True, help_text=VALID_FROM_HELP)
    usd_per_mtok = RatesBody()


class RatesAnswer(serializers.Serializer[Any]):
    """US dollars per million tokens; null: not set."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: AmountField(allow_null=True) for name in RATES}


class PriceAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    model_pattern = serializers.CharField(help_text=PATTERN_HELP)
    provider = serializers.CharField(allow_null=True, help_text=PROVIDER_HELP)
    valid_from = serializers.DateTimeField(allow_null=True, help_text=VALID_FROM_HELP)
    usd_per_mtok = RatesAnswer()
    created_at = serializers.DateTimeField()


class PricesAnswer(serializers.Serializer[Any]):
    prices = PriceAnswer(many=True)


def tell_price(price: CustomPrice) -> Mapping[str, Any]:
    named = ("id", "model_pattern", "provider", "valid_from", "created_at")
    return {name: getattr(price, name) for name in named} | {
        "usd_per_mtok": {name: _to_mtok(getattr(price, RATE_FIELDS[name])) for name in RATES}
    }


def _to_mtok(usd_per_token: Decimal | None) -> Decimal | None:
    return None if usd_per_token is None else usd_per_token * TOKENS_PER_MTOK
