"""What arrived from a gateway in one hour that is over; see `posthog.llm_integrity.sources.ArrivalHour`."""

from django.db import models

from posthog.models.organization import Organization


class GatewayArrivalHour(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    gateway = models.TextField(help_text="Its name, as rows have it")
    hour = models.DateTimeField()
    calls = models.PositiveBigIntegerField()
    ahead_calls = models.PositiveBigIntegerField()
    behind_calls = models.PositiveBigIntegerField()
    repeated_calls = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "hour", "gateway"], name="gateway_arrival_hour_once")
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls of {self.gateway} in {self.hour:%Y-%m-%d %H}:00"
