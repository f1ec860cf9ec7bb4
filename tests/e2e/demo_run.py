"""What one `bin/start --demo` left behind, read from its stores right after it had printed the report."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import zstandard

from tests.e2e.started_stack import Row, StartedStack


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReject:
    """A row of the rejects table; `payload` is the event as the gateway sent it, without its content."""

    reason_code: str
    team_id: int | None
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRun:
    """
    One run of the demo.

    Attributes:
        printed: stdout, the usage report as a person sees it.
        rows: `ai_events`, deduplicated, with the gateway's team id under `gateway_team`.
        reports: The stored report of each team, by the gateway's team id: one, or two around midnight.
        waiting_bodies: Bodies in the inbox, not yet rows.
    """

    stack: StartedStack
    printed: str
    rows: tuple[Row, ...]
    rejects: tuple[StoredReject, ...]
    reports: dict[str, list[dict[str, Any]]]
    waiting_bodies: int


def read_demo_run(stack: StartedStack) -> DemoRun:
    """Read everything at once, so that calls made later change nothing."""
    teams = read_gateway_teams(stack)
    return DemoRun(
        stack=stack,
        printed=stack.stdout,
        rows=tuple(read_rows(stack)),
        rejects=tuple(_read_rejects(stack)),
        reports=_read_reports(stack, teams),
        waiting_bodies=stack.query_postgres("SELECT count(*) FROM posthog_gatewayinboxbody")[0]["count"],
    )


def read_gateway_teams(stack: StartedStack) -> dict[int, str]:
    """Our team → the gateway's name for it."""
    lines = stack.query_postgres("SELECT team_id, gateway_team_id FROM posthog_gatewayteam")
    return {line["team_id"]: line["gateway_team_id"] for line in lines}


def read_rows(stack: StartedStack) -> list[Row]:
    """Every row of `ai_events`; one of a team that the gateway does not know, as tests make them, has None."""
    teams = read_gateway_teams(stack)
    rows = stack.query_clickhouse("SELECT * FROM ai_events FINAL ORDER BY timestamp")
    return [{**row, "gateway_team": teams.get(row["team_id"])} for row in rows]


def find_row(rows: Iterable[Row], name: str) -> Row:
    """The one row of a sample call."""
    found = [row for row in rows if row["end_user"] == name]
    assert len(found) == 1, f"{len(found)} rows of {name}"
    return found[0]


def _read_rejects(stack: StartedStack) -> list[StoredReject]:
    rejects = stack.query_postgres("SELECT reason_code, team_id, event FROM posthog_rejectedevent ORDER BY id")
    return [
        StoredReject(
            reason_code=reject["reason_code"],
            team_id=reject["team_id"],
            payload=json.loads(zstandard.decompress(reject["event"])),
        )
        for reject in rejects
    ]


def _read_reports(stack: StartedStack, teams: dict[int, str]) -> dict[str, list[dict[str, Any]]]:
    reports: dict[str, list[dict[str, Any]]] = {}
    for line in stack.query_postgres("SELECT team_id, figures FROM posthog_usagereport ORDER BY day"):
        reports.setdefault(teams[line["team_id"]], []).append(line["figures"])
    return reports


def parse_printed_report(text: str) -> dict[str, dict[str, str]]:
    """The printed table: gateway's team id → column title → cell, as it stands there."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if "  " in line.strip()]
    header = lines[0]
    cells = (dict(zip(header, line, strict=True)) for line in lines if line != header)
    return {line["team"].lower().replace(" ", "-"): line for line in cells}
