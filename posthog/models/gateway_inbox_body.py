"""
The inbox: one row per request body, committed before the gateway gets its answer, deleted once its rows are
stored.

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


class GatewayInboxBody(models.Model):
    id = models.BigAutoField(primary_key=True)
    batch_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    credential = models.ForeignKey(GatewayCredential, on_delete=models.PROTECT, related_name="+", db_index=False)
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

    def __str__(self) -> str:
        return f"body {self.batch_id}"
