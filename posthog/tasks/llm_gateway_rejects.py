"""The beat task that removes rejected events when their time is over."""

import structlog
from celery import shared_task
from django.utils import timezone

from posthog.llm_analytics import rejects

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)
def remove_old_rejects() -> None:
    """Remove what LLM_GATEWAY_REJECT_RETENTION_DAYS no longer keeps."""
    removed = rejects.remove_old_rejects(now=timezone.now())
    log.info("old_rejects_removed", removed=removed)
