"""Everything that the checks look at, of one organization: see `posthog.llm_integrity.checks.all_checks.Observed`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from posthog.llm_analytics.alerts.arrival_hours import read_arrivals
from posthog.llm_analytics.alerts.learned import load_expected
from posthog.llm_analytics.alerts.series_hours import read_series_hours
from posthog.llm_analytics.alerts.spoiled_hours import list_outages
from posthog.llm_analytics.alerts.volumes import HOUR, Volumes, read_volumes
from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.completeness import measure_completeness
from posthog.llm_integrity.checks.all_checks import Observed
from posthog.llm_integrity.findings import FindingKey
from posthog.llm_integrity.sources import NumberedHour
from posthog.models import AccountingAlert, AccountingCheck, Gateway, GatewayInboxBody, Organization, Team

LATENESS = timedelta(minutes=5)
"""An hour is looked at when it is over for so long: short calls are reported before long ones, which would show."""
SERIES_PAST = timedelta(hours=72)
VOLUME_PAST = timedelta(days=21)
NUMBERED_PAST = timedelta(hours=48)


def observe(check: AccountingCheck, *, now: datetime, is_kept: bool = True) -> Observed:
    """
    Args:
        now: Aware UTC.
        is_kept: False stores nothing of what was learned.
    Raises:
        ClickHouseError: The store could not be read.
    """
    organization, end = check.organization, floor_hour(now - LATENESS)
    team_ids = list_team_ids(organization)
    volumes = _read_current_volumes(organization, team_ids, now=now)
    return Observed(
        series=read_series_hours(team_ids, start=end - SERIES_PAST, end=end, now=now),
        expected=load_expected(check, team_ids, now=now, is_kept=is_kept),
        volumes=volumes,
        open_keys=_list_open_keys(organization),
        outages=list_outages(organization, volumes, since=now - VOLUME_PAST),
        arrivals=read_arrivals(organization, team_ids, end=end),
        numbered={
            gateway.name: _read_numbered(gateway, end=end)
            for gateway in Gateway.objects.filter(organization=organization)
        },
    )


def _read_current_volumes(organization: Organization, team_ids: Sequence[int], *, now: datetime) -> Volumes:
    """This hour's included: a source that calls now is not silent. Nothing where we are behind ourselves."""
    waiting = GatewayInboxBody.objects.filter(received_at__lt=now - LATENESS)
    ours = Q(credential__gateway__organization=organization) | Q(team__organization=organization)
    if waiting.filter(ours).exists():
        return {}
    end = floor_hour(now) + HOUR
    return read_volumes(team_ids, start=end - VOLUME_PAST, end=end, now=now)


def _list_open_keys(organization: Organization) -> frozenset[FindingKey]:
    alerts = AccountingAlert.objects.filter(organization=organization)
    return frozenset(alert.to_finding_key() for alert in alerts.exclude(state=AccountingAlert.State.RESOLVED))


def list_team_ids(organization: Organization) -> list[int]:
    return list(Team.objects.filter(organization=organization).order_by("id").values_list("id", flat=True))


def _read_numbered(gateway: Gateway, *, end: datetime) -> Sequence[NumberedHour]:
    measured = measure_completeness(gateway, start=end - NUMBERED_PAST, end=end)
    if not measured.is_final:
        # A hole may be among the bodies that wait; without hours the check judges nothing, and an alert stays.
        return []
    return [NumberedHour(hour=hour.hour, received=hour.received, missing=hour.missing) for hour in measured.hours]
