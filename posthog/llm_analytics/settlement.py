"""
The last step of a drain, in one transaction: rejects and receipts are written, replayed ones marked, the hours of the
rows are marked as changed, and the bodies go.

A body of which a range is done stays, with what is left of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from posthog.llm_analytics.changed_hours import TeamHour, mark_changed
from posthog.llm_analytics.inbox import advance_bodies, settle_bodies
from posthog.models import GatewayInboxBody, RejectedEvent, ShipperReceipt


def settle(
    bodies: Sequence[GatewayInboxBody],
    rejects: Iterable[RejectedEvent],
    receipts: Sequence[ShipperReceipt],
    *,
    now: datetime,
    changed: Collection[TeamHour] = (),
) -> None:
    """
    Write what became of the bodies whose rows are stored.

    Args:
        changed: The hours of those rows.
    """
    replays = {body.batch_id: body.rejected_event_id for body in bodies if body.rejected_event_id}
    again = [reject for reject in rejects if reject.batch_id in replays]
    new = [reject for reject in rejects if reject.batch_id not in replays]
    with transaction.atomic():
        RejectedEvent.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
        ShipperReceipt.objects.bulk_create(receipts, batch_size=500)
        _settle_replays(replays.values(), {replays[reject.batch_id]: reject for reject in again}, now=now)
        advance_bodies([body for body in bodies if len(body.pending_ranges) > 1], now=now)
        settle_bodies([body for body in bodies if len(body.pending_ranges) <= 1])
        mark_changed(changed, now=now)  # last: other drains that mark the same hours wait for this one's end


def _settle_replays(replayed: Collection[int], failed: Mapping[int, RejectedEvent], *, now: datetime) -> None:
    """A replayed event that became a row is marked; one that failed again stays, with its new reason."""
    RejectedEvent.objects.filter(id__in=[pk for pk in replayed if pk not in failed]).update(replayed_at=now)
    for pk, reject in failed.items():
        RejectedEvent.objects.filter(id=pk).update(
            reason_code=reject.reason_code, reason=reject.reason, team_id=reject.team_id, rejected_at=now
        )
