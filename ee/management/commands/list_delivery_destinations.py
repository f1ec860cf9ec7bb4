"""`list_delivery_destinations`: where reports are sent to."""

from typing import Any

from django.core.management.base import BaseCommand

from ee.models import DeliveryDestination

COLUMNS = ("organization", "name", "kind", "address", "deliveries", "first day", "id")


class Command(BaseCommand):
    help = "List destinations as tab-separated lines; secrets are not shown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("\t".join(COLUMNS))
        for each in DeliveryDestination.objects.select_related("organization").order_by("organization__name", "name"):
            state = "on" if each.is_enabled else "off"
            cells = (
                each.organization.name,
                each.name,
                each.kind,
                each.address,
                state,
                f"{each.first_day}",
                f"{each.id}",
            )
            self.stdout.write("\t".join(cells))
