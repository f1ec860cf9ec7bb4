"""
Rejected events, tried again: each goes back into the inbox as a body of its own, with its credential and the
moment at which it was first received, and from there on down the same path as any other.

The reject stays until its row is stored. Then it is marked as replayed; if the event is rejected again, the reject
has the new reason. A reject that waits in the inbox already is not sent twice.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import uuid4

import zstandard
from django.db import transaction
from django.db.models import QuerySet

from posthog.encryption import Undecryptable
from posthog.errors import InvalidBody
from posthog.llm_analytics.audit import record_act
from posthog.llm_analytics.private_bodies import Rewrite, choose_captured_rewrite, choose_rewrite
from posthog.llm_analytics.rejected_content import open_content
from posthog.models import GatewayCredential, GatewayInboxBody, InboxSource, RejectedEvent, Team

PER_TRANSACTION = 500


@dataclass(slots=True, kw_only=True)
class Replay:
    """
    What a replay does, in counts of rejects.

    Attributes:
        sent: Put into the inbox.
        waiting: Were in the inbox already.
        not_kept: Nothing of the event was kept, none of the keys opens it, or none of it may be stored any more.
        ownerless: Their credential, or their team, is gone, and with it the word on whose they are.
    """

    sent: int = 0
    waiting: int = 0
    not_kept: int = 0
    ownerless: int = 0


def find_rejects(
    *, ids: Collection[int] = (), reason_code: str = "", team_id: int | None = None
) -> QuerySet[RejectedEvent]:
    """The rejects that were not replayed yet and fit every condition given, oldest first."""
    rejects = RejectedEvent.objects.filter(replayed_at=None)
    if ids:
        rejects = rejects.filter(id__in=ids)
    if reason_code:
        rejects = rejects.filter(reason_code=reason_code)
    if team_id is not None:
        rejects = rejects.filter(team_id=team_id)
    return rejects.order_by("id")


def replay_rejects(
    rejects: QuerySet[RejectedEvent],
    *,
    actor: str,
    now: datetime,
    is_dry_run: bool = False,
    scope: Team | None = None,
) -> Replay:
    """
    Put the rejects back into the inbox; a dry run only counts what would be.

    Args:
        scope: The team in whose name it is done; None: the instance's.
    """
    replay = Replay()
    chosen = rejects.select_related("credential", "team", "replay").iterator(chunk_size=PER_TRANSACTION)
    while some := list(islice(chosen, PER_TRANSACTION)):
        bodies = list(_list_bodies(some, replay, now=now))
        if not is_dry_run:
            GatewayInboxBody.objects.bulk_create(bodies, ignore_conflicts=True)
    if replay.sent and not is_dry_run:
        with transaction.atomic():
            record_act(
                "rejects_replayed",
                actor=actor,
                target="rejected events",
                scope=scope,
                details={"sent": replay.sent},
            )
    return replay


def _list_bodies(rejects: Iterable[RejectedEvent], replay: Replay, *, now: datetime) -> Iterator[GatewayInboxBody]:
    rewrites: dict[tuple[str, int], Rewrite] = {}
    for reject in rejects:
        owner = reject.team if reject.source == InboxSource.CAPTURE else reject.credential
        if hasattr(reject, "replay"):
            replay.waiting += 1
        elif owner is None:
            replay.ownerless += 1
        else:
            key = (reject.source, owner.pk)
            if key not in rewrites:
                rewrites[key] = _choose_rewrite(owner)
            body = _read_kept(reject, rewrites[key])
            if body is None:
                replay.not_kept += 1
            else:
                replay.sent += 1
                yield _build_body(reject, body, now=now)


def _choose_rewrite(owner: GatewayCredential | Team) -> Rewrite:
    return choose_captured_rewrite(owner) if isinstance(owner, Team) else choose_rewrite(owner)


def _read_kept(reject: RejectedEvent, rewrite: Rewrite) -> bytes | None:
    """The reject's event as a body, without what its team, private by now, does not want stored."""
    try:
        text = open_content(reject)
        return b"".join(rewrite(iter([b"[" + text + b"]"]))) if text is not None else None
    except (Undecryptable, InvalidBody):
        return None


def _build_body(reject: RejectedEvent, body: bytes, *, now: datetime) -> GatewayInboxBody:
    return GatewayInboxBody(
        batch_id=uuid4(),
        source=reject.source,
        credential=reject.credential,
        team=reject.team if reject.source == InboxSource.CAPTURE else None,
        received_at=reject.received_at,
        available_at=now,
        body=zstandard.ZstdCompressor().compress(body),
        body_bytes=len(body),
        content_type="application/json",
        user_agent="replay_rejected",
        rejected_event=reject,
    )
