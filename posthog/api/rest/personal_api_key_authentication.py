"""Personal API keys at the API's door: `Authorization: Bearer phx_…` → the key and its user, or 401 with the reason."""

from datetime import datetime, timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from posthog.models import PersonalAPIKey, User
from posthog.models.personal_api_key import KEY_PREFIX
from posthog.models.token_hash import hash_token

LAST_USED_PRECISION = timedelta(minutes=1)
LONGEST_TOKEN = 200


class PersonalAPIKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, PersonalAPIKey] | None:
        """None where no `Authorization` is sent: a session may still answer for the request."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        now = timezone.now()
        key = _find_open(_parse_bearer(header), now=now)
        _touch(key, now=now)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _parse_bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token.startswith(KEY_PREFIX) or len(token) > LONGEST_TOKEN:
        raise AuthenticationFailed(
            f"Authorization: expected `Bearer {KEY_PREFIX}...`, got something else", code="authorization_malformed"
        )
    return token


def _find_open(token: str, *, now: datetime) -> PersonalAPIKey:
    key = PersonalAPIKey.objects.select_related("user").filter(token_hash=hash_token(token)).first()
    if key is None or not key.user.is_active:
        raise AuthenticationFailed("Authorization: no personal API key has this token", code="api_key_unknown")
    if key.revoked_at is not None:
        raise AuthenticationFailed(f"personal API key {key.token_prefix}…: revoked", code="api_key_revoked")
    if key.expires_at is not None and key.expires_at <= now:
        raise AuthenticationFailed(f"personal API key {key.token_prefix}…: expired", code="api_key_expired")
    return key


def _touch(key: PersonalAPIKey, *, now: datetime) -> None:
    """Note the use, once a minute at most."""
    if key.last_used_at is None or key.last_used_at <= now - LAST_USED_PRECISION:
        PersonalAPIKey.objects.filter(pk=key.pk).update(last_used_at=now)
