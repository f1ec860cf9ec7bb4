"""A price that a team has agreed on with a provider, or works out for models it hosts itself."""

from datetime import datetime
from decimal import Decimal

from django.db import models

from posthog.llm_usage.pricing.custom import CustomRates, TeamPrice, TeamPrices
from posthog.models.team import Team

RATE_FIELDS = {
    "input": "input_token_price",
    "output": "output_token_price",
    "cache_read": "cache_read_token_price",
    "cache_write": "cache_write_token_price",
    "cache_write_1h": "cache_write_1h_token_price",
    "reasoning": "reasoning_token_price",
    "request": "request_price",
    "web_search": "web_search_price",
}


def _build_price_field() -> "models.DecimalField[Decimal | str | None, Decimal | None]":
    """US dollars, down to a millionth of a cent per million tokens; null: not set."""
    return models.DecimalField(max_digits=24, decimal_places=16, null=True, blank=True)


class CustomPrice(models.Model):
    """US dollars per token, per call, per search; which price holds for a call: `posthog.llm_usage.pricing.custom`."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="custom_prices")
    model_pattern = models.CharField(max_length=300)
    provider = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  # null: every provider
    valid_from = models.DateTimeField(null=True, blank=True)
    input_token_price = _build_price_field()
    output_token_price = _build_price_field()
    cache_read_token_price = _build_price_field()
    cache_write_token_price = _build_price_field()
    cache_write_1h_token_price = _build_price_field()
    reasoning_token_price = _build_price_field()
    request_price = _build_price_field()
    web_search_price = _build_price_field()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "model_pattern", "provider", "valid_from"],
                name="custom_price_unique",
                nulls_distinct=False,
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{field}__gte": 0}) | models.Q(**{f"{field}__isnull": True}),
                    name=f"custom_price_{rate}_not_negative",
                )
                for rate, field in RATE_FIELDS.items()
            ),
        ]

    def to_team_price(self) -> TeamPrice:
        rates = {rate: getattr(self, field) for rate, field in RATE_FIELDS.items()}
        return TeamPrice(
            model_pattern=self.model_pattern,
            provider=self.provider or None,
            valid_from=self.valid_from,
            rates=CustomRates(**rates),
        )

    def __str__(self) -> str:
        since: datetime | None = self.valid_from
        return f"{self.model_pattern} at {self.provider or 'any provider'}, since {since or 'ever'}"


def load_team_prices(team_id: int) -> TeamPrices:
    """The team's prices as `price_usage` takes them; one query."""
    prices = CustomPrice.objects.filter(team_id=team_id)
    return TeamPrices(price.to_team_price() for price in prices)
