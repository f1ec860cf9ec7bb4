"""
What of the past is no model for the present: hours that an alert was about or that came before an accepted level.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from posthog.llm_integrity.checks.silence import tell_subject
from posthog.llm_integrity.findings import CheckName, Subject
from posthog.llm_integrity.sources import Source
from posthog.llm_integrity.tallies import Hour, Series
from posthog.models import AccountingAlert, Organization

EVER = datetime.min.replace(tzinfo=UTC)
STILL = datetime.max.replace(tzinfo=UTC)

Outages = Mapping[Source, Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Hours of a subject that begin from `start` to before `end`."""

    subject: Subject
    start: datetime
    end: datetime


def list_spoiled(organization: Organization, *, since: datetime) -> list[Spoiled]:
    """Of every alert that was not resolved before `since`."""
    alerts = AccountingAlert.objects.filter(organization=organization, team=None)
    lasting = alerts.filter(Q(resolved_at=None) | Q(resolved_at__gte=since))
    return [_judge(alert) for alert in lasting]


def select_good(series: Series, hours: Iterable[Hour], spoiled: Sequence[Spoiled]) -> list[Hour]:
    """The hours that may be learned from."""
    own = [each for each in spoiled if each.subject == Subject(*series)]
    return [hour for hour in hours if not any(each.start <= hour.hour < each.end for each in own)]


def list_outages(organization: Organization, sources: Iterable[Source], *, since: datetime) -> Outages:
    """Silences of each source that an alert was about; one that was accepted is none."""
    alerts = AccountingAlert.objects.filter(organization=organization, check_name=CheckName.SOURCE_SILENT)
    lasting = alerts.filter(Q(resolved_at=None) | Q(resolved_at__gte=since), accepted_at=None)
    spans: dict[Subject, list[tuple[datetime, datetime]]] = {}
    for alert in lasting:
        spans.setdefault(alert.subject, []).append((alert.since, alert.resolved_at or STILL))
    return {source: spans.get(tell_subject(source), []) for source in sources}


def _judge(alert: AccountingAlert) -> Spoiled:
    if alert.accepted_at is not None:
        return Spoiled(alert.subject, EVER, alert.accepted_at)
    return Spoiled(alert.subject, alert.since, alert.resolved_at or STILL)
