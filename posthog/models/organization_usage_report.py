"""
One organization's day: the sum of the versions of its teams' reports that `team_versions` names.

It also says which stretch of time the day is and whether it is closed: all teams of an organization close together.
"""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import models

from posthog.models.organization import Organization
from posthog.models.report_version import ReportVersion, list_version_constraints


class OrganizationUsageReportManager(models.Manager["OrganizationUsageReport"]):
    def latest_versions(
        self, organization_ids: Iterable[UUID], *, start: date, end: date
    ) -> models.QuerySet["OrganizationUsageReport"]:
        """The version that counts of each day from `start` to before `end`, by organization and day."""
        of_days = self.filter(organization_id__in=organization_ids, day__gte=start, day__lt=end)
        return of_days.order_by("organization_id", "day", "-version").distinct("organization_id", "day")


class OrganizationUsageReport(ReportVersion):
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="usage_reports", db_index=False
    )
    team_versions = models.JSONField(default=dict, help_text="Team id (as text) → version of its report of the day")

    objects: ClassVar[OrganizationUsageReportManager] = OrganizationUsageReportManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "version"], name="organization_usage_report_version_once"
            ),
            *list_version_constraints("organization_usage_report"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "day"],
                condition=models.Q(closed_at__isnull=True),
                name="organization_report_open",
            )
        ]

    def __str__(self) -> str:
        return f"organization {self.organization_id} on {self.day}, version {self.version}"
