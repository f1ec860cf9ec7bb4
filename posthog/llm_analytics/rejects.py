"""Events that became no row: how many are nobody's, and when they go. How they are tried again: `replay.py`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from posthog.models import RejectedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattributed:
    """Rejects of one gateway and reason that no team's report can count, because no team is known."""

    gateway: str
    reason_code: str
    events: int


def list_unattributed(day: date, *, organization_ids: Collection[UUID] | None = None) -> list[Unattributed]:
    """
    Count the day's (UTC, by arrival) rejects without a team, the most frequent first.

    Args:
        organization_ids: Only gateways of these organizations; None: of all.
    """
    start = datetime.combine(day, time(), UTC)
    rejects = RejectedEvent.objects.filter(
        received_at__gte=start,
        received_at__lt=start + timedelta(days=1),
        team=None,
        gateway__isnull=False,
        replayed_at=None,
    )
    if organization_ids is not None:
        rejects = rejects.filter(gateway__organization__in=organization_ids)
    counted = rejects.values("gateway__name", "reason_code").annotate(events=Count("id"))
    return [
        Unattributed(gateway=row["gateway__name"], reason_code=row["reason_code"], events=row["events"])
        for row in counted.order_by("-events", "gateway__name", "reason_code")
    ]


def remove_old_rejects(*, now: datetime) -> int:
    """Remove rejects that were kept as long as they should be; returns how many."""
    kept_since = now - timedelta(days=settings.LLM_GATEWAY_REJECT_RETENTION_DAYS)
    removed, _ = RejectedEvent.objects.filter(rejected_at__lt=kept_since).delete()
    return removed
