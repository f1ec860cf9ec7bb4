"""
A comparison of a provider's own books with ours, kept as it came out; see `ee/reconciliation/comparison.py`.

Never changed afterwards: a later comparison of the same days is another one.
"""

from uuid import uuid4

from django.db import models

from posthog.models import Organization

AMOUNT_DIGITS = 38
DECIMAL_PLACES = 12


class ProviderReconciliation(models.Model):
    class Source(models.TextChoices):
        API = "api", "The provider's own API"
        CSV = "csv", "A file"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="provider_reconciliations",
        help_text="Whose calls were compared; null: those of all",
    )
    provider = models.CharField(max_length=100)
    source = models.CharField(max_length=10, choices=Source)
    start = models.DateField(help_text="First day of UTC")
    end = models.DateField(help_text="The day after the last one")
    compared_at = models.DateTimeField()
    threshold = models.DecimalField(max_digits=7, decimal_places=4, help_text="Per cent")
    lowest_agreement = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, help_text="Per cent, of the kind that agrees least; null: no usage"
    )
    calls = models.BigIntegerField(default=0, help_text="Ours that were compared; 0 also where nobody counted them")
    kinds = models.JSONField(help_text="Kind → theirs, ours, agreement, not_told; numbers as text, null: not known")

    class Meta:
        indexes = [models.Index(fields=["provider", "-compared_at"], name="provider_reconciliation_newest")]

    @property
    def is_agreed(self) -> bool:
        return self.lowest_agreement is None or self.lowest_agreement >= self.threshold

    def __str__(self) -> str:
        return f"{self.provider} from {self.start} to before {self.end}"


class ProviderReconciliationLine(models.Model):
    reconciliation = models.ForeignKey(
        ProviderReconciliation, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    day = models.DateField(help_text="Of UTC")
    model = models.CharField(max_length=500, blank=True, help_text="Pooled name; '': booked without a model")
    kind = models.CharField(max_length=50)
    theirs = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=DECIMAL_PLACES)
    ours = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=DECIMAL_PLACES, null=True)
    agreement = models.DecimalField(max_digits=7, decimal_places=4, null=True, help_text="Per cent")
    causes = models.JSONField(help_text="Codes of ee/reconciliation/causes.py, the likeliest first")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "day", "model", "kind"], name="provider_reconciliation_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.model or '(no model)'} on {self.day}"
