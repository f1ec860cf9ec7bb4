"""The last look at an organization's figures, and what was learned of them; one row each."""

from django.db import models

from posthog.models.organization import Organization


class AccountingCheck(models.Model):
    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="accounting_check"
    )
    checked_at = models.DateTimeField(null=True, blank=True, help_text="null: never with success")
    learned_at = models.DateTimeField(null=True, blank=True, help_text="null: must be learned (again)")
    expected = models.JSONField(default=list, help_text="See `posthog/llm_analytics/alerts/learned.py`")

    def __str__(self) -> str:
        return f"{self.organization_id}: checked {self.checked_at}"
