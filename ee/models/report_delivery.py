"""One version of one day's report on its way to one destination; see `ee/delivery/outbox.py`."""

from uuid import UUID, uuid5

from django.db import models

from ee.models.delivery_destination import DeliveryDestination
from posthog.models import Organization

NAMESPACE = UUID("5ac1ab0e-52e4-4b35-9a8f-0b1d93a3c1f7")


class ReportDelivery(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", "To be sent, or sent again"
        SENT = "sent", "Taken by the receiver"
        FAILED = "failed", "Given up"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="report_deliveries")
    destination = models.ForeignKey(DeliveryDestination, on_delete=models.CASCADE, related_name="deliveries")
    day = models.DateField()
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="While a worker sends it: when it is taken for dead")
    last_error = models.CharField(max_length=500, blank=True, default="", help_text="No secret, no address inside")
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "version", "destination"], name="report_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(status="pending"), name="report_delivery_pending"
            )
        ]

    @property
    def report_uuid(self) -> UUID:
        """Of the version, whoever it is sent to: two ways to one PostHog project count as one event."""
        return uuid5(NAMESPACE, f"{self.organization_id}/{self.day.isoformat()}/{self.version}")

    @property
    def idempotency_key(self) -> UUID:
        """The same at each attempt, and different for every version and destination."""
        return uuid5(self.report_uuid, str(self.destination_id))

    def __str__(self) -> str:
        return f"version {self.version} of {self.day} to {self.destination_id}: {self.status}"
