"""Several looks at once: beat's, a slow one before it, somebody's command."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from posthog.clickhouse.client import close_connection
from posthog.llm_analytics.alerts.acts import mute
from posthog.llm_analytics.alerts.lifecycle import settle
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity, Subject
from posthog.models import AccountingAlert, AccountingAlertChange, AccountingCheck, Organization
from tests.integration.alerts.stored_hours import HOUR, NOW, THIS_HOUR

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clickhouse]

LOOKS = 4
SUBJECT = Subject("main", "openai", "gpt-4o", False)
FINDING = Finding(
    check=CheckName.EVENTS_MISSING,
    subject=SUBJECT,
    severity=Severity.CRITICAL,
    seen=0.5,
    usual=1.0,
    calls=60,
    since=THIS_HOUR,
)


@pytest.fixture
def check(transactional_db: None, ai_events: str) -> AccountingCheck:
    return AccountingCheck.objects.create(organization=Organization.objects.create(name="org"))


def test_looks_at_once_open_one_alert(check: AccountingCheck) -> None:
    """Each waits for the one before it; those that looked earlier than it change nothing."""

    def look(number: int) -> int:
        try:
            own = AccountingCheck.objects.select_related("organization").get(pk=check.pk)
            return len(settle(own, Looked([FINDING], {FINDING.key}), now=NOW + number * HOUR))
        finally:
            close_connection()
            connection.close()

    with ThreadPoolExecutor(LOOKS) as pool:
        changes = list(pool.map(look, range(LOOKS)))
    assert sum(changes) == 1
    assert (AccountingAlert.objects.count(), AccountingAlertChange.objects.count()) == (1, 1)


def test_older_look_neither_resolves_nor_opens(check: AccountingCheck) -> None:
    """It was overtaken: what it saw is no longer so."""
    settle(check, Looked([FINDING], {FINDING.key}), now=NOW)
    late = AccountingCheck.objects.select_related("organization").get(pk=check.pk)
    right = Looked([], {FindingKey(FINDING.check, SUBJECT, "")})
    assert settle(late, right, now=NOW - HOUR) == []
    assert AccountingAlert.objects.get().state == "open"
    assert [change.kind for change in settle(late, right, now=NOW + HOUR)] == ["resolved"]


def test_clock_that_was_ahead_blinds_nobody(check: AccountingCheck) -> None:
    """A look of a wrong clock is no reason to tell nothing until that time has come."""
    settle(check, Looked(), now=NOW + timedelta(days=300))
    assert [change.kind for change in settle(check, Looked([FINDING], {FINDING.key}), now=NOW)] == ["opened"]


def test_mute_of_the_meantime_stays(check: AccountingCheck) -> None:
    """A look writes back what it judged; what people say while it reads the store is theirs."""
    settle(check, Looked([FINDING], {FINDING.key}), now=NOW)

    class MutedMeanwhile(list[Finding]):
        def __iter__(self) -> Iterator[Finding]:
            mute(AccountingAlert.objects.get(), NOW + 9 * HOUR, actor="ada", now=NOW)
            return super().__iter__()

    settle(check, Looked(MutedMeanwhile([FINDING]), {FINDING.key}), now=NOW + HOUR)
    alert = AccountingAlert.objects.get()
    assert (alert.muted_until, alert.updated_at) == (NOW + 9 * HOUR, NOW + HOUR)


def test_far_worse_is_a_change_and_a_little_worse_is_none(check: AccountingCheck) -> None:
    """Twice as far from what is usual; the alert's figures are those of the last look."""

    def look(number: int, seen: float) -> list[str]:
        finding = Finding(
            check=CheckName.FLAG_SHARE,
            subject=SUBJECT,
            severity=Severity.WARNING,
            figure="stream_incomplete",
            seen=seen,
            usual=0.0,
            calls=60,
            since=THIS_HOUR + number * HOUR,
        )
        return [str(change.kind) for change in settle(check, Looked([finding], {finding.key}), now=NOW + number * HOUR)]

    assert [look(0, 0.1), look(1, 0.15), look(2, 0.3), look(3, 0.2)] == [["opened"], [], ["worsened"], []]
    alert = AccountingAlert.objects.get()
    assert (alert.seen, alert.evidence["worst"]["seen"], alert.since) == (0.2, 0.3, THIS_HOUR)
