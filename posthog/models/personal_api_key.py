"""What a person's program proves itself with at the API: a bearer token, kept as a hash."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.db import models

from posthog.models.token_hash import hash_token
from posthog.models.user import User

KEY_PREFIX = "phx_"
SHOWN_CHARACTERS = 8


class PersonalAPIKeyManager(models.Manager["PersonalAPIKey"]):
    def create_with_token(
        self, *, user: User, label: str, scope: str, expires_at: datetime | None = None
    ) -> tuple["PersonalAPIKey", str]:
        """Create a key; returns it and its token, which is nowhere else from here on."""
        token = KEY_PREFIX + secrets.token_urlsafe(32)
        key = self.create(
            user=user,
            label=label,
            scope=scope,
            expires_at=expires_at,
            token_hash=hash_token(token),
            token_prefix=token[:SHOWN_CHARACTERS],
        )
        return key, token


class PersonalAPIKey(models.Model):
    class Scope(models.TextChoices):
        """What the key may do of what its user may: read, or administrative acts as well."""

        READ = "read"
        ADMIN = "admin"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_api_keys")
    label = models.CharField(max_length=200)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    token_hash = models.CharField(max_length=64, unique=True)
    token_prefix = models.CharField(max_length=SHOWN_CHARACTERS)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PersonalAPIKeyManager] = PersonalAPIKeyManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(token_hash__regex=r"^[0-9a-f]{64}$"), name="personal_api_key_hash_is_sha256"
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["read", "admin"]), name="personal_api_key_scope_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.token_prefix}…)"
