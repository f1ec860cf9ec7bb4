"""Making and revoking personal API keys; each act leaves an audit entry."""

from datetime import datetime

from django.db import transaction

from posthog.llm_analytics.audit import record_act
from posthog.models import PersonalAPIKey, User


@transaction.atomic
def create_personal_api_key(
    user: User, *, label: str, scope: str, actor: str, expires_at: datetime | None = None
) -> tuple[PersonalAPIKey, str]:
    """Make a key; returns it and its token, which is nowhere else from here on."""
    key, token = PersonalAPIKey.objects.create_with_token(user=user, label=label, scope=scope, expires_at=expires_at)
    details = {"label": label, "scope": scope, "expires_at": expires_at.isoformat() if expires_at else None}
    _record("personal_api_key_created", key, actor, **details)
    return key, token


@transaction.atomic
def revoke_personal_api_key(key: PersonalAPIKey, *, actor: str, now: datetime) -> None:
    """Close the key for good; a second time changes nothing."""
    if key.revoked_at is not None:
        return
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    _record("personal_api_key_revoked", key, actor)


def _record(action: str, key: PersonalAPIKey, actor: str, **details: str | None) -> None:
    details |= {"user": key.user.email, "token_prefix": key.token_prefix}
    record_act(action, actor=actor, target=f"personal API key {key.pk}", details=details)
