"""A link that signs its user in once; kept as a hash."""

import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from posthog.models.token_hash import hash_token
from posthog.models.user import User

SIGN_IN_LINK_LIFETIME = timedelta(hours=1)


class SignInLinkManager(models.Manager["SignInLink"]):
    def create_with_token(
        self, *, user: User, now: datetime, lifetime: timedelta = SIGN_IN_LINK_LIFETIME
    ) -> tuple["SignInLink", str]:
        """Create a link; returns it and its token, which is nowhere else from here on."""
        token = secrets.token_urlsafe(32)
        link = self.create(user=user, token_hash=hash_token(token), expires_at=now + lifetime)
        return link, token

    def list_open(self, token: str, *, now: datetime) -> models.QuerySet["SignInLink"]:
        """The link of this token, if it is neither used nor expired."""
        return self.filter(token_hash=hash_token(token), used_at=None, expires_at__gt=now)

    def find_open(self, token: str, *, now: datetime) -> "SignInLink | None":
        """The link of this token and its user; None when it is unknown, used or expired."""
        return self.list_open(token, now=now).filter(user__is_active=True).select_related("user").first()

    def consume(self, token: str, *, now: datetime) -> User | None:
        """Use up the link; of several at once one gets the user, the others None."""
        link = self.find_open(token, now=now)
        if link is None or not self.list_open(token, now=now).update(used_at=now):
            return None
        return link.user


class SignInLink(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SignInLinkManager] = SignInLinkManager()

    def __str__(self) -> str:
        return f"sign-in link {self.pk} of user {self.user_id}"
