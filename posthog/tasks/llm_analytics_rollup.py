"""The beat tasks that keep the hourly rollups: what changed is rolled up every minute, some days are verified daily."""

from datetime import UTC, datetime, time, timedelta

import structlog
from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from posthog.llm_analytics.changed_hours import TeamHour, mark_changed
from posthog.llm_analytics.day_verification import list_day_drifts
from posthog.llm_analytics.rollup_verification import Drift, Scope, verify
from posthog.llm_analytics.usage_rollup import BATCH_HOURS, roll_up_changed
from posthog.metrics import ROLLUP_DRIFTS, ROLLUP_HOURS, ROLLUP_SECONDS

log = structlog.get_logger(__name__)

LOCK_KEY = "llm_analytics_rollup"
LOCKED_FOR_S = 120
TIME_LIMIT = timedelta(seconds=50)

RECENT_DAYS = 2
CYCLE_DAYS = 30


@shared_task(name="posthog.tasks.llm_analytics_rollup.roll_up_usage", ignore_result=True)
def roll_up_usage() -> None:
    """
    Roll up what is due, batch by batch, until nothing is left or the time is up.

    Several at once would be right as well, and do the same work twice: so the lock is a courtesy and may be lost.
    """
    if not cache.add(LOCK_KEY, 1, timeout=LOCKED_FOR_S):
        return
    try:
        deadline = timezone.now() + TIME_LIMIT
        while (now := timezone.now()) < deadline:
            with ROLLUP_SECONDS.time():
                hours = roll_up_changed(now=now)
            ROLLUP_HOURS.inc(hours)
            if hours < BATCH_HOURS:
                return
    finally:
        cache.delete(LOCK_KEY)


@shared_task(name="posthog.tasks.llm_analytics_rollup.verify_rollups", ignore_result=True)
def verify_rollups() -> None:
    """
    Compare the last days, and one older day in turn, with their rows; each drift is logged, counted and marked.

    A marked hour is read from its rows, and rolled up again.
    """
    now = timezone.now()
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    for days_ago in sorted({*range(1, RECENT_DAYS + 1), today.toordinal() % CYCLE_DAYS + 1}):
        start = today - timedelta(days=days_ago)
        scope = Scope(start=start, end=start + timedelta(days=1))
        verified = verify(scope, now=now)
        places = {TeamHour(drift.team_id, drift.hour) for drift in verified.drifts}
        drifts = [*verified.drifts, *list_day_drifts(scope, drifting=places)]
        for drift in drifts:
            _report(drift)
        mark_changed({TeamHour(drift.team_id, drift.hour) for drift in drifts}, now=now)
        log.info("rollups_verified", day=f"{start:%Y-%m-%d}", hours=verified.hours, drifts=len(drifts))


def _report(drift: Drift) -> None:
    ROLLUP_DRIFTS.labels(drift.table).inc()
    figures = {name: f"{stored} instead of {scanned}" for name, (stored, scanned) in drift.figures.items()}
    log.error("rollup_drift", table=drift.table, team_id=drift.team_id, hour=drift.hour.isoformat(), **figures)
