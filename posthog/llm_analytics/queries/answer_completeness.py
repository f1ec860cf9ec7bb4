"""
Whether an answer about a range is the whole truth yet, and if not, why: each reason with its number.

The reasons are those that can be known: what waits in the inbox, what the durable shippers numbered and never sent,
what was rejected, what retention or a deletion took away, what nobody priced or measured.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from posthog.llm_analytics.completeness import count_missing
from posthog.llm_analytics.queries.figures import Figures
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.models import Gateway, GatewayInboxBody, RejectedEvent, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """
    Why an answer may lack something.

    Attributes:
        code: Stable, snake_case.
        detail: One sentence.
        count: Of what the code names; None where it counts nothing.
        gateway: The gateway's name, where it is one's.
    """

    code: str
    detail: str
    count: int | None = None
    gateway: str | None = None


def list_reasons(team: Team, span: TimeRange, *, now: datetime, figures: Figures | None = None) -> list[Reason]:
    """
    Everything that keeps an answer about the range from being complete; empty: it is.

    Args:
        figures: The answer's total, where it has one.
    """
    return list_reasons_of_teams([team], span, now=now, figures=figures)


def list_reasons_of_teams(
    teams: Sequence[Team], span: TimeRange, *, now: datetime, figures: Figures | None = None
) -> list[Reason]:
    """The same of an answer about several teams, each reason once: what is counted is that of all of them."""
    gateways = list(_list_gateways(teams))
    return [
        *_list_period_reasons(teams, span, now=now),
        *_list_inbox_reasons(teams, gateways, span),
        *_list_shipper_reasons(gateways, span),
        *_list_reject_reasons(teams, gateways, span),
        *_list_figure_reasons(figures),
    ]


def list_gateways(team: Team) -> QuerySet[Gateway]:
    """The gateways that report calls of the team: by its mapping, or with a credential of the team's own."""
    return _list_gateways([team])


def _list_gateways(teams: Sequence[Team]) -> QuerySet[Gateway]:
    reaches = Q(gateway_teams__team__in=teams) | Q(credentials__team__in=teams)
    organizations = {team.organization_id for team in teams}
    return Gateway.objects.filter(reaches, organization__in=organizations).distinct().order_by("name")


def _list_period_reasons(teams: Sequence[Team], span: TimeRange, *, now: datetime) -> Iterator[Reason]:
    if span.end > now:
        yield Reason(code="period_not_over", detail="The range ends in the future: calls are still being made")
    retention_days = min((team.retention_days for team in teams), default=0)
    if teams and span.start < now - timedelta(days=retention_days):
        yield Reason(
            code="past_retention",
            detail=f"Events older than {retention_days} days are no longer kept; sums of them may remain",
        )
    deletions = (team.events_deleted_before for team in teams)
    if any(deleted_before is not None and span.start < deleted_before for deleted_before in deletions):
        yield Reason(code="events_deleted", detail="Events that were received before the team's deletion are gone")


def _list_inbox_reasons(teams: Sequence[Team], gateways: Sequence[Gateway], span: TimeRange) -> Iterator[Reason]:
    """A call is reported after it began: what was received before the range cannot belong to it."""
    waiting = GatewayInboxBody.objects.filter(received_at__gte=span.start)
    detail = "Received request bodies wait to be read; calls of the range may be among them"
    if captured := waiting.filter(team__in=teams).count():
        yield Reason(code="inbox_not_drained", detail=detail, count=captured)
    for gateway in gateways:
        if bodies := waiting.filter(credential__gateway=gateway).count():
            yield Reason(code="inbox_not_drained", detail=detail, count=bodies, gateway=gateway.name)


def _list_shipper_reasons(gateways: Sequence[Gateway], span: TimeRange) -> Iterator[Reason]:
    for gateway in gateways:
        if missing := count_missing(gateway, start=span.start, end=span.end):
            yield Reason(
                code="shipper_gap",
                detail="The gateway's shipper numbered events that never came; some may be this team's",
                count=missing,
                gateway=gateway.name,
            )


def _list_reject_reasons(teams: Sequence[Team], gateways: Sequence[Gateway], span: TimeRange) -> Iterator[Reason]:
    rejects = RejectedEvent.objects.filter(
        received_at__gte=span.start, received_at__lt=span.end + timedelta(days=1), replayed_at=None
    )
    if own := rejects.filter(team__in=teams).count():
        yield Reason(code="events_rejected", detail="Events of this team became no row", count=own)
    for gateway in gateways:
        if nobodys := rejects.filter(team=None, gateway=gateway).count():
            yield Reason(
                code="events_unattributed",
                detail="Events of the gateway are nobody's; some may be this team's",
                count=nobodys,
                gateway=gateway.name,
            )


def _list_figure_reasons(figures: Figures | None) -> Iterator[Reason]:
    if figures is None:
        return
    if unpriced := figures["unpriced_calls"]:
        yield Reason(
            code="unpriced_calls", detail="Calls without a known price: costs are lower bounds", count=unpriced
        )
    if unmeasured := figures["unmeasured_calls"]:
        yield Reason(
            code="unmeasured_calls",
            detail="Calls whose usage nobody reported: tokens and costs are lower bounds",
            count=unmeasured,
        )
