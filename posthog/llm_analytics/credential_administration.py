"""Making, rotating, signing and closing gateway credentials; each act leaves an audit entry."""

import secrets
from datetime import datetime

from django.db import transaction

from posthog.encryption import encrypt
from posthog.llm_analytics.audit import record_act
from posthog.models import Gateway, GatewayCredential, Organization, Team

SIGNING_SECRET_PREFIX = "phs_"


@transaction.atomic
def create_credential(
    gateway: Gateway, *, label: str, actor: str, team: Team | None = None, expires_at: datetime | None = None
) -> tuple[GatewayCredential, str]:
    """Make a credential; returns it and its token, which is nowhere else from here on."""
    credential, token = GatewayCredential.objects.create_with_token(
        gateway=gateway, label=label, team=team, expires_at=expires_at
    )
    _record("credential_created", credential, actor, label=label, expires_at=_to_text(expires_at))
    return credential, token


@transaction.atomic
def rotate_credential(credential: GatewayCredential, *, actor: str, previous_valid_until: datetime) -> str:
    """
    Give the credential a new token, which opens at once; the old one opens until the given time.

    A rotation within the overlap ends the token before the old one. Returns the new token.
    """
    token = credential.rotate_token(previous_valid_until=previous_valid_until)
    credential.save(update_fields=["token_hash", "token_prefix", "previous_token_hash", "previous_valid_until"])
    _record("credential_rotated", credential, actor, previous_valid_until=_to_text(previous_valid_until))
    return token


@transaction.atomic
def revoke_credential(credential: GatewayCredential, *, actor: str, now: datetime) -> None:
    """Close the credential for good, with every token it ever had; a second time changes nothing."""
    if credential.revoked_at is not None:
        return
    credential.revoked_at = now
    credential.save(update_fields=["revoked_at"])
    _record("credential_revoked", credential, actor)


@transaction.atomic
def require_signature(credential: GatewayCredential, *, actor: str, is_required: bool) -> str:
    """Give the credential a new signing secret; returns it. Unless required, unsigned bodies are taken, too."""
    secret = SIGNING_SECRET_PREFIX + secrets.token_urlsafe(32)
    credential.signing_secret = encrypt(secret.encode())
    credential.is_signature_required = is_required
    credential.save(update_fields=["signing_secret", "is_signature_required"])
    _record("credential_signing_changed", credential, actor, signature="required" if is_required else "optional")
    return secret


@transaction.atomic
def stop_signatures(credential: GatewayCredential, *, actor: str) -> None:
    """Forget the signing secret: signatures are neither asked for nor looked at."""
    credential.signing_secret = None
    credential.is_signature_required = False
    credential.save(update_fields=["signing_secret", "is_signature_required"])
    _record("credential_signing_changed", credential, actor, signature="off")


@transaction.atomic
def limit_rate(credential: GatewayCredential, *, actor: str, bodies_per_minute: int | None) -> None:
    """Bound how many bodies a minute it may send; None: as the instance's setting says, 0: any number."""
    before, credential.bodies_per_minute = credential.bodies_per_minute, bodies_per_minute
    credential.save(update_fields=["bodies_per_minute"])
    _record("credential_rate_changed", credential, actor, before=before, after=bodies_per_minute)


def _record(action: str, credential: GatewayCredential, actor: str, **details: str | int | None) -> None:
    scope: Team | Organization = credential.team or credential.gateway.organization
    details |= {"gateway": credential.gateway.name, "token_prefix": credential.token_prefix}
    record_act(action, actor=actor, target=f"credential {credential.pk}", scope=scope, details=details)


def _to_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
