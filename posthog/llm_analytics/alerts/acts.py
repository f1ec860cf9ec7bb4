"""What people do with an alert: look after it, mute it, accept it. Each leaves an audit entry and a line of history."""

from datetime import datetime
from typing import Any

from django.db import transaction

from posthog.errors import AccountingError
from posthog.llm_analytics.alerts.learned import forget_expected
from posthog.llm_analytics.alerts.lifecycle import record_change
from posthog.llm_analytics.audit import record_act
from posthog.models import AccountingAlert, AccountingAlertChange, AccountingCheck, OrganizationMembership, User

Kind = AccountingAlertChange.Kind
State = AccountingAlert.State


class ActRefused(AccountingError):
    """
    The alert, or what was given, does not allow the act.

    Args:
        code: `alert_not_open`, `owner_unknown`, `time_is_past`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def set_owner(alert: AccountingAlert, owner: User | None, *, actor: str, now: datetime) -> AccountingAlert:
    """
    Say who looks after it; None: nobody any more.

    Raises:
        ActRefused: The owner is no member of the alert's organization.
    """
    if owner is not None:
        members = OrganizationMembership.objects.filter(organization=alert.organization_id, user=owner)
        if not members.exists():
            raise ActRefused("owner_unknown", "owner: expected a member of the alert's organization")
    locked = _lock(alert)
    locked.owner = owner
    locked.save(update_fields=["owner"])
    _record(locked, Kind.OWNED, actor, now, owner=str(owner) if owner else None)
    return locked


@transaction.atomic
def mute(alert: AccountingAlert, until: datetime | None, *, actor: str, now: datetime) -> AccountingAlert:
    """
    Tell nobody of it until then; None: tell people again. That it is right again is told to those who were told of it.

    Raises:
        ActRefused: The time is past.
    """
    if until is not None and until <= now:
        raise ActRefused("time_is_past", "until: expected a time to come")
    locked = _lock(alert)
    locked.muted_until = until
    locked.save(update_fields=["muted_until"])
    _record(locked, Kind.MUTED, actor, now, until=until.isoformat() if until else None)
    return locked


@transaction.atomic
def accept(alert: AccountingAlert, *, actor: str, now: datetime) -> AccountingAlert:
    """
    Declare what is seen to be the new normal: it is no longer open, and what is usual is learned from now on.

    Raises:
        ActRefused: It is not open.
    """
    # In the order in which a look locks the two.
    check = AccountingCheck.objects.select_for_update().get(organization=alert.organization_id)
    locked = _lock(alert)
    if locked.state != State.OPEN:
        raise ActRefused("alert_not_open", f"The alert is {locked.state}; only an open one can be accepted")
    locked.state, locked.accepted_at = State.ACCEPTED, now
    locked.save(update_fields=["state", "accepted_at"])
    forget_expected(check)
    _record(locked, Kind.ACCEPTED, actor, now, seen=locked.seen, usual=locked.usual)
    return locked


def _lock(alert: AccountingAlert) -> AccountingAlert:
    return (
        AccountingAlert.objects.select_for_update(of=("self",)).select_related("organization", "team").get(pk=alert.pk)
    )


def _record(alert: AccountingAlert, kind: str, actor: str, now: datetime, **details: Any) -> None:
    record_change(alert, kind, at=now, actor=actor, **details)
    record_act(
        f"accounting_alert_{kind}",
        actor=actor,
        target=f"accounting alert {alert.pk}",
        scope=alert.team or alert.organization,
        details={"check": alert.check_name, "figure": alert.figure, **details},
    )
