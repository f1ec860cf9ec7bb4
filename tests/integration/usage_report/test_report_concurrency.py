"""Several runs at once: beat's, a retry of it, somebody's command."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from posthog.clickhouse.client import close_connection
from posthog.llm_analytics.report_runs import refresh_reports, report_day
from posthog.models import Team
from tests.integration.usage_report.report_events import (
    list_organization_versions,
    list_versions,
    make_team,
    store_call,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clickhouse]

DAY = date(2026, 4, 1)
LATER = datetime(2026, 4, 20, tzinfo=UTC)
RUNS = 4


@pytest.fixture
def closed_day(transactional_db: None, stored_usage: str) -> Team:
    """A team whose closed day has had a late event."""
    team = make_team()
    report_day(DAY, [team.organization_id], now=LATER)
    store_call(team, "2026-04-01T10:00:00Z")
    return team


def run(_: int) -> int:
    try:
        return refresh_reports(now=LATER).corrected
    finally:
        close_connection()
        connection.close()


def test_runs_at_once_make_one_correction(closed_day: Team) -> None:
    """Each waits for the one before it, and then finds nothing left to correct."""
    with ThreadPoolExecutor(RUNS) as pool:
        corrected = list(pool.map(run, range(RUNS)))
    assert sum(corrected) == 1
    assert [version.version for version in list_versions(closed_day, DAY)] == [1, 2]
    assert [own.version for own in list_organization_versions(closed_day.organization, DAY)] == [1, 2]
