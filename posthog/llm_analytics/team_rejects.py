"""What of the rejects a team may see and replay: its own, and, as counts, those of its gateways that are nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from posthog.llm_analytics.queries.answer_completeness import list_gateways
from posthog.models import RejectedEvent, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCount:
    """Open rejects of one reason; `gateway` None: the team's own, else nobody's of that gateway."""

    reason_code: str
    rejects: int
    gateway: str | None = None


def list_own_rejects(team: Team) -> QuerySet[RejectedEvent]:
    """The team's rejects, replayed ones included, newest first."""
    return RejectedEvent.objects.filter(team=team).select_related("gateway").order_by("-id")


def list_unattributed_rejects(team: Team) -> QuerySet[RejectedEvent]:
    """Open rejects of the team's gateways of which nobody knows whose they are."""
    gateways = list_gateways(team).values("id")
    return RejectedEvent.objects.filter(team=None, gateway__in=gateways, replayed_at=None).order_by("id")


def count_open_rejects(team: Team) -> Sequence[RejectCount]:
    """By reason, the most frequent first: the team's own, then nobody's."""
    own = list_own_rejects(team).filter(replayed_at=None).order_by().values("reason_code").annotate(rejects=Count("id"))
    nobodys = (
        list_unattributed_rejects(team).order_by().values("reason_code", "gateway__name").annotate(rejects=Count("id"))
    )
    return [
        *(
            RejectCount(reason_code=row["reason_code"], rejects=row["rejects"])
            for row in own.order_by("-rejects", "reason_code")
        ),
        *(
            RejectCount(reason_code=row["reason_code"], rejects=row["rejects"], gateway=row["gateway__name"])
            for row in nobodys.order_by("-rejects", "reason_code", "gateway__name")
        ),
    ]
