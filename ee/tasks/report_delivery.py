"""The beat task that delivers closed reports."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from ee.delivery.outbox import plan_deliveries
from ee.delivery.sending import deliver_due

log = structlog.get_logger(__name__)

TIME_LIMIT = timedelta(minutes=4)
"""The next run, five minutes later, goes on."""


@shared_task(name="ee.tasks.report_delivery.deliver_usage_reports", ignore_result=True, acks_late=True)
def deliver_usage_reports() -> None:
    """Plan what newly closed, and send what is due."""
    now = timezone.now()
    planned = plan_deliveries(now=now)
    sent = 0
    for delivery in deliver_due():
        sent += delivery.status == delivery.Status.SENT
        if timezone.now() > now + TIME_LIMIT:
            break
    log.info("usage_reports_delivered", planned=planned, sent=sent)
