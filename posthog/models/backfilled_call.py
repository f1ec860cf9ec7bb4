"""
A call that a gateway's spend log knew, that never came, and that was back-filled from it.

Written before its row, and kept: should the gateway's own event come after all, it finds here the row that it
supersedes. The copy and the original have different uuids, for the spend log keeps moments in milliseconds.
"""

from django.db import models

from posthog.models.gateway import Gateway


class BackfilledCall(models.Model):
    id = models.BigAutoField(primary_key=True)
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE, related_name="+", db_index=False)
    response_id = models.TextField(help_text="The spend log's request_id, without what LiteLLM puts after it")
    call_id = models.TextField(blank=True, help_text="LiteLLM's call id; '' where the spend log has none")
    is_failure = models.BooleanField()
    is_cache_hit = models.BooleanField()
    started_at = models.DateTimeField(help_text="Also the row's timestamp")
    team_id = models.BigIntegerField(help_text="With the trace, the hour and the uuid: where the row lies")
    trace_id = models.TextField(blank=True)
    uuid = models.UUIDField()
    recorded_at = models.DateTimeField(help_text="Also the row's ingested_at")

    class Meta:
        indexes = [models.Index(fields=["gateway", "started_at"], name="backfilled_call_by_time")]
        constraints = [models.UniqueConstraint(fields=["gateway", "uuid"], name="backfilled_call_once")]

    def __str__(self) -> str:
        return f"{self.response_id} at {self.started_at.isoformat()}"
