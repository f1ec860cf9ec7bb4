"""What benchmarks of ClickHouse share: seconds of work, a server at rest, progress on stderr."""

import sys
import time
from collections.abc import Callable, Iterable
from statistics import median

from django.core.management import call_command

from posthog.clickhouse.client import sync_execute
from posthog.clickhouse.migrate import apply_migrations
from posthog.garbage_collection import look_seldom
from posthog.models import ChangedUsageHour
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_usage_hourly.sql import TABLES

REST_TIMEOUT_S = 1800.0
POLL_S = 0.2
PROGRESS_S = 10.0


def start_afresh() -> None:
    """
    Every table, and none with rows or rollups of another benchmark; cycles of references are looked for as seldom as
    in the web and the worker.
    """
    look_seldom()
    call_command("migrate", verbosity=0)
    list(apply_migrations())
    for table in (TABLE, *(grain.table for grain in TABLES)):
        sync_execute(f"TRUNCATE TABLE {table}")
    ChangedUsageHour.objects.all().delete()


def measure_s(work: Callable[[], object]) -> float:
    started_at = time.perf_counter()
    work()
    return time.perf_counter() - started_at


def take_median_s(work: Callable[[], object], *, repeats: int) -> float:
    """After one that is not counted, which opens files and connections."""
    work()
    return median(measure_s(work) for _ in range(repeats))


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"… {text}\n")
    sys.stderr.flush()


def make_all(steps: Iterable[int], *, of: int, what: str) -> float:
    """Take all steps, telling now and then how far they are; returns the seconds that it took."""
    started_at = told_at = time.perf_counter()
    done = 0
    for count in steps:
        done += count
        if time.perf_counter() - told_at > PROGRESS_S:
            told_at = time.perf_counter()
            say(f"{what}: {done:,} of {of:,}")
    seconds = time.perf_counter() - started_at
    say(f"{what}: {done:,} in {seconds:.1f} s")
    return seconds


def wait_for_merges() -> None:
    """Until ClickHouse merges nothing any more: merging takes the processors from what is measured."""
    deadline = time.perf_counter() + REST_TIMEOUT_S
    while sync_execute("SELECT count() FROM system.merges")[0][0]:
        assert time.perf_counter() < deadline, "ClickHouse merges without end"
        time.sleep(POLL_S)
