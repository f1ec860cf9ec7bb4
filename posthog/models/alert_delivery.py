"""One change of an alert on its way to one destination; see `posthog/llm_analytics/alerts/outbox.py`."""

from uuid import UUID, uuid5

from django.db import models

from posthog.models.accounting_alert import AccountingAlert
from posthog.models.accounting_alert_change import AccountingAlertChange
from posthog.models.alert_destination import AlertDestination


class AlertDelivery(models.Model):
    class Action(models.TextChoices):
        TRIGGER = "trigger", "Something is wrong, or got worse"
        RESOLVE = "resolve", "It is right again"

    class Status(models.TextChoices):
        PENDING = "pending", "To be sent, or sent again"
        SENT = "sent", "Taken by the receiver"
        FAILED = "failed", "Given up"
        DROPPED = "dropped", "Overtaken by a later change before it was sent"

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(AccountingAlert, on_delete=models.CASCADE, related_name="deliveries")
    change = models.ForeignKey(AccountingAlertChange, on_delete=models.CASCADE, related_name="+", db_index=False)
    destination = models.ForeignKey(AlertDestination, on_delete=models.CASCADE, related_name="deliveries")
    action = models.CharField(max_length=10, choices=Action)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="While a worker sends it: when it is taken for dead")
    last_error = models.CharField(max_length=500, blank=True, default="", help_text="No secret, no address inside")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "destination"], name="alert_delivery_once")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(status="pending"), name="alert_delivery_pending"
            )
        ]

    @property
    def idempotency_key(self) -> UUID:
        """The same at each attempt, and different for every change and destination."""
        return uuid5(self.alert_id, f"{self.change_id}/{self.destination_id}")

    def __str__(self) -> str:
        return f"{self.action} of {self.alert_id} to {self.destination_id}: {self.status}"
