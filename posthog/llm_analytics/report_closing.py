"""
When a day may be closed, and what is known to be missing from it.

A day closes LLM_ANALYTICS_REPORT_CLOSE_AFTER_HOURS after its end if nothing of the organization waits in the inbox
and no shipper misses an event of it; else it waits, until LLM_ANALYTICS_REPORT_CLOSE_LATEST_HOURS after its end, and
is then closed with what is missing named.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from posthog.llm_analytics.completeness import measure_completeness
from posthog.llm_analytics.report_calendar import DaySpan
from posthog.llm_analytics.report_figures import GatewayReceipts
from posthog.models import Gateway, GatewayCredential, GatewayInboxBody, GatewayTeam, ShipperReceipt

Missing = dict[str, int]
"""`waiting_bodies`: request bodies that are not yet rows; `events`: numbered by a shipper, not held."""


def find_missing(waiting_bodies: int, gateways: Iterable[GatewayReceipts]) -> Missing:
    missing = {"waiting_bodies": waiting_bodies, "events": sum(gateway.missing for gateway in gateways)}
    return {name: count for name, count in missing.items() if count}


def is_closable(span: DaySpan, missing: Missing, *, now: datetime) -> bool:
    latest = timedelta(hours=settings.LLM_ANALYTICS_REPORT_CLOSE_LATEST_HOURS)
    due_at = _find_due(span)
    return now >= (max(due_at, span.end + latest) if missing else due_at)


def count_waiting_bodies(span: DaySpan, organization_ids: Collection[UUID]) -> Counter[UUID]:
    """Bodies in the inbox that arrived before the day was due to be closed, by organization."""
    waiting = GatewayInboxBody.objects.filter(received_at__lt=_find_due(span))
    bodies: Counter[UUID] = Counter()
    for owner in ("credential__gateway__organization_id", "team__organization_id"):
        of_organizations = waiting.filter(**{f"{owner}__in": organization_ids})
        bodies.update(dict(of_organizations.values_list(owner).annotate(Count("id"))))
    return bodies


def _find_due(span: DaySpan) -> datetime:
    return span.end + timedelta(hours=settings.LLM_ANALYTICS_REPORT_CLOSE_AFTER_HOURS)


def measure_gateways(span: DaySpan, organization_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, GatewayReceipts]]]:
    """What is known of each organization's gateways (with their ids) about hours that begin within the day."""
    heard = ShipperReceipt.objects.filter(hour__gte=span.start, hour__lt=span.end).values("gateway_id")
    gateways = Gateway.objects.filter(organization_id__in=organization_ids, id__in=heard).order_by("name")
    measured: dict[UUID, list[tuple[UUID, GatewayReceipts]]] = {}
    for gateway in gateways:
        found = measure_completeness(gateway, start=span.start, end=span.end)
        receipts = GatewayReceipts(gateway=gateway.name, received=found.received, missing=found.missing)
        measured.setdefault(gateway.organization_id, []).append((gateway.id, receipts))
    return measured


def list_reporting_gateways(gateway_ids: Iterable[UUID]) -> Mapping[int, set[UUID]]:
    """The gateways that may report for a team, by team: it is mapped there, or a credential is its own."""
    known = list(gateway_ids)
    mapped = GatewayTeam.objects.filter(gateway_id__in=known).values_list("team_id", "gateway_id")
    own = GatewayCredential.objects.filter(gateway_id__in=known, team__isnull=False).values_list(
        "team_id", "gateway_id"
    )
    gateways: dict[int, set[UUID]] = {}
    for team_id, gateway_id in [*mapped, *own]:
        if team_id is not None:
            gateways.setdefault(team_id, set()).add(gateway_id)
    return gateways
