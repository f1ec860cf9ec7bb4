"""`set_team_policy --team ID [--retention-days N] [--private on|off]`: how long and how much is kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.team_administration import RETENTION_MAX_DAYS, set_privacy, set_retention
from posthog.management.commands.create_gateway_credential import find_team


class Command(BaseCommand):
    help = "Set a team's retention (stored events follow it) or its privacy (calls from now on follow it)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, required=True, metavar="ID")
        parser.add_argument("--retention-days", type=int, metavar="N")
        parser.add_argument("--private", choices=("on", "off"), help="on: nothing that is said reaches a disk")

    def handle(self, *args: Any, **options: Any) -> None:
        days, privacy = options["retention_days"], options["private"]
        if days is None and privacy is None:
            raise CommandError("expected --retention-days or --private")
        if days is not None and not 1 <= days <= RETENTION_MAX_DAYS:
            raise CommandError(f"--retention-days: expected 1 to {RETENTION_MAX_DAYS}, got {days}")
        team = find_team(options["team"])
        if privacy is not None:
            set_privacy(team, is_private=privacy == "on", actor=find_cli_actor())
            self.stdout.write(f"team {team.pk}: privacy {privacy}, for calls that arrive from now on")
        if days is not None:
            rewritten = set_retention(team, retention_days=days, actor=find_cli_actor())
            self.stdout.write(f"team {team.pk}: kept for {days} days; {rewritten} stored events follow it")
