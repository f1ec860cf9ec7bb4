"""
Keeps each (team, day) report in Postgres: a second run replaces the first and never doubles it.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from posthog.llm_analytics.usage_report import TeamUsageReport, build_usage_reports
from posthog.llm_usage.accounting import RULES_VERSION
from posthog.models import Team, UsageReport


def generate_reports(day: date, *, now: datetime) -> list[TeamUsageReport]:
    """
    Build every team's report of one UTC day and store them, all or none.

    Returns:
        The reports of the teams that exist, by team id; a team without events has one too.
    """
    reports = build_usage_reports(day, team_ids=list(Team.objects.values_list("id", flat=True)))
    store_reports(reports, now=now)
    return reports


def store_reports(reports: Sequence[TeamUsageReport], *, now: datetime) -> None:
    """Write the reports over whatever stood for the same team and day."""
    rows = [
        UsageReport(
            team_id=report.team_id,
            day=report.day,
            report=report.to_json(),
            generated_at=now,
            rules_version=RULES_VERSION,
        )
        for report in reports
    ]
    with transaction.atomic():
        UsageReport.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["team", "day"],
            update_fields=["report", "generated_at", "rules_version"],
            batch_size=500,
        )
