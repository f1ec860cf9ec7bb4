"""The one client: what its parameters become on a real server."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from posthog.clickhouse.client import query_rows, sync_execute

pytestmark = pytest.mark.clickhouse

MOMENT = datetime(2026, 4, 1, 0, 0, 0, 123456, UTC)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30))])
@pytest.mark.parametrize("microsecond", [0, 123456])
def test_datetime_parameter_is_the_moment_it_is(zone: timezone, microsecond: int) -> None:
    """To the microsecond, whatever its zone."""
    moment = MOMENT.replace(microsecond=microsecond)
    sql = "SELECT toDateTime64(%(moment)s, 6, 'UTC') AS read"
    assert query_rows(sql, {"moment": moment.astimezone(zone)}) == [{"read": moment}]


def test_datetime_parameter_does_not_depend_on_the_servers_zone() -> None:
    """A day of a report is a UTC day on every server."""
    sql = "SELECT toDateTime64('2026-04-01 00:00:00.123456', 6, 'UTC') = %(moment)s"
    assert sync_execute(sql, {"moment": MOMENT}, settings={"session_timezone": "America/New_York"}) == [(1,)]
