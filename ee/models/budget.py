"""What a team, or one API key of it, may use in a day or a month; see `ee/budgets/decision.py`."""

from uuid import uuid4

from django.db import models

from ee.models.delivery_destination import DeliveryDestination
from posthog.models import Team

AMOUNT_DIGITS = 38
DECIMAL_PLACES = 12
"""As reports round amounts (`report_figures.USD_DIGITS`), so that what was used can be equal to a limit."""
LONGEST_ALIAS = 500


class Budget(models.Model):
    class Period(models.TextChoices):
        DAILY = "daily", "A day of the organization's report zone"
        MONTHLY = "monthly", "A month of the organization's report zone"

    class Unit(models.TextChoices):
        TOKENS = "tokens", "Total tokens"
        USD = "usd", "US dollars"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="budgets", db_index=False)
    api_key_alias = models.CharField(
        max_length=LONGEST_ALIAS, null=True, blank=True, help_text="The gateway's name of a key; null: the whole team"
    )
    period = models.CharField(max_length=10, choices=Period)
    unit = models.CharField(max_length=10, choices=Unit)
    limit = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=DECIMAL_PLACES)
    thresholds = models.JSONField(help_text="Whole percents of the limit, ascending, each an alert")
    is_enabled = models.BooleanField(default=True)
    destination = models.ForeignKey(
        DeliveryDestination,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where alerts are sent to; null: nowhere",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "period", "unit"], condition=models.Q(api_key_alias=None), name="budget_of_team_once"
            ),
            models.UniqueConstraint(
                fields=["team", "api_key_alias", "period", "unit"],
                condition=models.Q(api_key_alias__isnull=False),
                name="budget_of_key_once",
            ),
            models.CheckConstraint(condition=~models.Q(api_key_alias=""), name="budget_key_has_a_name"),
            models.CheckConstraint(condition=models.Q(limit__gt=0), name="budget_limit_positive"),
        ]
        indexes = [models.Index(fields=["team"], name="budget_by_team")]

    def __str__(self) -> str:
        whose = "team" if self.api_key_alias is None else f"key {self.api_key_alias}"
        return f"{self.period} {self.unit} of {whose}"
