"""
The inbox: request bodies that were acknowledged and are not yet rows.

The promise is at least once: a body is acknowledged after its row here is committed, and the row goes after
its events are stored. What a crash does, whether an error or SIGKILL, step by step:

| crash                              | what is left            | what happens next                             |
|------------------------------------|-------------------------|-----------------------------------------------|
| before `store_body` commits        | nothing                 | there was no answer: the sender sends again   |
| after it, before the answer        | the body                | the same; the events come twice, count once   |
| before `claim_bodies` commits      | the body                | the next drain takes it                       |
| between the claim and the INSERT   | the body, claimed       | the lease ends, another drain takes it over   |
| between two INSERTs of a body      | some rows and the body  | the same; what was written is written again   |
| between the INSERT and `settle`    | the rows and the body   | the same                                      |
| in `settle`, before its commit     | the rows and the body   | the same                                      |

Rows that are written again have the uuid that follows from their event, so they replace the first writing and no
sum changes. Rejects are written in the transaction that removes the body: once. A body that breaks every drain is
halved until the event at fault is alone (`bisection.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import structlog
import zstandard
from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from posthog.llm_analytics.body_column import insert_body, read_bodies
from posthog.metrics import CLAIMS_TAKEN_OVER
from posthog.models import GatewayCredential, GatewayInboxBody, InboxSource, Team

log = structlog.get_logger(__name__)

BACKOFF_FIRST = timedelta(seconds=5)
BACKOFF_MAX = timedelta(minutes=10)
ERROR_MAX_CHARS = 500
STUCK_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingBody:
    """
    One request body as the door hands it over.

    Attributes:
        compressed: zstd frame of the decoded body.
        body_bytes: Size before compression.
    """

    compressed: bytes | bytearray
    body_bytes: int
    content_type: str = ""
    user_agent: str = ""


def store_body(body: IncomingBody, *, credential: GatewayCredential, received_at: datetime) -> UUID:
    """Commit the body; returns the batch's id. Only after this may the sender be told that it arrived."""
    return _store(body, GatewayInboxBody(credential=credential, received_at=received_at))


def store_captured_body(body: IncomingBody, *, team: Team, received_at: datetime) -> UUID:
    """Commit a body of captured events, a JSON array; as `store_body`."""
    return _store(body, GatewayInboxBody(source=InboxSource.CAPTURE, team=team, received_at=received_at))


def _store(body: IncomingBody, row: GatewayInboxBody) -> UUID:
    row.batch_id = uuid4()
    row.available_at = row.received_at
    row.body_bytes = body.body_bytes
    row.content_type = body.content_type[:200]
    row.user_agent = body.user_agent[:200]
    insert_body(row, body.compressed)
    return row.batch_id


def claim_bodies(*, now: datetime) -> list[GatewayInboxBody]:
    """
    Claim the oldest waiting bodies, as many as one drain should hold.

    A body that was claimed before and not settled comes alone: if it was what broke the last drain, it must
    not break its neighbours again.
    """
    with transaction.atomic():
        waiting = _waiting(now).select_for_update(skip_locked=True, of=("self",)).order_by("id")
        described = waiting.values_list(*_Waiting._fields)[: settings.LLM_GATEWAY_DRAIN_MAX_BODIES]
        locked = [_Waiting(*values) for values in described]
        chosen = _choose(locked)
        _report_taken_over([body for body in locked if body.id in chosen], now=now)
        GatewayInboxBody.objects.filter(id__in=chosen).update(claimed_at=now, attempts=F("attempts") + 1)
    claimed = GatewayInboxBody.objects.filter(id__in=chosen).select_related("credential__gateway", "team")
    return read_bodies(list(claimed.defer("body").order_by("id"))) if chosen else []


def requeue_ranges(body: GatewayInboxBody, ranges: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """Put a claimed body back with the ranges that are to do, the first of which comes next and alone."""
    GatewayInboxBody.objects.filter(id=body.id, claimed_at=body.claimed_at).update(
        claimed_at=None, attempts=0, available_at=now, pending_ranges=[list(limits) for limits in ranges]
    )


def advance_bodies(bodies: Sequence[GatewayInboxBody], *, now: datetime) -> None:
    """Put bodies back whose first range is done; one that somebody else claimed meanwhile is theirs."""
    for body in bodies:
        requeue_ranges(body, body.pending_ranges[1:], now=now)


def settle_bodies(bodies: Sequence[GatewayInboxBody]) -> None:
    """Remove bodies whose events are stored or rejected."""
    GatewayInboxBody.objects.filter(id__in=[body.id for body in bodies]).delete()


def release_bodies(bodies: Sequence[GatewayInboxBody], *, error: str, now: datetime, is_their_fault: bool) -> None:
    """
    Give claimed bodies back, to be tried again later.

    Args:
        error: What went wrong; ids and codes only, never content.
        is_their_fault: False where a store was away: that costs the bodies none of their attempts.
    """
    for body in bodies:
        attempts = body.attempts if is_their_fault else body.attempts - 1
        GatewayInboxBody.objects.filter(id=body.id, claimed_at=body.claimed_at).update(
            claimed_at=None,
            attempts=max(attempts, 0),
            available_at=now + _backoff(body.attempts),
            last_error=error[:ERROR_MAX_CHARS],
        )


def count_waiting() -> int:
    """How many bodies are not yet rows, claimed ones included."""
    return GatewayInboxBody.objects.count()


def list_stuck(*, now: datetime) -> list[GatewayInboxBody]:
    """The oldest bodies, without their content, whose claim has run out and that no drain has taken over yet."""
    return list(_stuck(now).defer("body").order_by("claimed_at")[:STUCK_LISTED])


def count_stuck(*, now: datetime) -> int:
    """How many of them there are."""
    return _stuck(now).count()


def find_oldest_received_at() -> datetime | None:
    """When the oldest body that is not yet rows arrived; None where the inbox is empty."""
    oldest: datetime | None = GatewayInboxBody.objects.aggregate(oldest=Min("received_at"))["oldest"]
    return oldest


def read_body(body: GatewayInboxBody) -> bytes:
    """The decoded request body."""
    return zstandard.ZstdDecompressor().decompress(bytes(body.body), max_output_size=body.body_bytes)


def _waiting(now: datetime) -> QuerySet[GatewayInboxBody]:
    is_free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - _lease())
    return GatewayInboxBody.objects.filter(is_free, available_at__lte=now)


def _stuck(now: datetime) -> QuerySet[GatewayInboxBody]:
    return GatewayInboxBody.objects.filter(claimed_at__lt=now - _lease())


def _lease() -> timedelta:
    return timedelta(seconds=settings.LLM_GATEWAY_CLAIM_LEASE_S)


class _Waiting(NamedTuple):
    """What tells whether a body is claimed."""

    id: int
    attempts: int
    claimed_at: datetime | None
    body_bytes: int
    pending_ranges: list[list[int]]


def _report_taken_over(bodies: Sequence[_Waiting], *, now: datetime) -> None:
    """A claim that ran out means a worker that died, or one that a single drain keeps too long."""
    for body in bodies:
        if body.claimed_at is not None:
            held_s = round((now - body.claimed_at).total_seconds())
            log.warning("claim_taken_over", body_id=body.id, attempts=body.attempts, held_s=held_s)
            CLAIMS_TAKEN_OVER.inc()


def _choose(waiting: Sequence[_Waiting]) -> list[int]:
    chosen: list[int] = []
    total_bytes = 0
    for body in waiting:
        if body.attempts > 0 or body.pending_ranges:
            return chosen or [body.id]
        total_bytes += body.body_bytes
        if chosen and total_bytes > settings.LLM_GATEWAY_DRAIN_MAX_BYTES:
            break
        chosen.append(body.id)
    return chosen


def _backoff(attempts: int) -> timedelta:
    return min(BACKOFF_FIRST * 2.0 ** min(attempts, 16), BACKOFF_MAX)
