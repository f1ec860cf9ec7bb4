"""`list_alert_destinations`: where alerts go, and what of them did not arrive; no address, no secret."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Q

from posthog.management.text_table import format_table
from posthog.models import AlertDelivery, AlertDestination

HEADER = ["organization", "name", "kind", "enabled", "sent", "pending", "failed", "last error"]
Status = AlertDelivery.Status


class Command(BaseCommand):
    help = "List the destinations of accounting alerts, with what was sent, what waits and what was given up."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [_describe(destination) for destination in _list_destinations()]
        self.stdout.write(format_table([HEADER, *rows]))


def _list_destinations() -> Any:
    counts = {
        status: Count("deliveries", filter=Q(deliveries__status=status))
        for status in (Status.SENT.value, Status.PENDING.value, Status.FAILED.value)
    }
    destinations = AlertDestination.objects.select_related("organization").annotate(**counts)
    return destinations.order_by("organization__name", "name")


def _describe(destination: Any) -> list[str]:
    faulty = destination.deliveries.exclude(last_error="").order_by("-id").first()
    return [
        destination.organization.name,
        destination.name,
        destination.kind,
        "on" if destination.is_enabled else "off",
        *(str(getattr(destination, status)) for status in ("sent", "pending", "failed")),
        faulty.last_error if faulty else "",
    ]
