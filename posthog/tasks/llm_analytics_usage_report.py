"""The beat task that closes a UTC day: one report per team, stored in Postgres."""

from datetime import UTC, date, datetime, timedelta

import structlog
from celery import shared_task
from django.db import Error as PostgresError
from django.utils import timezone

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.stored_reports import generate_reports

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
    Report one UTC day.

    Args:
        day: `YYYY-MM-DD`; None: the day before the task runs.
    """
    now = timezone.now()
    reported = date.fromisoformat(day) if day else find_previous_day(now)
    reports = generate_reports(reported, now=now)
    log.info("usage_reports_stored", day=reported.isoformat(), teams=len(reports))


def find_previous_day(now: datetime) -> date:
    """The last UTC day that is over at `now` (aware)."""
    return now.astimezone(UTC).date() - timedelta(days=1)
