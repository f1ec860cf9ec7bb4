"""
`supersede_repeated_calls --gateway NAME --start DAY --end DAY [--dry-run]`: calls reported twice count once again.

The first report of each stays. Doing it again changes nothing; with --dry-run nothing changes at all.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor, record_act
from posthog.llm_analytics.repeated_calls import RepeatedCalls, RepeatedDay, supersede_repeated_calls
from posthog.management.commands.create_gateway_credential import find_gateway
from posthog.management.hour_scope import parse_days
from posthog.management.progress_bar import ProgressBar
from posthog.models import Gateway, Team


class Command(BaseCommand):
    help = "Take calls that a gateway reported twice, under ids of their own, out of the sums; the first report stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", required=True, metavar="NAME")
        parser.add_argument("--start", required=True, metavar="DAY", help="first day, YYYY-MM-DD, UTC")
        parser.add_argument("--end", required=True, metavar="DAY", help="the day after the last one, YYYY-MM-DD, UTC")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(self, *args: Any, gateway: str, dry_run: bool, **options: Any) -> None:
        found = find_gateway(gateway)
        start, end = parse_days(options)
        bar = ProgressBar(options.get("stderr") or sys.stderr, total=(end - start).days, unit="days")
        sums: dict[int, RepeatedCalls] = {}
        done = start
        try:
            for day in supersede_repeated_calls(found, start=start, end=end, clock=timezone.now, is_dry_run=dry_run):
                _add(sums, day)
                done = day.start
                bar.advance(1)
        finally:
            bar.close()
            if sums and not dry_run:
                _record(found, sums, {"start": f"{start:%Y-%m-%d}", "last_day": f"{done:%Y-%m-%d}"})
            self._write_outcome(found, sums, is_dry_run=dry_run)

    def _write_outcome(self, gateway: Gateway, sums: dict[int, RepeatedCalls], *, is_dry_run: bool) -> None:
        verb = "would be superseded" if is_dry_run else "superseded"
        names = dict(Team.objects.filter(id__in=sums).values_list("id", "name"))
        for team_id, own in sorted(sums.items()):
            self.stdout.write(
                f"team {team_id}, {names.get(team_id, 'deleted')}: {own.calls:,} repeated calls {verb}: "
                f"{own.tokens:,} tokens and {own.cost_usd.normalize():f} USD less"
            )
        if not sums:
            self.stdout.write(f"gateway {gateway.name} reported no call of these days twice")


def _add(sums: dict[int, RepeatedCalls], day: RepeatedDay) -> None:
    for team_id, own in day.by_team.items():
        total = sums.setdefault(team_id, RepeatedCalls())
        total.calls += own.calls
        total.tokens += own.tokens
        total.cost_usd += own.cost_usd


def _record(gateway: Gateway, sums: dict[int, RepeatedCalls], days: dict[str, str]) -> None:
    calls = {str(team_id): own.calls for team_id, own in sums.items()}
    record_act(
        "repeated_calls_superseded",
        actor=find_cli_actor(),
        target=f"gateway {gateway.name}",
        scope=gateway.organization,
        details={**days, "calls_by_team": calls},
    )
