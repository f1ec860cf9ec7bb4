"""`delete_team_events --team ID`: everything received for a team until now goes; its daily reports stay."""

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.team_administration import delete_late_writings, delete_team_events, is_drain_running
from posthog.llm_analytics.team_events import count_team_events
from posthog.management.commands.create_gateway_credential import find_team

LOOK_EVERY_S = 0.2


class Command(BaseCommand):
    help = "Delete a team's events, rejects and waiting deliveries, and prove that no row is left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, required=True, metavar="ID")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        team = find_team(options["team"])
        if not yes and input(f"Delete every event of team {team.pk}, {team.name}? Type its name: ") != team.name:
            raise CommandError("nothing was deleted")
        now = timezone.now()
        gone = delete_team_events(team, actor=find_cli_actor(), now=now)
        self._wait_for_drains(now)
        rejects = gone.rejects + delete_late_writings(team, before=now)
        left = count_team_events(team.id, ingested_before=now)
        self.stdout.write(
            f"team {team.pk}: {gone.events} rows, {rejects} rejects and {gone.waiting_bodies} waiting bodies "
            f"deleted; {left} rows left"
        )
        if left:
            raise CommandError("rows are left: run this again")

    def _wait_for_drains(self, begun_before: datetime) -> None:
        """A worker that was in the middle of it writes what it has; then nothing of the team comes any more."""
        deadline_s = time.monotonic() + settings.LLM_GATEWAY_CLAIM_LEASE_S
        while is_drain_running(begun_before=begun_before):
            if time.monotonic() > deadline_s:
                raise CommandError("a worker holds deliveries of before: run this again when it is done")
            time.sleep(LOOK_EVERY_S)
