"""`deliver_usage_reports [--day D] [--organization NAME] [--destination NAME] [--again]`: what the beat task does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ee.delivery.outbox import plan_deliveries, request_again
from ee.delivery.sending import deliver_due
from ee.management.chosen import add_selection_arguments, parse_selection


class Command(BaseCommand):
    help = "Send closed reports that are due; exits with 1 where a receiver has not taken one."

    def add_arguments(self, parser: CommandParser) -> None:
        add_selection_arguments(parser)
        parser.add_argument(
            "--again", action="store_true", help="also those that were sent or given up, with the same key as before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        selection = parse_selection(options)
        now = timezone.now()
        plan_deliveries(selection, now=now)
        if options["again"]:
            request_again(selection, now=now)
        failures = 0
        for delivery in deliver_due(selection):
            is_sent = delivery.status == delivery.Status.SENT
            failures += not is_sent
            fault = "" if is_sent else f": {delivery.last_error}"
            line = f"{delivery.day} v{delivery.version} to {delivery.destination.name}: "
            self.stdout.write(f"{line}{'sent' if is_sent else 'not sent'}{fault}")
        if failures:
            raise CommandError(
                f"{failures} reports were not taken; `list_report_deliveries` says when they are tried again"
            )
