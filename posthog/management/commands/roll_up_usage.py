"""`manage.py roll_up_usage [--start D --end D [--team ID]]`: roll up what has changed, or a range, marked or not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.changed_hours import count_due
from posthog.llm_analytics.rollup_rebuild import list_hours, rebuild
from posthog.llm_analytics.usage_rollup import BATCH_HOURS, LATENESS, roll_up_changed
from posthog.management.hour_scope import add_scope_arguments, parse_scope
from posthog.management.progress_bar import ProgressBar


class Command(BaseCommand):
    help = "Roll up the hours that have changed; with --start and --end all hours of these days again."

    def add_arguments(self, parser: CommandParser) -> None:
        add_scope_arguments(parser, is_required=False)
        parser.add_argument(
            "--may-shrink", action="store_true", help="take the rows' word also where fewer are left than were summed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["start"] is None) != (options["end"] is None):
            raise CommandError("--start, --end: expected both or neither")
        bar = ProgressBar(options.get("stderr") or sys.stderr, total=0, unit="hours")
        try:
            if options["start"] is None:
                self._roll_up_changed(bar)
            else:
                self._rebuild(bar, options)
        except (KeyboardInterrupt, ClickHouseError) as stopped:
            bar.close()
            reason = "interrupted" if isinstance(stopped, KeyboardInterrupt) else f"{type(stopped).__name__}: {stopped}"
            raise CommandError(f"{reason}; {bar.done:,} hours are done, run it again for all", returncode=130) from None
        bar.close()
        self.stdout.write(f"{bar.done:,} hours rolled up")

    def _roll_up_changed(self, bar: ProgressBar) -> None:
        now = timezone.now()
        bar.total = count_due(due_at=now, over_at=now - LATENESS)
        hours = BATCH_HOURS
        while hours == BATCH_HOURS:
            hours = roll_up_changed(now=now)
            bar.advance(hours)

    def _rebuild(self, bar: ProgressBar, options: dict[str, Any]) -> None:
        hours = list_hours(parse_scope(options, now=timezone.now()), may_shrink=options["may_shrink"])
        bar.total = len(hours)
        for done in rebuild(hours):
            bar.advance(done)
