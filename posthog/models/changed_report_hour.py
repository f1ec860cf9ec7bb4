"""
An hour of a team whose rows have changed since the days it lies in were last reported.

Written by a trigger with every `ChangedUsageHour`, in its transaction and with its `change` and `due_at`: whoever
marks an hour for the rollups marks it for the reports. It goes when the days are reported, not when the hour is
rolled up; so a late event is found without looking through history.
"""

from django.db import models


class ChangedReportHour(models.Model):
    pk = models.CompositePrimaryKey("team_id", "hour")
    team_id = models.BigIntegerField(help_text="No foreign key: rows may outlive their team for a while")
    hour = models.DateTimeField(help_text="Its begin, UTC")
    change = models.BigIntegerField(help_text="Greater with every marking")
    due_at = models.DateTimeField(help_text="From when on it may be reported")

    class Meta:
        indexes = [models.Index(fields=["hour"], name="changed_report_hour_by_hour")]

    def __str__(self) -> str:
        return f"team {self.team_id} at {self.hour.isoformat()}"
