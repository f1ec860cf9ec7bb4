"""One look at an organization's figures: observe, check, settle. What beat and `check_ai_accounting` do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from posthog.llm_analytics.alerts.further_looks import look_further
from posthog.llm_analytics.alerts.lifecycle import is_worse, settle
from posthog.llm_analytics.alerts.observations import observe
from posthog.llm_integrity.checks.all_checks import run_checks
from posthog.llm_integrity.findings import Finding, Looked
from posthog.models import AccountingAlert, AccountingAlertChange, AccountingCheck, Organization

State = AccountingAlert.State


@dataclass(frozen=True, slots=True)
class Look:
    """
    Attributes:
        open: Everything that is wrong now, the most urgent first; without what was accepted.
        changes: Of alerts, in this look; none where nothing was to be kept.
    """

    organization: Organization
    open: list[Finding]
    changes: list[AccountingAlertChange]


def look_at(organization: Organization, *, now: datetime, is_dry_run: bool = False) -> Look:
    """
    Look once.

    Args:
        is_dry_run: True: say what is wrong, change no alert.
    Raises:
        ClickHouseError: The store could not be read; no alert has changed.
    """
    if is_dry_run:
        found = AccountingCheck.objects.filter(organization=organization).first()
        check = found or AccountingCheck(organization=organization)
    else:
        check, _ = AccountingCheck.objects.get_or_create(organization=organization)
    looked = run_checks(observe(check, now=now, is_kept=not is_dry_run), now=now)
    look_further(organization, looked)
    if is_dry_run:
        return Look(organization, _leave_out_accepted(organization, looked), [])
    changes = settle(check, looked, now=now)
    return Look(organization, list_open(organization), changes)


def list_organizations() -> Iterator[Organization]:
    """Those that have teams, by name."""
    yield from Organization.objects.filter(teams__isnull=False).distinct().order_by("name", "id")


def list_open(organization: Organization) -> list[Finding]:
    """What is wrong as of the last look, also what that look could not judge, the most urgent first."""
    alerts = AccountingAlert.objects.filter(organization=organization, state=State.OPEN)
    return [alert.to_finding() for alert in alerts.order_by("severity", "check_name", "opened_at")]


def _leave_out_accepted(organization: Organization, looked: Looked) -> list[Finding]:
    accepted = AccountingAlert.objects.filter(organization=organization, state=State.ACCEPTED)
    levels = {alert.to_finding_key(): alert for alert in accepted}
    return [
        finding for finding in looked.findings if (alert := levels.get(finding.key)) is None or is_worse(alert, finding)
    ]
