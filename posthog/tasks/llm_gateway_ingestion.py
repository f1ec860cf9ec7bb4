"""
Celery's part in ingestion: the doorbell that the webhook rings, and the drain that answers it.

The doorbell carries no payload and may be lost: beat rings every few seconds anyway.
"""

import time
from datetime import timedelta

import structlog
from celery import shared_task
from django.core.cache import cache
from django.db import Error as PostgresError
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.ingestion import drain_once

log = structlog.get_logger(__name__)

DOORBELL_KEY = "llm_gateway_doorbell"
DOORBELL_RINGS_FOR_S = 10
QUIET_AFTER_FAILURE_S = 5.0
DRAIN_TIME_LIMIT = timedelta(seconds=60)

_broker_away_until_s = 0.0


@shared_task(ignore_result=True, acks_late=True)
def drain_inbox() -> None:
    """
    Drain until the inbox is empty or the time is up; the next ring goes on.

    The key goes before the first claim: a body committed after the claim finds no key and rings again.
    """
    cache.delete(DOORBELL_KEY)
    deadline = timezone.now() + DRAIN_TIME_LIMIT
    while (now := timezone.now()) < deadline:
        try:
            if not drain_once(now=now).bodies:
                return
        except ClickHouseError as error:
            log.error("drain_store_unavailable", error=type(error).__name__, code=error.code)
            return
        except PostgresError as error:
            log.error("drain_store_unavailable", error=type(error).__name__)
            return


def ring_doorbell() -> None:
    """
    Tell a worker that a body waits; the body itself is safe whether or not anybody hears.

    A broker that is away costs one timeout, then nothing for a few seconds: the webhook must answer in time.
    """
    global _broker_away_until_s
    if time.monotonic() < _broker_away_until_s:
        return
    try:
        if cache.add(DOORBELL_KEY, 1, timeout=DOORBELL_RINGS_FOR_S):
            drain_inbox.apply_async(expires=DOORBELL_RINGS_FOR_S)
    except (OperationalError, RedisError) as error:
        _broker_away_until_s = time.monotonic() + QUIET_AFTER_FAILURE_S
        log.warning("doorbell_unheard", error=type(error).__name__)
