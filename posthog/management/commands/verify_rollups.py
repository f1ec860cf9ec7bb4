"""`manage.py verify_rollups --start D --end D [--team ID]`: rollups against rows; exit code 1 where they differ."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from posthog.llm_analytics.changed_hours import TeamHour, mark_changed
from posthog.llm_analytics.day_verification import list_day_drifts
from posthog.llm_analytics.rollup_verification import Drift, Scope, Verified, verify
from posthog.management.hour_scope import add_scope_arguments, parse_scope
from posthog.management.progress_bar import ProgressBar

STEP = timedelta(hours=6)
SHOWN = 100
UNKNOWN = "–"


class Command(BaseCommand):
    help = "Compare rolled-up hours with a full scan of the rows, and days with their hours; show what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        add_scope_arguments(parser)
        parser.add_argument("--repair", action="store_true", help="mark what differs: it is rolled up again")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        scope = parse_scope(options, now=now)
        bar = ProgressBar(options.get("stderr") or sys.stderr, total=_count_hours(scope), unit="hours")
        drifts: list[Drift] = []
        parts: list[Verified] = []
        for part in _list_parts(scope):
            parts.append(verify(part, now=now))
            drifts += parts[-1].drifts
            bar.advance(_count_hours(part), f", {len(drifts):,} drifts")
        drifts += list_day_drifts(scope, drifting=[TeamHour(drift.team_id, drift.hour) for drift in drifts])
        bar.close()
        if options["repair"]:
            mark_changed({TeamHour(drift.team_id, drift.hour) for drift in drifts}, now=now)
        self._write_outcome(parts, drifts)
        if drifts:
            raise SystemExit(1)

    def _write_outcome(self, parts: list[Verified], drifts: list[Drift]) -> None:
        for drift in drifts[:SHOWN]:
            self.stdout.write(f"{drift.table}, team {drift.team_id}, {drift.hour:%Y-%m-%d %H:00}: {_describe(drift)}")
        if len(drifts) > SHOWN:
            self.stdout.write(f"… and {len(drifts) - SHOWN:,} more")
        hours, marked, outlived = (sum(getattr(p, name) for p in parts) for name in ("hours", "marked", "outlived"))
        self.stdout.write(
            f"{hours:,} hours compared, {len(drifts):,} drifts; "
            f"{marked:,} wait to be rolled up, {outlived:,} outlived some of their rows"
        )


def _list_parts(scope: Scope) -> list[Scope]:
    parts, start = [], scope.start
    while start < scope.end:
        parts.append(Scope(start=start, end=min(start + STEP, scope.end), team_ids=scope.team_ids))
        start += STEP
    return parts


def _count_hours(scope: Scope) -> int:
    return (scope.end - scope.start) // timedelta(hours=1)


def _describe(drift: Drift) -> str:
    if not drift.figures:
        return "the same sums, split otherwise"
    return ", ".join(
        f"{name} {UNKNOWN if stored is None else stored} instead of {UNKNOWN if scanned is None else scanned}"
        for name, (stored, scanned) in drift.figures.items()
    )
