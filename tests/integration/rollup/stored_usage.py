"""Rows put into `ai_events` as a writer does, marks included, and what the application sums up."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from posthog.llm_analytics.changed_hours import find_hours, floor_hour, mark_changed
from posthog.llm_analytics.usage_cells import CellQuery, read_cells
from posthog.llm_analytics.usage_rollup import BATCH_HOURS, roll_up_changed
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.models import Team
from tests.factories import make_payload
from tests.integration.llm_analytics.stored_rows import make_team, store

__all__ = ["make_team"]

LATER = timedelta(hours=3)
AGES_AGO = timedelta(days=400)


def make_row(team: Team, number: int, started_at: datetime, *, cost: float = 0.5, retention_days: int = 3650) -> Row:
    """One call of 100 input tokens; calls of one number and moment are the same call."""
    payload = make_payload(id=f"r{number}", startTime=started_at.timestamp(), response_cost=cost)
    event = build_ai_event(payload, team_id=team.id)
    return build_row(event, RowContext(ingested_at=timezone.now(), retention_days=retention_days, offset=number))


def store_and_mark(rows: Iterable[Row]) -> None:
    listed = list(rows)
    store(listed)
    mark_changed(find_hours(listed), now=timezone.now())


def roll_up_all(team: Team | None = None) -> int:
    """Everything that is due in a few hours."""
    done = 0
    while hours := roll_up_changed(now=timezone.now() + LATER, team_id=team.id if team else None):
        done += hours
        if hours < BATCH_HOURS:
            break
    return done


def sum_tokens(team: Team) -> int | None:
    """The team's input tokens ever, as the application reads them; None where there is no row."""
    now = timezone.now() + LATER
    query = CellQuery(start=floor_hour(now) - AGES_AGO, end=now, team_ids=[team.id])
    cells = read_cells(query, now=now)
    return cells[0].sums.input_tokens if cells else None
