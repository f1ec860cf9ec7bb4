"""`add_alert_destination --kind slack|pagerduty|webhook|email [--address A] --name N`: who is told what is wrong."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.alerts.destinations import (
    InvalidAlertDestination,
    Kind,
    NewAlertDestination,
    add_alert_destination,
)
from posthog.llm_analytics.audit import find_cli_actor
from posthog.management.commands.create_team import find_organization


class Command(BaseCommand):
    help = "Add a destination of an organization's accounting alerts; prints a webhook's signing secret, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", metavar="NAME", help="needed where there are several")
        parser.add_argument("--kind", choices=Kind.values, required=True)
        address = parser.add_mutually_exclusive_group()
        address.add_argument("--address", default="", help="a URL or an e-mail address; pagerduty: its own if left out")
        address.add_argument("--address-stdin", action="store_true", help="read it from stdin: a Slack URL is a secret")
        parser.add_argument("--name", required=True)
        parser.add_argument("--routing-key-stdin", action="store_true", help="read PagerDuty's routing key from stdin")

    def handle(self, *args: Any, **options: Any) -> None:
        new = NewAlertDestination(
            name=options["name"],
            kind=options["kind"],
            address=sys.stdin.readline().strip() if options["address_stdin"] else options["address"],
            routing_key=sys.stdin.readline().strip() if options["routing_key_stdin"] else "",
        )
        organization = find_organization(options["organization"])
        try:
            destination, secret = add_alert_destination(organization, new, actor=find_cli_actor())
        except InvalidAlertDestination as fault:
            raise CommandError(str(fault)) from fault
        self.stderr.write(f"Destination {destination.name}; what is wrong now is sent within five minutes.")
        if secret:
            self.stderr.write("Its signing secret appears only here:")
            self.stdout.write(secret)
