"""The beat task that looks whether budgets have reached a threshold, and sends the alerts."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from ee.budgets.alert_outbox import deliver_alerts
from ee.budgets.alerts import raise_alerts

log = structlog.get_logger(__name__)

TIME_LIMIT = timedelta(seconds=50)
"""The next run, a minute later, goes on."""


@shared_task(name="ee.tasks.budgets.check_budgets", ignore_result=True)
def check_budgets() -> None:
    """Raise what was reached, and send what is due."""
    now = timezone.now()
    raised = raise_alerts(now=now)
    sent = 0
    for alert in deliver_alerts():
        sent += alert.status == alert.Status.SENT
        if timezone.now() > now + TIME_LIMIT:
            break
    log.info("budgets_checked", raised=len(raised), sent=sent)
