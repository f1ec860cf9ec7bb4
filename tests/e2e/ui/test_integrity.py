"""The integrity screen in a real browser: exact shares and flags, an alert that is dealt with, rejects replayed."""

from collections import Counter
from typing import Any

import psycopg
import pytest

from stack.env_file import read_env_file
from tests.e2e.demo_run import DemoRun
from tests.e2e.gateway_expectations import EXPECTED_ROWS
from tests.e2e.started_stack import StartedStack
from tests.e2e.ui.looking import find_team_id, look_at, require_clean, require_screenshots

GATEWAY_TEAM = "team-beta"
UNMAPPED, REASON = "team-omega", "team_unknown"
"""The demo calls once for a team of the gateway that is none of ours."""


def open_alert(stack: StartedStack) -> None:
    """As a look of the checks leaves one, about every team of the demo; a real fault takes weeks to be learned."""
    address = read_env_file(stack.instance / "stack.env")["DATABASE_URL"]
    with psycopg.connect(address) as connection:
        connection.execute(
            """
            INSERT INTO posthog_accountingcheck (organization_id, expected)
            SELECT id, '[]' FROM posthog_organization WHERE name = 'Demo' ON CONFLICT DO NOTHING
            """
        )
        connection.execute(
            """
            INSERT INTO posthog_accountingalert (id, organization_id, key, check_name, gateway, provider, model,
                is_stream, figure, severity, worst_severity, state, opened_at, updated_at, since, seen, usual, calls,
                evidence)
            SELECT gen_random_uuid(), id, 'made-by-a-test', 'field_vanished', 'Demo gateway', 'anthropic',
                'claude-opus-4-8', false, 'cache_read_input_tokens', 'critical', 'critical', 'open', now(), now(),
                date_trunc('hour', now()), 0.1, 0.98, 60, '{"events": []}'
            FROM posthog_organization WHERE name = 'Demo'
            """
        )
        connection.execute(
            """
            INSERT INTO posthog_accountingalertchange (alert_id, at, kind, actor, details)
            SELECT id, opened_at, 'opened', '', '{}' FROM posthog_accountingalert WHERE key = 'made-by-a-test'
            """
        )


@pytest.fixture(scope="module")
def look(demo_run: DemoRun) -> dict[str, Any]:
    """The gateway's unmapped team becomes one of ours before its call is replayed."""
    stack = demo_run.stack
    open_alert(stack)
    stack.manage("create_team", "Team Omega", "--organization", "Demo")
    (team,) = stack.query_postgres("SELECT id FROM posthog_team WHERE name = 'Team Omega'")
    stack.manage("map_gateway_teams", "--gateway", "Demo gateway", f"{UNMAPPED}={team['id']}")
    seen = look_at(stack, "integrity", team_id=find_team_id(stack, GATEWAY_TEAM), reason=REASON)
    rows = stack.query_clickhouse(f"SELECT uuid FROM ai_events FINAL WHERE team_id = {team['id']}")
    return {**seen, "rows_of_omega": rows}


def test_matrix_shows_the_share_of_calls_that_report_each_count(look: dict[str, Any]) -> None:
    """As many as the hand-made table has; nothing went before, so nothing is usual."""
    own = [row for row in EXPECTED_ROWS if row.team == GATEWAY_TEAM]
    assert set(look["matrix"]) == {row.model for row in own}
    for model, cells in look["matrix"].items():
        rows = [row for row in own if row.model == model]
        for count, said in cells.items():
            reported = sum(row.tokens[count] is not None for row in rows)
            assert said.startswith(f"{reported} of {len(rows)} calls report "), (model, count)
            assert said.endswith("nothing to compare with")


def test_flags_are_counted(look: dict[str, Any], demo_run: DemoRun) -> None:
    """Those of the team's rows, each as often as it was raised."""
    own = [row for row in demo_run.rows if row["gateway_team"] == GATEWAY_TEAM]
    assert look["flags"] == Counter(flag for row in own for flag in row["integrity_flags"])


def test_rejects_are_told_by_reason(look: dict[str, Any]) -> None:
    """The numbers of the API."""
    assert look["rejects"] == {count["reason_code"]: count["rejects"] for count in look["api"]["open_counts"]}
    assert look["rejects"][REASON] == 1


def test_reject_is_replayed_after_a_question(look: dict[str, Any]) -> None:
    """The screen says what it will do and what it did; the event is a row of its team, and no reject any more."""
    assert f"1 event rejected for {REASON}" in look["replayed"]["question"]
    assert look["replayed"]["result"] == "1 put back into the inbox."
    assert REASON not in look["replayed"]["left"]
    assert len(look["rows_of_omega"]) == 1


def test_alert_shows_its_evidence_and_what_was_done(look: dict[str, Any]) -> None:
    """Owned, muted, accepted: each is in its history, by whom."""
    kinds = [line.split(": ", 1)[1] for line in look["alerts"]["history"]]
    assert [kind.partition(" by ")[0] for kind in kinds] == ["opened", "owned", "muted", "accepted"]
    assert all(kind.endswith(" by admin@localhost") for kind in kinds[1:])
    assert "Evidence." in look["alerts"]["text"]
    assert look["alerts"]["id"]


def test_nothing_is_refused_and_the_screen_is_accessible(look: dict[str, Any]) -> None:
    """In both themes, wide and narrow."""
    require_clean(look)
    require_screenshots("integrity")
