"""The statements that shares are read by."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from posthog.llm_analytics import usage_cells
from posthog.llm_analytics.report_cells import ReportScope, build_end_users_sql, build_shares_sql

SCOPE = ReportScope(start=datetime(2026, 4, 1, tzinfo=UTC), end=datetime(2026, 4, 2, tzinfo=UTC), team_ids=[7])


@pytest.mark.parametrize("build", [build_shares_sql, build_end_users_sql], ids=["shares", "end-users"])
def test_report_of_today_reads_the_events_once_and_deduplicated(build: Any) -> None:
    """One scan, FINAL, a day by its bounds; team ids only as a parameter."""
    sql, params = build(SCOPE, now=SCOPE.start)
    flat = " ".join(sql.split())
    assert re.findall(r"FROM (ai_\w+(?: AS \w+)? \w+) ", flat) == ["ai_events AS e FINAL"]
    assert "e.timestamp >= %(whole_start)s AND e.timestamp < %(whole_end)s AND" in flat
    assert "e.team_id IN %(team_ids)s" in flat
    assert (params["whole_start"], params["whole_end"], params["team_ids"]) == (SCOPE.start, SCOPE.end, [7])


def test_report_of_a_day_that_is_over_reads_the_rollup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is marked: no row is read."""
    monkeypatch.setattr(usage_cells, "list_marked", lambda *_: [])
    for build, table in ((build_shares_sql, "ai_usage_daily"), (build_end_users_sql, "ai_usage_daily_callers")):
        sql, _ = build(SCOPE, now=datetime(2026, 4, 5, tzinfo=UTC))
        assert re.findall(r"FROM (ai_\w+)", sql) == [table]
