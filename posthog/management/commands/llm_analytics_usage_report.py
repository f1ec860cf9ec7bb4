"""`manage.py llm_analytics_usage_report [--date D] [--format table|json|csv]`."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.rejects import list_unattributed
from posthog.llm_analytics.stored_reports import generate_reports
from posthog.llm_analytics.usage_report import TeamUsageReport
from posthog.models import Team
from posthog.tasks.llm_analytics_usage_report import find_previous_day

TABLE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("calls", "calls"),
    ("input", "input_tokens"),
    ("output", "output_tokens"),
    ("total", "total_tokens"),
    ("cache read", "cache_read_input_tokens"),
    ("cache written", "cache_creation_input_tokens"),
    ("reasoning", "reasoning_tokens"),
    ("cost USD", "total_cost_usd"),
    ("saved USD", "saved_cache_cost_usd"),
    ("unpriced", "unpriced_calls"),
    ("rejected", "rejected_events"),
)
UNKNOWN = "–"


class Command(BaseCommand):
    help = "Sum one UTC day per team, store the reports and print them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", default="", help="YYYY-MM-DD, `today` or `yesterday` (the default), UTC")
        parser.add_argument("--format", choices=("table", "json", "csv"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = _parse_day(options["date"], today=now.astimezone(UTC).date()) or find_previous_day(now)
        reports = generate_reports(day, now=now)
        write = {"table": self._write_table, "json": self._write_json, "csv": self._write_csv}
        write[options["format"]](day, reports)

    def _write_table(self, day: date, reports: Sequence[TeamUsageReport]) -> None:
        names = dict(Team.objects.values_list("id", "name"))
        shown = [report for report in reports if report.events or report.rejected_events]
        self.stdout.write(f"LLM usage on {day.isoformat()} (UTC), {len(shown)} of {len(reports)} teams with events")
        if shown:
            header = ["team", *(title for title, _ in TABLE_COLUMNS)]
            lines = [[names[report.team_id], *_list_cells(report)] for report in shown]
            self.stdout.write(_format_table([header, *lines]))
        for line in list_unattributed(day):
            self.stdout.write(f"nobody's: {line.events} events of gateway {line.gateway}, {line.reason_code}")

    def _write_json(self, day: date, reports: Sequence[TeamUsageReport]) -> None:
        document = {"day": day.isoformat(), "reports": [report.to_json() for report in reports]}
        self.stdout.write(json.dumps(document, indent=2))

    def _write_csv(self, day: date, reports: Sequence[TeamUsageReport]) -> None:
        rows = [report.to_json() for report in reports]
        names = [name for name in TeamUsageReport.__dataclass_fields__ if name not in ("models", "providers")]
        writer = csv.DictWriter(self.stdout, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, "events": _pairs(row["events"]), "flags": _pairs(row["flags"])} for row in rows)


def _parse_day(text: str, *, today: date) -> date | None:
    if text == "today":
        return today
    if text in ("", "yesterday"):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--date: expected YYYY-MM-DD, `today` or `yesterday`, got {text!r}") from None
    # A report of a day that has not begun would be stored as one of a day without calls.
    if day > today:
        raise CommandError(f"--date: expected a day up to today, {today.isoformat()} (UTC), got {text!r}")
    return day


def _list_cells(report: TeamUsageReport) -> list[str]:
    values = report.to_json()
    return [_format_cell(values[name]) for _, name in TABLE_COLUMNS]


def _format_cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else str(value)


def _pairs(counts: dict[str, int]) -> str:
    return " ".join(f"{name}={count}" for name, count in counts.items())


def _format_table(lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        for line in lines
    )
    return "\n".join("  ".join(line) for line in padded)
