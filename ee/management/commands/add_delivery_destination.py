"""`add_delivery_destination --kind posthog|webhook|email --address A --name N`: where reports are sent to."""

import sys
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ee.delivery.administration import InvalidDestination, Kind, NewDestination, add_destination
from ee.management.chosen import parse_day
from posthog.llm_analytics.audit import find_cli_actor
from posthog.management.commands.create_team import find_organization


class Command(BaseCommand):
    help = "Add a destination of an organization's daily reports; prints a webhook's signing secret, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", metavar="NAME", help="needed where there are several")
        parser.add_argument("--kind", choices=Kind.values, required=True)
        parser.add_argument("--address", required=True, help="https://HOST, the webhook's URL, or an e-mail address")
        parser.add_argument("--name", required=True)
        parser.add_argument(
            "--api-key-stdin", action="store_true", help="read the PostHog project's API key from stdin"
        )
        parser.add_argument("--first-day", default="", metavar="YYYY-MM-DD", help="default: today (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        first_day = parse_day("--first-day", options["first_day"]) if options["first_day"] else None
        new = NewDestination(
            name=options["name"],
            kind=options["kind"],
            address=options["address"],
            first_day=first_day or timezone.now().astimezone(UTC).date(),
            api_key=sys.stdin.readline().strip() if options["api_key_stdin"] else "",
        )
        organization = find_organization(options["organization"])
        try:
            destination, secret = add_destination(organization, new, actor=find_cli_actor())
        except InvalidDestination as fault:
            raise CommandError(str(fault)) from fault
        self.stderr.write(f"Destination {destination.name}, reports from {new.first_day} on.")
        if secret:
            self.stderr.write("Its signing secret appears only here:")
            self.stdout.write(secret)
