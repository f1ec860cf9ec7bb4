"""
Findings → alerts: opened once, updated while they last, resolved by themselves.

- A finding whose key has no alert opens one; one that has updates it.
- An alert whose key was judged, and not found, is resolved. What was not judged stays as it is, for `LONGEST_UNJUDGED`:
  nobody can tell any more whether a series without calls, or a gateway that is gone, is right.
- An accepted alert is not open: its finding is the new normal until it is judged right, or has become far worse.

Two looks at once do not open two: the organization's `AccountingCheck` is locked while findings are settled, and the
database has a constraint. A look that is older than the last one settled changes nothing; one that would have to be
older by more than CLOCK_WENT_BACK is not: the clock was ahead then, and nothing would be told until it is caught up.
Only what a look judges is written back: a mute of the meantime stays.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from posthog.llm_analytics.alerts.evidence import list_samples
from posthog.llm_analytics.alerts.keys import digest_key
from posthog.llm_integrity.findings import Finding, Looked, Severity
from posthog.models import AccountingAlert, AccountingAlertChange, AccountingCheck, Team

log = structlog.get_logger(__name__)

LONGEST_UNJUDGED = timedelta(days=7)
CLOCK_WENT_BACK = timedelta(hours=2)
"""No look takes so long."""
WORSE = 2.0
"""Times as far from what is usual as when it was last told."""
JUDGED = ("severity", "worst_severity", "figure", "seen", "usual", "calls", "since", "updated_at", "evidence")
"""Fields of an alert that a look may change while somebody mutes it or takes it over."""
URGENCY = {severity: place for place, severity in enumerate(reversed(Severity))}

State = AccountingAlert.State
Kind = AccountingAlertChange.Kind
ListSamples = Callable[[Finding, Sequence[int]], list[str]]


@transaction.atomic
def settle(check: AccountingCheck, looked: Looked, *, now: datetime) -> list[AccountingAlertChange]:
    """
    Let an organization's alerts follow from what was looked at; returns what changed.

    Args:
        now: As of when it was looked at.
    Raises:
        ClickHouseError: The evidence of a new alert could not be read; nothing has changed.
    """
    locked = AccountingCheck.objects.select_for_update().select_related("organization").get(pk=check.pk)
    if locked.checked_at is not None and now <= locked.checked_at <= now + CLOCK_WENT_BACK:
        return []
    alerts = {
        alert.key: alert
        for alert in AccountingAlert.objects.filter(organization=check.organization).exclude(state=State.RESOLVED)
    }
    changes = [*_note_findings(check, looked, alerts, now), *_resolve_right(looked, alerts, now)]
    check.checked_at = now
    check.save(update_fields=["checked_at"])
    for change in changes:
        log.warning(f"accounting_alert_{change.kind}", **describe(change.alert))
    return changes


def describe(alert: AccountingAlert) -> dict[str, Any]:
    """For a line of the log: ids, names and numbers."""
    return {
        "alert_id": str(alert.pk),
        "organization_id": str(alert.organization_id),
        "check": alert.check_name,
        "figure": alert.figure,
        "severity": alert.severity,
    }


def record_change(
    alert: AccountingAlert, kind: str, *, at: datetime, actor: str = "", **details: Any
) -> AccountingAlertChange:
    """Add a line to its history."""
    return AccountingAlertChange.objects.create(alert=alert, at=at, kind=kind, actor=actor[:200], details=details)


def _note_findings(
    check: AccountingCheck, looked: Looked, alerts: dict[str, AccountingAlert], now: datetime
) -> Iterator[AccountingAlertChange]:
    team_ids = list(Team.objects.filter(organization=check.organization).values_list("id", flat=True))
    for finding in looked.findings:
        alert = alerts.get(digest_key(finding.key))
        if alert is None:
            yield _open(check, finding, list_samples(finding, team_ids), now)
        elif alert.state == State.OPEN:
            yield from _update(alert, finding, now)
        elif is_worse(alert, finding):
            yield _reopen(alert, finding, list_samples(finding, team_ids), now)


def _open(check: AccountingCheck, finding: Finding, samples: list[str], now: datetime) -> AccountingAlertChange:
    subject = finding.subject._asdict()
    alert = AccountingAlert(
        organization=check.organization, key=digest_key(finding.key), check_name=finding.check, opened_at=now, **subject
    )
    alert.worst_severity = finding.severity
    alert.evidence = {"events": samples, "first": _tell(finding), "worst": _tell(finding)}
    _take_over(alert, finding, now)
    alert.save(force_insert=True)
    return record_change(alert, Kind.OPENED, at=now, **_tell(finding))


def _update(alert: AccountingAlert, finding: Finding, now: datetime) -> Iterator[AccountingAlertChange]:
    """`since` stays: a sample that moves on would make a fault younger than it is."""
    has_worsened = is_worse(alert, finding)
    if has_worsened:
        alert.worst_severity = max(alert.worst_severity, finding.severity, key=_urgency)
        alert.evidence = {**alert.evidence, "worst": _tell(finding)}
    since = min(alert.since, finding.since)
    _take_over(alert, finding, now)
    alert.since = since
    alert.save(update_fields=JUDGED)
    if has_worsened:
        yield record_change(alert, Kind.WORSENED, at=now, **_tell(finding))


def _reopen(alert: AccountingAlert, finding: Finding, samples: list[str], now: datetime) -> AccountingAlertChange:
    """What was accepted was less than this."""
    alert.state, alert.accepted_at = State.OPEN, None
    alert.worst_severity = max(alert.worst_severity, finding.severity, key=_urgency)
    alert.evidence = {"events": samples, "first": _tell(finding), "worst": _tell(finding)}
    _take_over(alert, finding, now)
    alert.save(update_fields=[*JUDGED, "state", "accepted_at"])
    return record_change(alert, Kind.WORSENED, at=now, **_tell(finding))


def _take_over(alert: AccountingAlert, finding: Finding, now: datetime) -> None:
    alert.severity, alert.figure = finding.severity, finding.figure
    alert.seen, alert.usual, alert.calls = finding.seen, finding.usual, finding.calls
    alert.since, alert.updated_at = finding.since, now
    alert.evidence = {**alert.evidence, "facts": list(finding.facts)}


def is_worse(alert: AccountingAlert, finding: Finding) -> bool:
    """Than it ever was so far, in the direction in which it is wrong."""
    if _urgency(finding.severity) > _urgency(alert.worst_severity):
        return True
    worst = alert.evidence["worst"]
    usual = finding.usual or 0.0
    before = abs(worst["seen"] - (worst["usual"] or 0.0))
    return bool(before > 0 and abs(finding.seen - usual) >= WORSE * before)


def _urgency(severity: str) -> int:
    return URGENCY[Severity(severity)]


def _resolve_right(
    looked: Looked, alerts: dict[str, AccountingAlert], now: datetime
) -> Iterator[AccountingAlertChange]:
    found = {finding.key for finding in looked.findings}
    for alert in alerts.values():
        key = alert.to_finding_key()
        is_right = key in looked.judged and key not in found
        if is_right or now - alert.updated_at > LONGEST_UNJUDGED:
            alert.state, alert.resolved_at = State.RESOLVED, now
            alert.save(update_fields=["state", "resolved_at"])
            yield record_change(alert, Kind.RESOLVED, at=now, is_right=is_right)


def _tell(finding: Finding) -> dict[str, Any]:
    return {
        "severity": str(finding.severity),
        "seen": finding.seen,
        "usual": finding.usual,
        "calls": finding.calls,
        "since": finding.since.isoformat(),
    }
