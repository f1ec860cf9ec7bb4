"""`list_report_deliveries [--day D] [--destination NAME] [--status S] …`: what became of reports."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ee.management.chosen import add_selection_arguments, parse_selection
from ee.models import ReportDelivery
from posthog.management.commands.list_gateway_credentials import format_moment

COLUMNS = ("day", "version", "organization", "destination", "kind", "status", "attempts", "sent", "next", "error")


class Command(BaseCommand):
    help = "List deliveries as tab-separated lines, the newest days first."

    def add_arguments(self, parser: CommandParser) -> None:
        add_selection_arguments(parser)
        parser.add_argument("--status", choices=ReportDelivery.Status.values)
        parser.add_argument("--limit", type=int, default=100, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        selection = parse_selection(options)
        listed = ReportDelivery.objects.filter(selection.to_filter()).select_related("destination", "organization")
        if selection.day is not None:
            listed = listed.filter(day=selection.day)
        if options["status"]:
            listed = listed.filter(status=options["status"])
        self.stdout.write("\t".join(COLUMNS))
        for delivery in listed.order_by("-day", "-version", "destination__name")[: options["limit"]]:
            self.stdout.write("\t".join(list_cells(delivery)))


def list_cells(delivery: ReportDelivery) -> list[str]:
    """One line's cells, in the order of COLUMNS."""
    is_pending = delivery.status == delivery.Status.PENDING
    return [
        delivery.day.isoformat(),
        str(delivery.version),
        delivery.organization.name,
        delivery.destination.name,
        delivery.destination.kind,
        delivery.status if delivery.destination.is_enabled or not is_pending else "disabled",
        str(delivery.attempts),
        format_moment(delivery.sent_at),
        format_moment(delivery.next_attempt_at) if is_pending else "",
        delivery.last_error,
    ]
