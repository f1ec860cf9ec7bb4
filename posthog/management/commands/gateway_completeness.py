"""
`gateway_completeness [--gateway NAME] [--start T] [--end T] [--format table|json]`: is anything missing?

Per gateway and hour (UTC): events that arrived, events that its durable shippers numbered and that never came, of these
what was back-filled from the gateway's books, and the share that is held; then each hole. Exit code 1 where something
is missing, for cron.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.completeness import GatewayCompleteness, measure_completeness
from posthog.models import Gateway

DEFAULT_RANGE = timedelta(hours=24)


class Command(BaseCommand):
    help = "Report each gateway's completeness by hour, and every hole in its shippers' numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", default="", metavar="NAME", help="only this one")
        parser.add_argument("--start", type=parse_moment, metavar="T", help="ISO 8601, UTC; default: a day before end")
        parser.add_argument("--end", type=parse_moment, metavar="T", help="ISO 8601, UTC, exclusive; default: now")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, gateway: str, format: str, **options: Any) -> None:
        end: datetime = options["end"] or timezone.now()
        start: datetime = options["start"] or end - DEFAULT_RANGE
        measured = [measure_completeness(each, start=start, end=end) for each in _list_gateways(gateway)]
        for report in measured:
            lines = [json.dumps(to_json(report))] if format == "json" else list_lines(report)
            self.stdout.write("\n".join(lines))
        if any(report.missing for report in measured):
            sys.exit(1)


def parse_moment(text: str) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _list_gateways(name: str) -> list[Gateway]:
    gateways = Gateway.objects.order_by("organization", "name")
    if not name:
        return list(gateways)
    found = list(gateways.filter(name=name))
    if not found:
        raise CommandError(f"--gateway: there is no gateway {name!r}")
    return found


def list_lines(report: GatewayCompleteness) -> Iterator[str]:
    """For a person."""
    if report.completeness is None:
        yield f"{report.gateway}: no event of a durable shipper in this time"
        return
    state = "" if report.is_final else "; bodies wait in the inbox, so a hole may still close"
    yield f"{report.gateway}: {format_share(report.completeness)} of {report.numbered:,} events{state}"
    yield f"  {'hour (UTC)':<18}{'received':>12}{'back-filled':>12}{'missing':>12}{'complete':>12}"
    for hour in report.hours:
        share = format_share(hour.completeness)
        yield f"  {hour.hour:%Y-%m-%d %H:%M}  {hour.received:>12,}{hour.backfilled:>12,}{hour.missing:>12,}{share:>12}"
    for hole in report.holes:
        numbers = f"{hole.first_sequence:,} to {hole.last_sequence:,}"
        place = f"{numbers} of shipper {hole.shipper_id}, before {hole.hour:%Y-%m-%d %H:%M} UTC was over"
        filled = f"; {hole.backfilled:,} of them back-filled" if hole.backfilled else ""
        yield f"  {'missing' if hole.missing else 'back-filled'}: {place}{filled if hole.missing else ''}"


def format_share(share: float) -> str:
    """Rounded down: 100 % is said only where nothing is missing."""
    return f"{int(share * 1_000_000) / 10_000:.4f} %"


def to_json(report: GatewayCompleteness) -> dict[str, Any]:
    """For a script."""
    return {
        "gateway": report.gateway,
        "completeness": report.completeness,
        "received": report.received,
        "backfilled": report.backfilled,
        "missing": report.missing,
        "is_final": report.is_final,
        "hours": [
            {
                "hour": hour.hour.isoformat(),
                "received": hour.received,
                "backfilled": hour.backfilled,
                "missing": hour.missing,
            }
            for hour in report.hours
        ],
        "holes": [
            hole._asdict() | {"hour": hole.hour.isoformat(), "since": hole.since.isoformat(), "events": hole.events}
            for hole in report.holes
        ],
    }
