"""The beat task's promises to the queue, and which day it means."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from posthog.clickhouse.client import ClickHouseError
from posthog.tasks.llm_analytics_usage_report import find_previous_day, send_llm_analytics_usage_reports


def test_task_survives_its_worker() -> None:
    """Acknowledged when it is done, handed to another worker when its own dies."""
    assert send_llm_analytics_usage_reports.acks_late
    assert send_llm_analytics_usage_reports.reject_on_worker_lost


@pytest.mark.parametrize("error", [ClickHouseError, OperationalError, InterfaceError])
def test_task_is_tried_again_while_a_store_is_away(error: type[Exception]) -> None:
    """Three times, later and later; a fault of the code is not tried again."""
    task: Any = send_llm_analytics_usage_reports
    assert issubclass(error, task.autoretry_for)
    assert not issubclass(ValueError, task.autoretry_for)
    assert (task.max_retries, task.retry_backoff, task.retry_backoff_max) == (3, 300, 1800)


def test_task_expires() -> None:
    """A report that waited four hours in a queue is asked for again by hand, not run beside the next."""
    assert send_llm_analytics_usage_reports.expires == 4 * 60 * 60


@pytest.mark.parametrize(
    ("now", "day"),
    [
        pytest.param("2026-03-01T00:00:00+00:00", date(2026, 2, 28), id="month-end"),
        pytest.param("2028-03-01T00:20:00+00:00", date(2028, 2, 29), id="leap-day"),
        pytest.param("2026-03-29T02:30:00+02:00", date(2026, 3, 28), id="summer-time-begins"),
        pytest.param("2026-12-31T20:00:00-05:00", date(2026, 12, 31), id="new-year-elsewhere"),
    ],
)
def test_previous_day_is_the_last_utc_day_that_is_over(now: str, day: date) -> None:
    """Whatever the zone of the clock."""
    assert find_previous_day(datetime.fromisoformat(now)) == day
