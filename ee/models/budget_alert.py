"""
A threshold that a budget's usage reached in one period: raised once, with the figures of that moment.

It is also its own delivery, if the budget had a destination when it was raised; see `ee/budgets/alert_outbox.py`.
"""

from uuid import uuid4

from django.db import models

from ee.models.budget import AMOUNT_DIGITS, DECIMAL_PLACES, Budget
from ee.models.delivery_destination import DeliveryDestination


class BudgetAlert(models.Model):
    class Status(models.TextChoices):
        UNSENT = "unsent", "There was no destination to send it to"
        PENDING = "pending", "To be sent, or sent again"
        SENT = "sent", "Taken by the receiver"
        FAILED = "failed", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False, help_text="Also its idempotency key")
    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    first_day = models.DateField(help_text="Of the period; names it whatever zone the organization has by then")
    threshold = models.PositiveSmallIntegerField(help_text="Percent of the limit")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    limit = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=DECIMAL_PLACES)
    used = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=DECIMAL_PLACES)
    is_lower_bound = models.BooleanField(help_text="Calls that nobody priced or measured are missing from `used`")
    raised_at = models.DateTimeField()
    destination = models.ForeignKey(
        DeliveryDestination, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.UNSENT)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="While a worker sends it: when it is taken for dead")
    last_error = models.CharField(max_length=500, blank=True, default="", help_text="No secret, no address inside")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "first_day", "threshold"], name="budget_alert_raised_once")
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(status="pending"), name="budget_alert_pending")
        ]

    def __str__(self) -> str:
        return f"{self.threshold} % of {self.budget_id} in the period from {self.first_day}"
