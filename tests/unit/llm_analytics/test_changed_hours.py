"""The hours that rows lie in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from posthog.llm_analytics.changed_hours import HOUR, TeamHour, find_hours

START = datetime(2026, 11, 27, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def make_row(team_id: int, moment: datetime) -> dict[str, Any]:
    return {"team_id": team_id, "timestamp": moment}


def test_each_hour_of_each_team_is_found_once() -> None:
    """In whatever order the rows come; an hour holds its begin and not its end."""
    moments = (START, START + HOUR - TICK, START + HOUR, START - TICK, START)
    rows = [make_row(team_id, moment) for moment in moments for team_id in (1, 2, 2)]
    hours = (START - HOUR, START, START + HOUR)
    assert find_hours(rows) == {TeamHour(team_id, hour) for team_id in (1, 2) for hour in hours}


def test_no_rows_lie_in_no_hour() -> None:
    """Nothing is marked."""
    assert find_hours([]) == set()
