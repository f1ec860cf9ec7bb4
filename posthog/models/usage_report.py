"""One team's usage on one day of its organization's report zone, version by version; see `report_version.py`."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models

from posthog.models.report_version import ReportVersion, list_version_constraints
from posthog.models.team import Team


class UsageReportManager(models.Manager["UsageReport"]):
    def latest_versions(self, team_ids: Iterable[int], *, start: date, end: date) -> models.QuerySet["UsageReport"]:
        """The version that counts of each day from `start` to before `end`, by team and day."""
        of_days = self.filter(team_id__in=team_ids, day__gte=start, day__lt=end)
        return of_days.order_by("team_id", "day", "-version").distinct("team_id", "day")


class UsageReport(ReportVersion):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="usage_reports", db_index=False)

    objects: ClassVar[UsageReportManager] = UsageReportManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "day", "version"], name="usage_report_version_once"),
            *list_version_constraints("usage_report"),
        ]
        indexes = [models.Index(fields=["day"], name="usage_report_by_day")]

    def __str__(self) -> str:
        return f"team {self.team_id} on {self.day}, version {self.version}"
