"""Alerts as looks leave them, with valid defaults."""

from typing import Any

from posthog.llm_analytics.alerts.keys import digest_key
from posthog.llm_integrity.findings import CheckName, FindingKey, Severity, Subject
from posthog.models import AccountingAlert, AccountingAlertChange, AccountingCheck
from tests.integration.alerts.stored_hours import HOUR, NOW, THIS_HOUR
from tests.integration.factories import GatewaySetup

SUBJECT = Subject("main", "openai", "gpt-4o", False)
FLAG = "usage_missing_on_success"


def open_alert(
    setup: GatewaySetup, *, subject: Subject = SUBJECT, figure: str = FLAG, **fields: Any
) -> AccountingAlert:
    """An alert that was opened now, with its history."""
    AccountingCheck.objects.get_or_create(organization=setup.gateway.organization)
    values = {
        "check_name": CheckName.FLAG_SHARE,
        "severity": Severity.CRITICAL,
        "worst_severity": Severity.CRITICAL,
        "opened_at": NOW,
        "updated_at": NOW,
        "since": THIS_HOUR - HOUR,
        "seen": 0.5,
        "usual": 0.0,
        "calls": 60,
        **fields,
    }
    first = {name: values[name] for name in ("severity", "seen", "usual", "calls")} | {"since": str(values["since"])}
    alert = AccountingAlert.objects.create(
        organization=setup.gateway.organization,
        key=digest_key(FindingKey(values["check_name"], subject, figure)),
        figure=figure,
        evidence={"events": ["00000000-0000-4000-8000-000000000001"], "first": first, "worst": first},
        **subject._asdict(),
        **values,
    )
    AccountingAlertChange.objects.create(alert=alert, at=values["opened_at"], kind="opened")
    return alert
