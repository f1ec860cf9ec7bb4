"""`set_report_timezone [--organization NAME] ZONE`: whose days an organization's usage reports are."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.errors import InvalidTimezone
from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.report_timezone import set_report_timezone
from posthog.management.commands.create_team import find_organization


class Command(BaseCommand):
    help = "Report an organization's usage by the days of a zone; days that are closed stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("zone", metavar="ZONE", help="a name such as Europe/Berlin or Asia/Kolkata")
        parser.add_argument("--organization", default="", metavar="NAME", help="needed where there are several")

    def handle(self, *args: Any, zone: str, organization: str, **options: Any) -> None:
        found = find_organization(organization)
        try:
            set_report_timezone(found, zone, actor=find_cli_actor(), now=timezone.now())
        except InvalidTimezone as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{found.name}: days of {zone}, from the first that is not closed on")
