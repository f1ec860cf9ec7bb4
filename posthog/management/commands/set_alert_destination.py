"""`set_alert_destination --destination NAME --enabled on|off`: stop and resume alerts to a destination."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.llm_analytics.alerts.destinations import set_enabled
from posthog.llm_analytics.audit import find_cli_actor
from posthog.management.alert_choice import find_alert_destination


class Command(BaseCommand):
    help = "Stop or resume alerts to a destination; when it is resumed, what is still wrong is sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--destination", required=True, metavar="NAME")
        parser.add_argument("--enabled", choices=("on", "off"), required=True)

    def handle(self, *args: Any, destination: str, enabled: str, **options: Any) -> None:
        found = find_alert_destination(destination)
        set_enabled(found, is_enabled=enabled == "on", actor=find_cli_actor())
        self.stdout.write(f"{found.name}: alerts {enabled}")
