"""What a gateway proves itself with: a bearer token, kept as a hash."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.db import models

from posthog.models.gateway import Gateway
from posthog.models.team import Team
from posthog.models.token_hash import hash_token

TOKEN_PREFIX = "phg_"
SHOWN_CHARACTERS = 8


def make_gateway_token() -> str:
    """Make a token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


class GatewayCredentialManager(models.Manager["GatewayCredential"]):
    def create_with_token(
        self,
        *,
        gateway: Gateway,
        label: str,
        team: Team | None = None,
        expires_at: datetime | None = None,
    ) -> tuple["GatewayCredential", str]:
        """
        Create a credential.

        Args:
            team: Takes all events of this credential; None: the gateway's mapping decides event by event.
            expires_at: Aware UTC; None: never.
        Returns:
            The credential and its token, which is nowhere else from here on.
        """
        credential = GatewayCredential(gateway=gateway, label=label, team=team, expires_at=expires_at)
        token = credential.replace_token()
        credential.save(using=self._db, force_insert=True)
        return credential, token


class GatewayCredential(models.Model):
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE, related_name="credentials")
    label = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    token_prefix = models.CharField(max_length=SHOWN_CHARACTERS)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    previous_token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    previous_valid_until = models.DateTimeField(null=True, blank=True)
    signing_secret = models.BinaryField(null=True, help_text="Encrypted; null: bodies are not signed")
    is_signature_required = models.BooleanField(default=False)
    bodies_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="null: LLM_GATEWAY_MAX_BODIES_PER_MINUTE"
    )

    objects: ClassVar[GatewayCredentialManager] = GatewayCredentialManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(token_hash__regex=r"^[0-9a-f]{64}$"), name="credential_hash_is_sha256"
            )
        ]

    def replace_token(self, token: str = "") -> str:
        """Put this or a new token in place of the old one, unsaved; returns it."""
        token = token or make_gateway_token()
        self.token_hash = hash_token(token)
        self.token_prefix = token[:SHOWN_CHARACTERS]
        return token

    def rotate_token(self, *, previous_valid_until: datetime) -> str:
        """Put a new token in place, unsaved; the old one still opens until then. Returns the new one."""
        self.previous_token_hash = self.token_hash
        self.previous_valid_until = previous_valid_until
        return self.replace_token()

    def __str__(self) -> str:
        return f"{self.label} ({self.token_prefix}…)"
