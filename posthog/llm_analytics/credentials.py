"""Who is at the gateway's door: bearer token → credential, or the reason why not."""

from datetime import datetime, timedelta
from hmac import compare_digest

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from posthog.errors import CredentialClosed, CredentialUnknown
from posthog.models import GatewayTeam, Team
from posthog.models.gateway_credential import TOKEN_PREFIX, GatewayCredential
from posthog.models.token_hash import hash_token

LAST_USED_PRECISION = timedelta(minutes=1)
LONGEST_TOKEN = 200

# Every body that arrives asks both. Written out, for Django composes such a query anew each time, which takes it five
# times as long as to have it answered; `raw`, which is given the text, takes twice as long as a cursor (measured).
_FIELDS = GatewayCredential._meta.concrete_fields
FIND_CREDENTIAL = f"""
    SELECT {", ".join(str(field.column) for field in _FIELDS)} FROM {GatewayCredential._meta.db_table}
    WHERE token_hash = %s OR previous_token_hash = %s
    ORDER BY id
    LIMIT 1
"""
REACHES_PRIVATE_TEAM = f"""
    SELECT EXISTS (
        SELECT FROM {Team._meta.db_table} AS team
        WHERE team.is_private AND (
            team.id = %s
            OR team.id IN (SELECT team_id FROM {GatewayTeam._meta.db_table} WHERE gateway_id = %s)
        )
    )
"""


def authenticate_gateway(authorization_header: str) -> GatewayCredential:
    """
    Find the credential of a request.

    Args:
        authorization_header: `Bearer phg_...`; '' where the request has none.
    Returns:
        The credential alone: its gateway and team are loaded when they are asked for.
    Raises:
        CredentialUnknown: No header, not a bearer token of ours, or a token nobody has (401).
        CredentialClosed: Revoked, expired, or the token before the last rotation and its time is over (403).
    """
    now = timezone.now()
    token_hash = hash_token(_parse_bearer(authorization_header))
    credential = _find_credential(token_hash)
    _require_open(credential, now=now)
    _require_current(credential, token_hash, now=now)
    _touch(credential, now=now)
    return credential


def _parse_bearer(header: str) -> str:
    if not header:
        rule = "Authorization: expected `Bearer <token>`, got nothing"
        raise CredentialUnknown("authorization_missing", rule)
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token.startswith(TOKEN_PREFIX) or len(token) > LONGEST_TOKEN:
        rule = f"Authorization: expected `Bearer {TOKEN_PREFIX}...`, got something else"
        raise CredentialUnknown("authorization_malformed", rule)
    return token


def reaches_private_team(credential: GatewayCredential) -> bool:
    """Whether an event of this credential may be one of a private team."""
    with connection.cursor() as cursor:
        cursor.execute(REACHES_PRIVATE_TEAM, [credential.team_id, credential.gateway_id])
        (reaches,) = cursor.fetchone()
    return bool(reaches)


def _find_credential(token_hash: str) -> GatewayCredential:
    with connection.cursor() as cursor:
        cursor.execute(FIND_CREDENTIAL, [token_hash, token_hash])
        found = cursor.fetchone()
    if found is None:
        raise CredentialUnknown("credential_unknown", "Authorization: no credential has this token")
    return GatewayCredential.from_db(connection.alias, [field.attname for field in _FIELDS], found)


def _require_current(credential: GatewayCredential, token_hash: str, *, now: datetime) -> None:
    """The token itself, or the one before it as long as that still opens."""
    if compare_digest(credential.token_hash, token_hash):
        return
    is_previous = compare_digest(credential.previous_token_hash or "", token_hash)
    valid_until = credential.previous_valid_until
    if not is_previous or valid_until is None or valid_until <= now:
        raise CredentialClosed("credential_rotated", f"credential {credential.token_prefix}…: this is its old token")


def _require_open(credential: GatewayCredential, *, now: datetime) -> None:
    if credential.revoked_at is not None:
        raise CredentialClosed("credential_revoked", f"credential {credential.token_prefix}…: revoked")
    if credential.expires_at is not None and credential.expires_at <= now:
        raise CredentialClosed("credential_expired", f"credential {credential.token_prefix}…: expired")


def _touch(credential: GatewayCredential, *, now: datetime) -> None:
    """Note the use, once a minute at most; a request that is noting it already is not waited for."""
    stale_before = now - LAST_USED_PRECISION
    if credential.last_used_at is not None and credential.last_used_at > stale_before:
        return
    is_stale = Q(last_used_at=None) | Q(last_used_at__lte=stale_before)
    this_one = GatewayCredential.objects.filter(is_stale, pk=credential.pk)
    with transaction.atomic():
        if this_one.select_for_update(skip_locked=True).values("pk").first() is not None:
            this_one.update(last_used_at=now)
