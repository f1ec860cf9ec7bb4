"""
`manage.py renormalize_ai_events --start D --end D [--team ID] [--dry-run]`: derive history again with today's rules.

Stops cleanly on Ctrl-C and says how to go on. Running it again from the start is safe too: what is already right does
not change.
"""

import shlex
import sys
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.change_table import ChangeTable
from posthog.llm_analytics.renormalization import (
    PAGE_ROWS,
    Position,
    Scope,
    count_rows,
    parse_position,
    renormalize,
)
from posthog.management.progress_bar import ProgressBar
from posthog.management.text_table import format_table


class Command(BaseCommand):
    help = "Derive stored events again with today's rules and prices; stores new versions of the rows that change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--start", required=True, help="first day, YYYY-MM-DD, UTC")
        parser.add_argument("--end", required=True, help="the day after the last one, YYYY-MM-DD, UTC")
        parser.add_argument("--team", type=int, help="only this team's events")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, store nothing")
        parser.add_argument("--resume-after", metavar="TOKEN", help="where an interrupted run stopped, as it said")
        parser.add_argument("--page-rows", type=int, default=PAGE_ROWS, help="rows read at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = _parse_scope(options)
        after = _parse_token(options["resume_after"])
        table, unreadable, is_dry_run = ChangeTable(), 0, options["dry_run"]
        bar = ProgressBar(options.get("stderr") or sys.stderr, total=count_rows(scope, after=after), unit="rows")
        try:
            for page in renormalize(
                scope,
                clock=lambda: datetime.now(UTC),
                after=after,
                is_dry_run=is_dry_run,
                page_rows=options["page_rows"],
            ):
                after = page.position
                unreadable += page.unreadable
                for before, changed in page.changes:
                    table.add(before, changed)
                bar.advance(page.rows, f", {table.rows:,} changed")
        except (KeyboardInterrupt, ClickHouseError) as stopped:
            bar.close()
            self._write_outcome(table, bar.done, unreadable, is_dry_run=is_dry_run)
            raise CommandError(_say_how_to_go_on(stopped, options, after), returncode=130) from None
        bar.close()
        self._write_outcome(table, bar.done, unreadable, is_dry_run=is_dry_run)

    def _write_outcome(self, table: ChangeTable, rows: int, unreadable: int, *, is_dry_run: bool) -> None:
        verb = "would change" if is_dry_run else "changed"
        self.stdout.write(f"{table.rows:,} of {rows:,} rows {verb}")
        if table.changes:
            self.stdout.write(format_table(table.list_lines(), text_columns=2))
        if unreadable:
            self.stdout.write(f"{unreadable:,} rows hold evidence that cannot be read and stay as they are")


def _parse_scope(options: dict[str, Any]) -> Scope:
    start, end = (_parse_day(name, options[name]) for name in ("start", "end"))
    if end <= start:
        raise CommandError(f"--end: expected a day after --start {start}, got {end}; the end itself is left out")
    return Scope(start=start, end=end, team_id=options["team"])


def _parse_day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--{name}: expected YYYY-MM-DD, got {text!r}") from None


def _parse_token(token: str | None) -> Position | None:
    if token is None:
        return None
    try:
        return parse_position(token)
    except (ValueError, TypeError):
        raise CommandError("--resume-after: expected the token that an interrupted run printed") from None


def _say_how_to_go_on(stopped: BaseException, options: dict[str, Any], after: Position | None) -> str:
    reason = "interrupted" if isinstance(stopped, KeyboardInterrupt) else f"{type(stopped).__name__}: {stopped}"
    arguments = ["bin/manage", "renormalize_ai_events", "--start", options["start"], "--end", options["end"]]
    if options["team"] is not None:
        arguments += ["--team", str(options["team"])]
    if options["dry_run"]:
        arguments += ["--dry-run"]
    if after is not None:
        arguments += ["--resume-after", after.to_token()]
    return f"{reason}; go on with: {shlex.join(arguments)}"
