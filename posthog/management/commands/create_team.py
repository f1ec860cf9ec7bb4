"""`create_team NAME [--organization NAME]`: a team, whose events are its own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.team_administration import RETENTION_MAX_DAYS
from posthog.models import Organization, Team


class Command(BaseCommand):
    help = "Create a team and print its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--organization", default="", metavar="NAME", help="needed where there are several")
        parser.add_argument("--retention-days", type=int, default=30, metavar="N", help="its events go after N days")

    def handle(self, *args: Any, name: str, organization: str, retention_days: int, **options: Any) -> None:
        if not 1 <= retention_days <= RETENTION_MAX_DAYS:
            raise CommandError(f"--retention-days: expected 1 to {RETENTION_MAX_DAYS}, got {retention_days}")
        team = Team.objects.create(
            organization=find_organization(organization), name=name, retention_days=retention_days
        )
        self.stdout.write(str(team.pk))


def find_organization(name: str) -> Organization:
    """The organization of this name; without a name the only one."""
    found = list(Organization.objects.filter(name=name) if name else Organization.objects.all())
    if not found:
        raise CommandError(f"--organization: there is none named {name!r}" if name else "run setup_instance first")
    if len(found) > 1:
        raise CommandError(f"--organization: {len(found)} fit, name one that is unique")
    return found[0]
