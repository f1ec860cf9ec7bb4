"""Rows of `ai_events` as a faulty older version of the rules left them, and the rows as they should be."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.models import Organization, Team
from tests.factories import make_payload

DAY = datetime(2026, 11, 23, tzinfo=UTC)
INGESTED_AT = DAY + timedelta(days=1, microseconds=7)

WRONG: dict[str, Any] = {
    "input_tokens": 40,  # the cached tokens were taken out
    "cache_read_input_tokens": None,
    "total_cost_usd": 0.5,
    "integrity_flags": ["total_mismatch"],
    "usage_rules_version": "0",
}
"""What the older rules got wrong in every row of `make_payload`."""


def make_team(name: str = "Alpha") -> Team:
    return Team.objects.create(organization=Organization.objects.create(name=f"org {name}"), name=name)


def make_row(team: Team, number: int, **payload: Any) -> Row:
    """The right row of one call; each number is another call, six minutes after the one before."""
    fields = {"id": f"chatcmpl-{number}", "startTime": (DAY + timedelta(minutes=6 * number)).timestamp()}
    event = build_ai_event(make_payload(**fields, **payload), team_id=team.id)
    # Days of a test must outlive the table's TTL.
    return build_row(event, RowContext(ingested_at=INGESTED_AT, retention_days=3650, offset=number, position=1))


def store(rows: Iterable[Row]) -> None:
    """Insert the rows as one part."""
    listed = list(rows)
    versions = repr([(row["uuid"], row["ingested_at"]) for row in listed])
    insert_rows(listed, deduplication_token=hashlib.sha256(versions.encode()).hexdigest())


def list_stored(team: Team) -> list[dict[str, Any]]:
    """The team's rows, the newest version of each, oldest call first."""
    sql = "SELECT * FROM ai_events FINAL WHERE team_id = %(team_id)s ORDER BY timestamp, uuid"
    return query_rows(sql, {"team_id": team.id})


def count_versions() -> int:
    """Rows on disk, older versions included."""
    return int(sync_execute("SELECT count() FROM ai_events")[0][0])
