"""`show_project_token --team ID`: what PostHog's SDKs report to a team with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.management.commands.create_gateway_credential import find_team


class Command(BaseCommand):
    help = "Print a team's project token, which SDKs send. It names the team and is no secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, required=True, metavar="ID")

    def handle(self, *args: Any, team: int, **options: Any) -> None:
        self.stdout.write(find_team(team).api_token)
