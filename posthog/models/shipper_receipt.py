"""
Numbers of a durable shipper that arrived and were settled: each is a row of `ai_events` or a reject.

Written in the transaction that removes their bodies from the inbox, and kept when the rows themselves go by
retention or deletion: that an event arrived once stays provable. Runs of one hour are merged later, so a shipper
adds about one row an hour.
"""

from django.db import models

from posthog.models.gateway import Gateway


class ShipperReceipt(models.Model):
    id = models.BigAutoField(primary_key=True)
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE, related_name="+", db_index=False)
    shipper_id = models.CharField(max_length=64)
    hour = models.DateTimeField(help_text="In which the shipper accepted them, UTC")
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField(help_text="Included")
    received_at = models.DateTimeField(help_text="When the last of them arrived")

    class Meta:
        indexes = [
            models.Index(fields=["gateway", "shipper_id", "first_sequence"], name="shipper_receipt_in_order"),
            models.Index(fields=["gateway", "hour"], name="shipper_receipt_by_hour"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_sequence__gte=1, last_sequence__gte=models.F("first_sequence")),
                name="shipper_receipt_is_a_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.shipper_id} {self.first_sequence}-{self.last_sequence}"
