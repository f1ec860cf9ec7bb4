"""
How many bodies a credential may send in a minute: above it the answer is 503 with the seconds to wait.

Not 429: a LiteLLM gateway takes that as final and drops its events. Counted in the cache over the clock's
minutes; while the cache is away nothing is limited, for a lost event is worse than one too many.
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
    """The credential sent as many bodies as it may; `retry_after_s` until it may send again."""

    def __init__(self, limit: int, retry_after_s: int) -> None:
        super().__init__(f"credential: more than {limit} bodies a minute; send it again later")
        self.retry_after_s = retry_after_s


def count_body(credential: GatewayCredential, *, now_s: float) -> None:
    """
    Count one body at unix time `now_s`.

    Raises:
        RateExceeded: It is one too many for this minute.
    """
    limit = credential.bodies_per_minute
    limit = settings.LLM_GATEWAY_MAX_BODIES_PER_MINUTE if limit is None else limit
    minute, second = divmod(int(now_s), MINUTE_S)
    if limit and _count(f"llm_gateway_bodies:{credential.pk}:{minute}") > limit:
        raise RateExceeded(limit, MINUTE_S - second)


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
