"""Marked hours travel to ClickHouse as runs."""

from datetime import UTC, datetime, timedelta

from posthog.llm_analytics.cell_sql import list_run_params
from posthog.llm_analytics.changed_hours import TeamHour

HOUR = datetime(2026, 11, 23, 10, tzinfo=UTC)
EPOCH_S = int(HOUR.timestamp())


def test_hours_that_follow_each_other_are_one_run() -> None:
    """In whatever order they come; a gap or another team begins a new one."""
    hours = [TeamHour(team_id, HOUR + timedelta(hours=after)) for team_id, after in ((2, 1), (1, 1), (1, 0), (1, 3))]
    assert list_run_params(hours) == {
        "run_team_ids": [1, 1, 2],
        "run_firsts": [EPOCH_S, EPOCH_S + 3 * 3600, EPOCH_S + 3600],
        "run_ends": [EPOCH_S + 2 * 3600, EPOCH_S + 4 * 3600, EPOCH_S + 2 * 3600],
    }
