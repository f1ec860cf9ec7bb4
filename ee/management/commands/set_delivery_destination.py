"""`set_delivery_destination --destination NAME --enabled on|off`: stop and resume deliveries."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ee.delivery.administration import set_enabled
from ee.management.chosen import find_destination
from posthog.llm_analytics.audit import find_cli_actor


class Command(BaseCommand):
    help = "Stop or resume the deliveries to a destination; what closed meanwhile is sent when it is resumed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--destination", required=True, metavar="NAME")
        parser.add_argument("--enabled", choices=("on", "off"), required=True)

    def handle(self, *args: Any, destination: str, enabled: str, **options: Any) -> None:
        found = find_destination(destination)
        set_enabled(found, is_enabled=enabled == "on", actor=find_cli_actor())
        self.stdout.write(f"{found.name}: deliveries {enabled}")
