"""`manage.py wait_for_gateway_events`: until a gateway's events of the last minutes are rows or rejects."""

import time
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.clickhouse.client import query_rows
from posthog.models import RejectedEvent

LOOK_EVERY_S = 0.2


class Command(BaseCommand):
    help = "Wait until a gateway has delivered as many events since a moment; exit 1 when it has not in time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", required=True, help="the gateway's name")
        parser.add_argument("--since", required=True, help="ISO time with zone: events received from then on count")
        parser.add_argument("--count", required=True, type=int)
        parser.add_argument("--timeout-s", type=float, default=60.0)

    def handle(self, *args: Any, gateway: str, since: str, count: int, timeout_s: float, **options: Any) -> None:
        start = _parse_time(since)
        deadline = time.monotonic() + timeout_s
        while (arrived := count_arrived(gateway, start)) < count:
            if time.monotonic() > deadline:
                raise CommandError(f"{arrived} of {count} events of {gateway!r} arrived within {timeout_s:g} s")
            time.sleep(LOOK_EVERY_S)
        self.stdout.write(f"{arrived} events arrived")


def count_arrived(gateway: str, since: datetime) -> int:
    """How many events received from `since` on (aware) became a row or a reject; duplicates count once."""
    sql = """
        SELECT count() AS rows FROM ai_events FINAL
        WHERE gateway = %(gateway)s AND ingested_at >= toDateTime64(%(since)s, 6, 'UTC')
    """
    moment = since.strftime("%Y-%m-%d %H:%M:%S.%f")  # the driver would drop a datetime's microseconds
    rows: int = query_rows(sql, {"gateway": gateway, "since": moment})[0]["rows"]
    return rows + RejectedEvent.objects.filter(gateway__name=gateway, received_at__gte=since).count()


def _parse_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--since: expected an ISO time with its zone, got {text!r}")
    return moment.astimezone(UTC)
