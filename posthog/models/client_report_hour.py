"""
An hour in which a team has events of clients that may be calls of its gateway, too.

Written before those events are stored, and kept: whoever stores a gateway's events asks here first whether there is
anything to compare them with, and for most teams there is not.
"""

from django.db import models

from posthog.models.team import Team


class ClientReportHour(models.Model):
    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField(help_text="Its begin, UTC")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "hour"], name="client_report_hour_once")]

    def __str__(self) -> str:
        return f"team {self.team_id} at {self.hour.isoformat()}"
