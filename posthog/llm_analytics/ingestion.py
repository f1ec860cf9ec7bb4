"""
From the inbox to `ai_events`: claim bodies, build rows, INSERT them, then settle.

The order is the promise (see `inbox.py`): rows are inserted before their bodies go, and rejects are written
in the transaction that removes the bodies. Whatever is interrupted in between happens again and counts
once.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import structlog
from django.conf import settings
from django.db import DatabaseError

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.bisection import halve, is_unreadable, is_worn_out, list_ranges, reject_event
from posthog.llm_analytics.changed_hours import TeamHour, announce_changes, find_hours
from posthog.llm_analytics.client_reports import link_client_reports, relink_stored
from posthog.llm_analytics.gateway_bodies import Rejection, reject_text
from posthog.llm_analytics.inbox import claim_bodies, release_bodies, requeue_ranges
from posthog.llm_analytics.inbox_elements import find_element_text
from posthog.llm_analytics.receipts import build_receipts
from posthog.llm_analytics.rejected_content import build_reject
from posthog.llm_analytics.row_batches import build_batches, list_sources
from posthog.llm_analytics.row_insertion import RefusedRow, insert_batch
from posthog.llm_analytics.settlement import settle
from posthog.llm_analytics.superseding import list_superseding_rows, name_rows
from posthog.llm_usage.payloads.numbering import Numbering
from posthog.metrics import DRAIN_SECONDS, EVENTS_INGESTED, EVENTS_REJECTED
from posthog.models import GatewayInboxBody, RejectedEvent

log = structlog.get_logger(__name__)

Step = Literal["claimed", "built", "inserted", "settled"]


@dataclass(slots=True)
class Drained:
    """What one drain did: counts of bodies, rows inserted and elements rejected."""

    bodies: int = 0
    rows: int = 0
    rejected: int = 0


@dataclass(slots=True)
class _Outcome:
    """What the batches of one drain became, without their rows: those are in ClickHouse."""

    rejects: list[RejectedEvent] = field(default_factory=list)
    numberings: dict[int, list[Numbering]] = field(default_factory=dict)
    rows_by_event: Counter[str] = field(default_factory=Counter)
    changed: set[TeamHour] = field(default_factory=set)


def drain_once(*, now: datetime) -> Drained:
    """
    Claim waiting bodies, as many as one insert should hold, and turn them into rows.

    Returns:
        Zeros where nothing was waiting.
    Raises:
        ClickHouseError: The store is away; the bodies are back in the inbox.
    """
    started_s = time.perf_counter()
    drained = Drained()
    for _ in drain_in_steps(drained, now=now):
        pass
    if drained.bodies:
        DRAIN_SECONDS.observe(time.perf_counter() - started_s)
        log.info("inbox_drained", bodies=drained.bodies, rows=drained.rows, rejected=drained.rejected)
    return drained


def drain_in_steps(drained: Drained, *, now: datetime) -> Iterator[Step]:
    """
    Do one drain, pausing after each step that a crash may follow; `drained` is filled in as it goes.

    A large body is built and inserted in several rounds, and settled once.
    """
    bodies = claim_bodies(now=now)
    drained.bodies = len(bodies)
    if not bodies:
        return
    yield "claimed"
    try:
        if is_worn_out(bodies[0], max_attempts=settings.LLM_GATEWAY_MAX_ATTEMPTS):
            drained.rejected = _give_way(bodies[0], now=now)
            return
        outcome = _Outcome()
        yield from _store_rows(bodies, outcome, now=now)
    except ClickHouseError as error:
        release_bodies(bodies, error=f"{type(error).__name__}: {error.code}", now=now, is_their_fault=False)
        raise
    except DatabaseError:  # Postgres is away, and with it the inbox: the lease gives the bodies back
        raise
    except Exception as error:
        log.exception("drain_failed", bodies=len(bodies), first_body_id=bodies[0].id)
        release_bodies(bodies, error=type(error).__name__, now=now, is_their_fault=True)
        raise
    receipts = build_receipts(bodies, outcome.numberings)
    settle(bodies, outcome.rejects, receipts, now=now, changed=outcome.changed)
    drained.rows, drained.rejected = outcome.rows_by_event.total(), len(outcome.rejects)
    _count_outcome(outcome)
    yield "settled"


def _store_rows(bodies: Sequence[GatewayInboxBody], outcome: _Outcome, *, now: datetime) -> Iterator[Step]:
    token = _make_token(bodies, now=now)
    for number, batch in enumerate(build_batches(bodies, now=now)):
        yield "built"
        superseding = list_superseding_rows(batch.rows, bodies, now=now)
        linked = link_client_reports(batch.rows, now=now)
        more = [*superseding, *linked.rewritten]
        changed = find_hours([*linked.rows, *more])
        announce_changes(changed, now=now)
        outcome.changed |= changed
        refused = insert_batch([*linked.rows, *more], token=f"{token}.{number}{name_rows(more)}")
        yield "inserted"
        relink_stored(linked.rows, now=now, known=linked.known)
        refused_uuids = {refusal.row["uuid"] for refusal in refused}
        outcome.rows_by_event.update(row["event"] for row in batch.rows if row["uuid"] not in refused_uuids)
        for body_id, numberings in batch.numberings.items():
            outcome.numberings.setdefault(body_id, []).extend(numberings)
        outcome.rejects += [*batch.rejects, *_reject_refused(refused, bodies, now=now)]


def _make_token(bodies: Sequence[GatewayInboxBody], *, now: datetime) -> str:
    """
    Names what the inserts of this drain hold: the bodies, the range of one that is done in ranges, and the claim.

    Another claim is another token, for a server that does not replicate writes the token down before it keeps the
    rows: killed in between, it drops a repetition with that token and keeps nothing (seen in ClickHouse 26.9). What
    is then stored twice has the same uuids. Within a claim, ClickHouse's own repetitions towards shards are dropped.
    """
    parts = [body.batch_id.bytes + repr(list_ranges(body)[:1]).encode() for body in bodies]
    return hashlib.sha256(b"".join([now.isoformat().encode(), *parts])).hexdigest()


def _reject_refused(
    refused: Sequence[RefusedRow], bodies: Sequence[GatewayInboxBody], *, now: datetime
) -> Iterator[RejectedEvent]:
    if not refused:
        return
    sources = {body.id: (body, source) for body, source in list_sources(bodies)}
    for refusal in refused:
        body, source = sources[refusal.row["_offset"]]
        position = refusal.row["_partition"]
        rejection = Rejection(position=position, code="row_refused", reason=refusal.reason)
        yield build_reject(body, reject_text(rejection, find_element_text(body, position), source), now=now)


def _give_way(body: GatewayInboxBody, *, now: datetime) -> int:
    """Halve a body that broke every drain that held it, or reject the event that is left; returns rejects."""
    max_attempts = settings.LLM_GATEWAY_MAX_ATTEMPTS
    is_readable = not is_unreadable(body, max_attempts=max_attempts)
    if is_readable and (ranges := halve(body)):
        requeue_ranges(body, ranges, now=now)
        log.warning("body_halved", body_id=body.id, ranges=len(ranges), error=body.last_error)
        return 0
    rejection = reject_event(body)
    if is_readable:
        ((_, source),) = list_sources([body])
        rejection = reject_text(rejection, find_element_text(body, rejection.position), source)
    reject = build_reject(body, rejection, now=now)
    settle([body], [reject], [], now=now)
    _count_outcome(_Outcome(rejects=[reject]))
    log.warning("event_given_up", body_id=body.id, position=rejection.position, reason_code=rejection.code)
    return 1


def _count_outcome(outcome: _Outcome) -> None:
    """Count for `/metrics` what was settled; a drain that is tried again counts once, when it succeeds."""
    for event, rows in outcome.rows_by_event.items():
        EVENTS_INGESTED.labels(event).inc(rows)
    for code, events in Counter(reject.reason_code for reject in outcome.rejects).items():
        EVENTS_REJECTED.labels(code).inc(events)
