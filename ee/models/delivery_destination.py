"""Where an organization's closed usage reports are sent to."""

from uuid import uuid4

from django.db import models

from posthog.encryption import decrypt
from posthog.models import Organization


class DeliveryDestination(models.Model):
    class Kind(models.TextChoices):
        POSTHOG = "posthog", "A PostHog instance, as an event"
        WEBHOOK = "webhook", "A webhook, signed"
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="delivery_destinations")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    address = models.CharField(max_length=2000, help_text="posthog: https://HOST; webhook: its URL; email: one address")
    secret = models.BinaryField(
        null=True, help_text="Encrypted. posthog: the project's API key; webhook: the signing secret; email: none"
    )
    is_enabled = models.BooleanField(default=True)
    first_day = models.DateField(help_text="Earlier days are sent only when asked for by name")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="delivery_destination_name_once")]

    def open_secret(self) -> str:
        """
        The secret as it was given; '' where there is none.

        Raises:
            Undecryptable: ENCRYPTION_KEYS no longer has its key.
        """
        return "" if self.secret is None else decrypt(bytes(self.secret)).decode()

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"
