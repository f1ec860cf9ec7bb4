"""The beat task that keeps the usage reports: refreshes open days, closes those that are due, corrects closed ones."""

from datetime import UTC, date, datetime, timedelta

import structlog
from celery import shared_task
from django.db import Error as PostgresError
from django.utils import timezone

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.report_runs import Refreshed, refresh_reports, report_day
from posthog.models import Organization

log = structlog.get_logger(__name__)

EXPIRES_S = 4 * 60 * 60


@shared_task(
    name="posthog.tasks.llm_analytics_usage_report.send_llm_analytics_usage_reports",
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(ClickHouseError, PostgresError),
    retry_backoff=300,
    retry_backoff_max=1800,
    max_retries=3,
    expires=EXPIRES_S,
)
def send_llm_analytics_usage_reports(day: str | None = None) -> None:
    """
    Report what is due.

    Args:
        day: `YYYY-MM-DD`: this day of every organization; None: every day that is open, begins or has changed.
    """
    now = timezone.now()
    refreshed = Refreshed()
    if day:
        organization_ids = list(Organization.objects.values_list("id", flat=True))
        refreshed.count(report_day(date.fromisoformat(day), organization_ids, now=now))
    else:
        refreshed = refresh_reports(now=now)
    log.info(
        "usage_reports_stored", days=refreshed.days, closed=refreshed.closed, corrected=refreshed.corrected, day=day
    )


def find_previous_day(now: datetime) -> date:
    """The last UTC day that is over at `now` (aware)."""
    return now.astimezone(UTC).date() - timedelta(days=1)
