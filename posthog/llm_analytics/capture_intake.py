"""
Captured events of one request → the inbox: one row, committed before the sender is told that they arrived.

AI events go there, each with its uuid and its moment settled, and so does what cannot be told to be none: the worker
rejects it with its reason. Other events are counted and not stored. Of a private team nothing that was said reaches
the inbox. What a crash does is told in `inbox.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import zstandard

from posthog.llm_analytics.inbox import IncomingBody, store_captured_body
from posthog.llm_usage.payloads.captured import keep_captured_numbers
from posthog.llm_usage.payloads.captured_identity import is_captured, normalize_captured
from posthog.models import Team

UNREADABLE = b'"event_unreadable"'
"""What stands in the place of an event that cannot be written, or of a private team's that cannot be reduced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """
    What became of a request's events.

    Attributes:
        stored: In the inbox, the unreadable ones among them.
        others: No AI events: not stored.
        batch_id: None where nothing was stored.
    """

    stored: int
    others: int
    batch_id: UUID | None


def store_captured_events(
    team: Team,
    events: Iterable[Any],
    *,
    received_at: datetime,
    sent_at: datetime | None = None,
    user_agent: str = "",
) -> Intake:
    """
    Commit the events of one request; ring the doorbell after it.

    Args:
        team: Whose project token came with them.
        events: As captured: `event`, `properties`, `distinct_id`, and where known `uuid`, `timestamp` or `offset`.
        received_at: Aware UTC.
        sent_at: The client's clock when it sent them, aware UTC; None: timestamps are taken as they are.
    Raises:
        django.db.Error: Nothing was stored.
    """
    elements: list[bytes] = []
    others = 0
    for position, raw in enumerate(events):
        if is_captured(raw):
            element = normalize_captured(
                raw, team_id=team.id, received_at=received_at, sent_at=sent_at, position=position
            )
            elements.append(_encode(element, is_private=team.is_private))
        else:
            others += raw is not None
    batch_id = _store(team, elements, received_at=received_at, user_agent=user_agent) if elements else None
    return Intake(stored=len(elements), others=others, batch_id=batch_id)


def _encode(element: Any, *, is_private: bool) -> bytes:
    if is_private:
        if not isinstance(element, dict):
            return UNREADABLE
        element = keep_captured_numbers(element)
    try:
        return orjson.dumps(element, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # nested deeper than it can be written
        return UNREADABLE


def _store(team: Team, elements: Iterable[bytes], *, received_at: datetime, user_agent: str) -> UUID:
    body = b"[" + b",".join(elements) + b"]"
    incoming = IncomingBody(
        compressed=zstandard.ZstdCompressor().compress(body),
        body_bytes=len(body),
        content_type="application/json",
        user_agent=user_agent,
    )
    return store_captured_body(incoming, team=team, received_at=received_at)
