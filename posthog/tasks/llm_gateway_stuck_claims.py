"""The beat task that says which bodies are held by a worker that must be dead."""

import structlog
from celery import shared_task
from django.utils import timezone

from posthog.llm_analytics.inbox import list_stuck

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)
def report_stuck_claims() -> None:
    """
    Log each body whose claim has run out; the next drain takes it over.

    That one is here at all means that drains do not come, or do not get to it. The number is also at `/metrics`,
    for the case that no worker is left to run this.
    """
    now = timezone.now()
    for body in list_stuck(now=now):
        held_s = round((now - body.claimed_at).total_seconds()) if body.claimed_at else 0
        log.error("claim_stuck", body_id=body.id, attempts=body.attempts, held_s=held_s, error=body.last_error)
