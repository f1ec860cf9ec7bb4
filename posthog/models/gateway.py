"""A gateway that reports model calls (a LiteLLM proxy, say)."""

from uuid import uuid4

from django.db import models

from posthog.models.organization import Organization


class Gateway(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="gateways")
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    base_url = models.CharField(max_length=500, blank=True, help_text="Where its own API answers; '': not known")
    admin_key = models.BinaryField(null=True, help_text="Encrypted; opens its API")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="gateway_name_once")]

    def __str__(self) -> str:
        return self.name
