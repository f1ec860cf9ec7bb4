"""
`reconcile_provider --provider P --start D --end D [--organization NAME]`: the provider's own books against ours.

Tokens of each kind and US dollars, by day of UTC and model: how far both sides agree, where they differ and why they
may. Each comparison is kept. Exit code for cron: 1 where a kind agrees less than the threshold, 2 where the books or
ours could not be read.
"""

import sys
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ee.management.chosen import parse_day
from ee.models import ProviderReconciliation
from ee.reconciliation.admin_api import BooksUnavailable
from ee.reconciliation.answer_fields import BooksUnreadable
from ee.reconciliation.csv_books import NAMES, read_csv_books
from ee.reconciliation.printing import write_json, write_lines, write_table
from ee.reconciliation.providers import PROVIDERS
from ee.reconciliation.running import Books, Scope, read_api_books, reconcile
from posthog.clickhouse.client import ClickHouseError
from posthog.llm_usage.pricing.names import find_provider
from posthog.management.commands.create_team import find_organization
from posthog.management.progress_bar import ProgressBar

MOST_DAYS = 366
UNKNOWN = 2


class Command(BaseCommand):
    help = "Compare a provider's own usage and cost books with ours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--provider", required=True, metavar="NAME", help=f"{', '.join(PROVIDERS)}; any other with --csv"
        )
        parser.add_argument("--start", required=True, metavar="YYYY-MM-DD", help="first day, of UTC")
        parser.add_argument("--end", required=True, metavar="YYYY-MM-DD", help="the day after the last one")
        parser.add_argument("--organization", default="", metavar="NAME", help="only its calls; default: everybody's")
        parser.add_argument("--threshold", metavar="PERCENT", help="default: PROVIDER_RECONCILIATION_THRESHOLD")
        parser.add_argument("--format", choices=("table", "json", "csv"), default="table")
        parser.add_argument("--csv", default="", metavar="FILE", help="the books as a file instead of the API")
        parser.add_argument(
            "--columns", nargs="+", default=[], metavar="NAME=HEADER", help=f"of the file; names: {', '.join(NAMES)}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        scope = build_scope(options, today=now.date())
        bar = ProgressBar(options.get("stderr") or sys.stderr, total=0, unit="days")
        try:
            books = self._read_books(scope, options, bar)
            kept, compared = reconcile(scope, books, now=now)
        except (BooksUnavailable, BooksUnreadable, ClickHouseError) as error:
            raise CommandError(str(error), returncode=UNKNOWN) from None
        if options["format"] == "csv":
            self.stdout.write("".join(write_lines(compared)), ending="")
        elif options["format"] == "json":
            self.stdout.write(write_json(kept, compared))
        else:
            self.stdout.write("\n".join(write_table(kept, compared)))
        if not kept.is_agreed:
            sys.exit(1)

    def _read_books(self, scope: Scope, options: dict[str, Any], bar: ProgressBar) -> Books:
        if options["csv"]:
            return read_file(Path(options["csv"]), parse_columns(options["columns"]))
        provider = PROVIDERS.get(scope.provider)
        if provider is None:
            raise CommandError(f"--provider: expected one of {', '.join(PROVIDERS)} where there is no --csv")
        bar.total = (scope.end - scope.start).days * provider.reports
        try:
            return read_api_books(provider, scope, now=timezone.now(), on_progress=bar.advance)
        finally:
            bar.close()


def build_scope(options: dict[str, Any], *, today: date) -> Scope:
    """
    Raises:
        CommandError: An argument breaks its rule.
    """
    start, end = (parse_day(f"--{name}", options[name]) for name in ("start", "end"))
    if end <= start:
        raise CommandError("--end: expected a day after --start; the end is not part of the range")
    if end > today + timedelta(days=1) or (end - start).days > MOST_DAYS:
        raise CommandError(f"--end: expected at most {MOST_DAYS} days after --start, and none after tomorrow")
    return Scope(
        provider=find_provider(options["provider"]),
        start=start,
        end=end,
        organization=find_organization(options["organization"]) if options["organization"] else None,
        threshold=parse_percent(options["threshold"]),
    )


def parse_percent(text: str | None) -> Decimal:
    if text is None:
        return Decimal(settings.PROVIDER_RECONCILIATION_THRESHOLD)
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal(-1)
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise CommandError(f"--threshold: expected a percentage from 0 to 100, got {text!r}")
    return percent


def parse_columns(texts: list[str]) -> dict[str, str]:
    """Our name → the file's header."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, header in pairs:
        if name not in NAMES or not equals or not header:
            raise CommandError(f"--columns: expected NAME=HEADER, the name one of {', '.join(NAMES)}; got {name!r}")
    return {name: header for name, _, header in pairs}


def read_file(path: Path, columns: dict[str, str]) -> Books:
    """
    Raises:
        CommandError: There is no such file.
        BooksUnreadable: It is no such table.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            told, lines = read_csv_books(file, columns)
    except OSError as error:
        raise CommandError(f"--csv: {path}: {error.strerror}") from None
    return Books(lines=lines, told=told, source=ProviderReconciliation.Source.CSV)
