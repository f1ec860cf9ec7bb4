"""The beat task that keeps the shippers' receipts few."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from posthog.llm_analytics.receipts import merge_receipts

log = structlog.get_logger(__name__)

SETTLED_AFTER = timedelta(hours=2)


@shared_task(name="posthog.tasks.llm_gateway_receipts.merge_shipper_receipts", ignore_result=True)
def merge_shipper_receipts() -> None:
    """Merge the receipts of hours that are over; late ones are merged the next time."""
    merged = merge_receipts(before=timezone.now() - SETTLED_AFTER)
    log.info("shipper_receipts_merged", receipts=merged)
