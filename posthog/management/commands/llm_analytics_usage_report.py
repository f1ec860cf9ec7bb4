"""
`manage.py llm_analytics_usage_report [--date D | --backfill START END | --month M] [--format …] [--dry-run]`.

Prints what it stores: open days are refreshed, closed ones corrected where something differs.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.rejects import list_unattributed
from posthog.llm_analytics.report_runs import Refreshed, report_day
from posthog.llm_analytics.report_versions import DayVersions
from posthog.llm_analytics.stored_reports import sum_month
from posthog.management import usage_report_output as output
from posthog.management.commands.create_team import find_organization
from posthog.management.progress_bar import ProgressBar
from posthog.models import Organization, Team
from posthog.tasks.llm_analytics_usage_report import find_previous_day

ONE_DAY = timedelta(days=1)
FIRST_DAY = date(2015, 1, 1)
"""As in the API: a mistyped year must not report, and close, a thousand years of days."""


class Command(BaseCommand):
    help = "Sum a day per team, store the reports and print them; or many days, or print the sums of a month."

    def add_arguments(self, parser: CommandParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--date", default="", help="YYYY-MM-DD, `today` or `yesterday` (the default), UTC")
        chosen.add_argument("--backfill", nargs=2, metavar=("START", "END"), help="every day from START to before END")
        chosen.add_argument("--month", default="", help="YYYY-MM: the sums of the stored days, and which are open")
        parser.add_argument("--organization", default="", metavar="NAME", help="only this one; default: all")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, store nothing")
        parser.add_argument("--format", choices=("table", "json", "csv"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["month"]:
            self._print_month(_parse_month(options["month"]), options)
        elif options["backfill"]:
            self._backfill(*_parse_range(options["backfill"], today=now.astimezone(UTC).date()), options, now=now)
        else:
            today = now.astimezone(UTC).date()
            self._report(_parse_day(options["date"], today=today) or find_previous_day(now), options, now=now)

    def _report(self, day: date, options: dict[str, Any], *, now: datetime) -> None:
        ids = [organization.id for organization in _list_organizations(options["organization"])]
        versions = report_day(day, ids, now=now, is_dry_run=options["dry_run"])
        if options["dry_run"]:
            self.stdout.write(output.format_differences(versions, _list_team_names()))
            return
        lines = output.list_lines(versions)
        if options["format"] == "json":
            self.stdout.write(output.format_day_json(day, lines))
        elif options["format"] == "csv":
            self.stdout.write(output.format_csv(lines), ending="")
        else:
            self.stdout.write(output.format_day_table(day, lines, _list_team_names()))
            for line in list_unattributed(day, organization_ids=ids if options["organization"] else None):
                self.stdout.write(f"nobody's: {line.events} events of gateway {line.gateway}, {line.reason_code}")

    def _backfill(self, start: date, end: date, options: dict[str, Any], *, now: datetime) -> None:
        ids = [organization.id for organization in _list_organizations(options["organization"])]
        days = [start + number * ONE_DAY for number in range((end - start).days)]
        bar = ProgressBar(options.get("stderr") or sys.stderr, total=len(days), unit="days")
        done, changed = Refreshed(), list[DayVersions]()
        for day in days:
            versions = report_day(day, ids, now=now, is_dry_run=options["dry_run"])
            done.count(versions)
            changed += [each for each in versions if each.changes]
            bar.advance(1, f", {len(changed):,} with differences")
        bar.close()
        verb = "would be stored" if options["dry_run"] else "stored"
        closed, corrected = f"{done.closed:,} of them closed", f"{done.corrected:,} corrected"
        self.stdout.write(f"{done.days:,} reports of organizations' days {verb}, {closed}, {corrected}")
        if options["dry_run"]:
            self.stdout.write(output.format_differences(changed, _list_team_names()))

    def _print_month(self, month: date, options: dict[str, Any]) -> None:
        chosen = _list_organizations(options["organization"])
        reports = [(organization.name, sum_month(organization.id, month)) for organization in chosen]
        write = output.format_month_json if options["format"] == "json" else output.format_month_table
        if options["format"] == "csv":
            raise CommandError("--format: a month is printed as table or json")
        self.stdout.write(write(reports))


def _list_organizations(name: str) -> Sequence[Organization]:
    return [find_organization(name)] if name else list(Organization.objects.order_by("name", "id"))


def _list_team_names() -> dict[int, str]:
    return dict(Team.objects.values_list("id", "name"))


def _parse_month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise CommandError(f"--month: expected YYYY-MM, got {text!r}") from None


def _parse_range(texts: Sequence[str], *, today: date) -> tuple[date, date]:
    try:
        start, end = (date.fromisoformat(text) for text in texts)
    except ValueError:
        raise CommandError(f"--backfill: expected two days as YYYY-MM-DD, got {' '.join(texts)}") from None
    if not FIRST_DAY <= start < end <= today + ONE_DAY:
        rule = f"expected START from {FIRST_DAY} on and before END, and END up to tomorrow"
        raise CommandError(f"--backfill: {rule}, got {' '.join(texts)}")
    return start, end


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
    if day < FIRST_DAY:
        raise CommandError(f"--date: expected a day from {FIRST_DAY} on, got {text!r}")
    return day
