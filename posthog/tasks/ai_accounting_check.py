"""The beat task that looks whether the accounting is right, and tells people where it is not."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.alerts.looking import list_organizations, look_at
from posthog.llm_analytics.alerts.outbox import deliver_due, plan_deliveries
from posthog.models import Organization

log = structlog.get_logger(__name__)

LOCK_KEY = "ai_accounting_check"
LOCKED_FOR_S = 900
TIME_LIMIT = timedelta(minutes=4)
"""Of sending: the next run, five minutes later, goes on."""


@shared_task(name="posthog.tasks.ai_accounting_check.check_ai_accounting", ignore_result=True)
def check_ai_accounting() -> None:
    """
    Look at every organization, then send what is due; that one cannot be looked at keeps no other from it.

    Two at once would be right as well, and ask ClickHouse twice: so the lock is a courtesy and may be lost.
    """
    if not cache.add(LOCK_KEY, 1, timeout=LOCKED_FOR_S):
        return
    try:
        failures = [fault for organization in list_organizations() if (fault := _look(organization)) is not None]
        _send()
        if failures:
            raise failures[0]
    finally:
        cache.delete(LOCK_KEY)


def _look(organization: Organization) -> Exception | None:
    try:
        look = look_at(organization, now=timezone.now())
    except Exception as fault:  # whatever one organization's data do: the others are looked at, then it is raised
        log.error(
            "ai_accounting_not_checked",
            organization_id=str(organization.id),
            error=type(fault).__name__,
            exc_info=not isinstance(fault, ClickHouseError),
        )
        return fault
    log.info(
        "ai_accounting_checked", organization_id=str(organization.id), open=len(look.open), changes=len(look.changes)
    )
    return None


def _send() -> None:
    started_at = timezone.now()
    planned, sent = plan_deliveries(now=started_at), 0
    for delivery in deliver_due():
        sent += delivery.status == delivery.Status.SENT
        if timezone.now() > started_at + TIME_LIMIT:
            break
    log.info("accounting_alerts_sent", planned=planned, sent=sent)
