"""An event (or a whole body) that could not become a row: kept with its reason, until replayed or too old."""

from django.db import models
from django.utils import timezone

from posthog.models.gateway import Gateway
from posthog.models.gateway_credential import GatewayCredential
from posthog.models.gateway_inbox_body import InboxSource
from posthog.models.team import Team


class RejectedEvent(models.Model):
    class Format(models.TextChoices):
        """How `event` is kept; see `posthog.llm_analytics.rejected_content`."""

        NOTHING = "nothing"
        STRIPPED = "stripped"
        ENCRYPTED = "encrypted"

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=10, choices=InboxSource, default=InboxSource.GATEWAY)
    credential = models.ForeignKey(GatewayCredential, on_delete=models.SET_NULL, null=True, related_name="+")
    gateway = models.ForeignKey(Gateway, on_delete=models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    batch_id = models.UUIDField()
    position = models.IntegerField(help_text="Of the event in its body, from 0; -1: the body as a whole")
    reason_code = models.CharField(max_length=64)
    reason = models.TextField()
    event = models.BinaryField(null=True, help_text="zstd of JSON without what was said, or of all of it, encrypted")
    event_format = models.CharField(max_length=10, choices=Format, default=Format.NOTHING)
    received_at = models.DateTimeField()
    rejected_at = models.DateTimeField(default=timezone.now)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "position"], name="rejected_event_once_per_position")
        ]
        indexes = [
            models.Index(fields=["rejected_at"], name="rejected_event_by_age"),
            models.Index(fields=["reason_code", "rejected_at"], name="rejected_event_by_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.reason_code} at {self.batch_id}/{self.position}"
