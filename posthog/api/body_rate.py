"""
How many bodies a credential or a project token may send in a minute; above it the sender is told when to come again.

To a LiteLLM gateway with 503, for it takes 429 as final and drops its events; to PostHog's SDKs with 429. Counted in
the cache over the clock's minutes; while the cache is away nothing is limited, for a lost event is worse than one too
many.
"""

import time

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from posthog.errors import AccountingError
from posthog.models import GatewayCredential

log = structlog.get_logger(__name__)

MINUTE_S = 60
QUIET_AFTER_FAILURE_S = 5.0

_cache_away_until_s = 0.0


class RateExceeded(AccountingError):
    """The sender sent as many bodies as it may; `retry_after_s` until it may send again."""

    def __init__(self, limit: int, retry_after_s: int, *, sender: str = "credential") -> None:
        super().__init__(f"{sender}: more than {limit} bodies a minute; send it again later")
        self.retry_after_s = retry_after_s


def count_body(credential: GatewayCredential, *, now_s: float) -> None:
    """
    Count one body at unix time `now_s`.

    Raises:
        RateExceeded: It is one too many for this minute.
    """
    limit = credential.bodies_per_minute
    limit = settings.LLM_GATEWAY_MAX_BODIES_PER_MINUTE if limit is None else limit
    count_request(f"llm_gateway_bodies:{credential.pk}", limit, sender="credential", now_s=now_s)


def count_request(key: str, limit: int, *, sender: str, now_s: float) -> None:
    """
    Count one body of whoever the key names, at unix time `now_s`.

    Args:
        limit: Bodies in a minute; 0: any number, and nothing is counted.
        sender: What the message calls it.
    Raises:
        RateExceeded: It is one too many for this minute.
    """
    minute, second = divmod(int(now_s), MINUTE_S)
    if limit and _count(f"{key}:{minute}") > limit:
        raise RateExceeded(limit, MINUTE_S - second, sender=sender)


def _count(key: str) -> int:
    """The count with this one; 0 while the cache is away, which is asked again after a few seconds only."""
    global _cache_away_until_s
    if time.monotonic() < _cache_away_until_s:
        return 0
    try:
        return _increment(key)
    except RedisError as error:
        _cache_away_until_s = time.monotonic() + QUIET_AFTER_FAILURE_S
        log.warning("body_rate_uncounted", error=type(error).__name__)
        return 0


def _increment(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first of its minute
        return 1 if cache.add(key, 1, timeout=2 * MINUTE_S) else cache.incr(key)
