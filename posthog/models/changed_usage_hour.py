"""
An hour of a team whose rows have changed, or are about to, since it was rolled up.

While the mark stands, sums of the hour are read from rows. `change` comes from the sequence `posthog_usage_change`,
greater with every marking: a roll-up removes the mark only if it is still the one that it had seen.
"""

from django.db import models

CHANGE_SEQUENCE = "posthog_usage_change"


class ChangedUsageHour(models.Model):
    pk = models.CompositePrimaryKey("team_id", "hour")
    team_id = models.BigIntegerField(help_text="No foreign key: rows may outlive their team for a while")
    hour = models.DateTimeField(help_text="Its begin, UTC")
    change = models.BigIntegerField()
    due_at = models.DateTimeField(help_text="From when on it may be rolled up")
    may_shrink = models.BooleanField(default=False, help_text="Rows were deleted, not only dropped by retention")

    class Meta:
        indexes = [models.Index(fields=["hour"], name="changed_usage_hour_by_hour")]

    def __str__(self) -> str:
        return f"team {self.team_id} at {self.hour.isoformat()}"
