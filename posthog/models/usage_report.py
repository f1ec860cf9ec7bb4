"""One team's sums of one UTC day; a second run replaces the first."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from posthog.models.team import Team


class UsageReport(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="usage_reports")
    day = models.DateField(help_text="UTC")
    report = models.JSONField(encoder=DjangoJSONEncoder)
    generated_at = models.DateTimeField(default=timezone.now)
    rules_version = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="usage_report_once_per_day")]
        indexes = [models.Index(fields=["day"], name="usage_report_by_day")]

    def __str__(self) -> str:
        return f"team {self.team_id} on {self.day}"
