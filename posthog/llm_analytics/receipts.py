"""Keeps the numbers of durable shippers that arrived (`ShipperReceipt`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from posthog.llm_analytics.sequence_runs import Run, list_runs, merge_runs
from posthog.llm_usage.payloads.numbering import Numbering
from posthog.models import GatewayInboxBody, ShipperReceipt


def build_receipts(
    bodies: Sequence[GatewayInboxBody], numberings: Mapping[int, Iterable[Numbering]]
) -> list[ShipperReceipt]:
    """
    The receipts of bodies that are about to be settled.

    Args:
        numberings: Of each body's events, by the body's id.
    """
    return [
        ShipperReceipt(gateway_id=body.credential.gateway_id, received_at=body.received_at, **run._asdict())
        for body in bodies
        if body.credential is not None
        for run in list_runs(numberings.get(body.id, ()), received_at=body.received_at)
    ]


def merge_receipts(*, before: datetime) -> int:
    """
    Merge the receipts of each shipper's hour, for hours before this one; returns how many went.

    A receipt that is written meanwhile is not read, and stays as it is until the next time.
    """
    crowded = (
        ShipperReceipt.objects.filter(hour__lt=before)
        .values_list("gateway_id", "shipper_id", "hour")
        .annotate(receipts=Count("id"))
        .filter(receipts__gt=1)
        .order_by()
    )
    return sum(_merge_hour(gateway_id, shipper_id, hour) for gateway_id, shipper_id, hour, _ in list(crowded))


def _merge_hour(gateway_id: UUID, shipper_id: str, hour: datetime) -> int:
    with transaction.atomic():
        receipts = list(
            ShipperReceipt.objects.select_for_update().filter(gateway_id=gateway_id, shipper_id=shipper_id, hour=hour)
        )
        merged = merge_runs(Run(r.shipper_id, r.hour, r.first_sequence, r.last_sequence) for r in receipts)
        if len(merged) == len(receipts):
            return 0
        received_at = max(receipt.received_at for receipt in receipts)
        ShipperReceipt.objects.filter(id__in=[receipt.id for receipt in receipts]).delete()
        ShipperReceipt.objects.bulk_create(
            ShipperReceipt(gateway_id=gateway_id, received_at=received_at, **run._asdict()) for run in merged
        )
    return len(receipts) - len(merged)
