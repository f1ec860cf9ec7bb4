"""What became of an alert, step by step; entries are only ever added."""

from django.db import models

from posthog.models.accounting_alert import AccountingAlert


class AccountingAlertChange(models.Model):
    class Kind(models.TextChoices):
        OPENED = "opened", "It was seen for the first time"
        WORSENED = "worsened", "It is more severe, or twice as far from what is usual"
        RESOLVED = "resolved", "It was judged right"
        OWNED = "owned", "Somebody looks after it, or nobody any more"
        MUTED = "muted", "Nobody is told of it for a while, or people are again"
        ACCEPTED = "accepted", "It was declared to be the new normal"
        DELIVERED = "delivered", "A destination has taken a message of it"
        DELIVERY_FAILED = "delivery_failed", "A message to a destination was given up"

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(AccountingAlert, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    actor = models.CharField(max_length=200, blank=True, help_text="'': the checks, or their deliveries")
    details = models.JSONField(default=dict, help_text="Figures, or names; never a secret")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
