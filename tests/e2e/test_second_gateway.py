"""Another gateway is pointed at a running stack with the commands of the README."""

import json
import urllib.request
from datetime import UTC, datetime

from demo.gateway_commands import REPOSITORY
from tests.e2e.demo_run import DemoRun

RECORDED = REPOSITORY / "tests" / "fixtures" / "gateway_bodies" / "call_of_unmapped_team.json"
"""A call of `team-omega`, which the demo's own gateway does not map."""


def test_mapped_team_of_a_new_gateway_gets_its_calls(demo_run: DemoRun) -> None:
    """Mapping, credential, one posted event: it is a row of the team that was named."""
    stack, started_at = demo_run.stack, datetime.now(UTC)
    team_id = demo_run.rows[0]["team_id"]
    mapping = stack.manage("map_gateway_teams", "--gateway", "second", f"team-omega={team_id}")
    assert mapping.startswith("team-omega → Team ")
    token = stack.manage("create_gateway_credential", "--gateway", "second", "--label", "by hand").strip()
    event = json.loads(RECORDED.read_text()) | {"startTime": started_at.timestamp()}
    request = urllib.request.Request(
        f"{stack.url}/api/llm_gateway/webhook",
        data=json.dumps([event]).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202
    stack.manage("wait_for_gateway_events", "--gateway", "second", "--since", started_at.isoformat(), "--count", "1")
    rows = stack.query_clickhouse("SELECT team_id, end_user FROM ai_events FINAL WHERE gateway = 'second'")
    assert rows == [{"team_id": team_id, "end_user": "call_of_unmapped_team"}]
