"""How rows are written to `ai_events`."""

import pytest

from posthog.clickhouse.client import sync_execute
from posthog.models import Team
from tests.integration.llm_analytics.stored_rows import make_row, make_team, store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]

INDEXED_SQL = """
    SELECT sum(rows), min(secondary_indices_compressed_bytes) > 0 AS are_indexed
    FROM system.parts WHERE database = currentDatabase() AND table = 'ai_events' AND active
"""


def find_ids(team: Team, trace_id: str) -> list[str]:
    sql = "SELECT generation_id FROM ai_events FINAL WHERE team_id = %(team_id)s AND trace_id = %(trace_id)s"
    return sorted(row[0] for row in sync_execute(sql, {"team_id": team.id, "trace_id": trace_id}))


def test_rows_are_indexed_when_they_are_merged() -> None:
    """An INSERT spares itself the indexes; what they lead to is found before the merge and after it."""
    team = make_team()
    for number in (1, 2):
        store([make_row(team, number, trace_id=f"trace-{number}")])
    assert sync_execute(INDEXED_SQL) == [(2, 0)]
    assert find_ids(team, "trace-2") == ["chatcmpl-2"]
    sync_execute("OPTIMIZE TABLE ai_events FINAL")
    assert sync_execute(INDEXED_SQL) == [(2, 1)]
    assert find_ids(team, "trace-2") == ["chatcmpl-2"]
