"""Stored events for reports: rows as the ingestion writes them, their hours marked as it marks them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any
from uuid import uuid4

from django.core.management import call_command

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.changed_hours import find_hours, mark_changed
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.models import Organization, OrganizationUsageReport, Team, UsageReport
from posthog.models.ai_usage_hourly.sql import TABLES
from tests.factories import make_payload

RETENTION_DAYS = 3650
"""Far-off days of a test must outlive the table's TTL."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_team(name: str = "Alpha", organization: Organization | None = None, zone: str = "UTC") -> Team:
    organization = organization or Organization.objects.create(name=f"org {uuid4().hex[:8]}", report_timezone=zone)
    return Team.objects.create(organization=organization, name=name)


def build_call_row(team: Team, started_at: str, *, ingested_at: datetime | None = None, **fields: Any) -> Row:
    """The row of one call that began at an ISO time."""
    event = build_ai_event(make_payload(startTime=started_at, **fields), team_id=team.id)
    return build_row(event, RowContext(ingested_at=ingested_at or datetime.now(UTC), retention_days=RETENTION_DAYS))


def store_rows(rows: Sequence[Row], *, marked_at: datetime = LONG_AGO) -> None:
    """Store rows and mark their hours; the marks are due at once."""
    insert_rows(rows, deduplication_token=uuid4().hex)
    mark_changed(find_hours(rows), now=marked_at)


def store_call(team: Team, started_at: str, ingested_at: datetime | None = None, **fields: Any) -> None:
    store_rows([build_call_row(team, started_at, ingested_at=ingested_at, **fields)])


def empty_rollups() -> None:
    """Cells of other tests' teams may have the ids of this one's."""
    for grain in TABLES:
        sync_execute(f"TRUNCATE TABLE {grain.table}")


def list_versions(team: Team, day: date) -> list[UsageReport]:
    return list(UsageReport.objects.filter(team=team, day=day).order_by("version"))


def list_organization_versions(organization: Organization, day: date) -> list[OrganizationUsageReport]:
    reports = OrganizationUsageReport.objects.filter(organization=organization, day=day)
    return list(reports.order_by("version"))


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("llm_analytics_usage_report", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()
