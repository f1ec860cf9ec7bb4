"""Where an organization's accounting alerts are sent to."""

from uuid import uuid4

from django.db import models

from posthog.encryption import decrypt
from posthog.models.organization import Organization


class AlertDestination(models.Model):
    class Kind(models.TextChoices):
        SLACK = "slack", "A Slack-compatible incoming webhook"
        PAGERDUTY = "pagerduty", "A PagerDuty-compatible events webhook"
        WEBHOOK = "webhook", "A webhook, signed"
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="alert_destinations")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    address = models.BinaryField(help_text="Encrypted: a URL, which for Slack is all that is needed to post; or e-mail")
    secret = models.BinaryField(
        null=True, help_text="Encrypted. pagerduty: the routing key; webhook: the signing secret; others: none"
    )
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="alert_destination_name_once")]

    def open_address(self) -> str:
        """
        Raises:
            Undecryptable: ENCRYPTION_KEYS no longer has its key.
        """
        return decrypt(bytes(self.address)).decode()

    def open_secret(self) -> str:
        """
        The secret as it was given; '' where there is none.

        Raises:
            Undecryptable: ENCRYPTION_KEYS no longer has its key.
        """
        return "" if self.secret is None else decrypt(bytes(self.secret)).decode()

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"
