"""`list_accounting_alerts [--organization NAME] [--state S]`: alerts with their ids, the newest first."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.llm_integrity.finding_texts import describe_finding
from posthog.management.commands.create_team import find_organization
from posthog.management.text_table import format_table
from posthog.models import AccountingAlert

HEADER = ["alert", "opened (UTC)", "state", "severity", "owner", "what"]
STATES = (*AccountingAlert.State.values, "any")


class Command(BaseCommand):
    help = "List accounting alerts, the newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", metavar="NAME", help="only this one's; default: all")
        parser.add_argument("--state", choices=STATES, default="open")

    def handle(self, *args: Any, organization: str, state: str, **options: Any) -> None:
        alerts = AccountingAlert.objects.select_related("owner").order_by("-opened_at", "check_name", "id")
        if organization:
            alerts = alerts.filter(organization=find_organization(organization))
        if state != "any":
            alerts = alerts.filter(state=state)
        self.stdout.write(format_table([HEADER, *map(_describe, alerts)]))


def _describe(alert: AccountingAlert) -> list[str]:
    title = " ".join(describe_finding(alert.to_finding()).title.split())
    opened = f"{alert.opened_at:%Y-%m-%d %H:%M}"
    return [str(alert.id), opened, alert.state, alert.severity, str(alert.owner or ""), title]
