"""The record of what administrators did; written in the transaction of the act itself, or not at all."""

import os
import pwd
from collections.abc import Mapping
from typing import Any

from posthog.models import AuditEntry, Organization, Team


def record_act(
    action: str,
    *,
    actor: str,
    target: str,
    scope: Team | Organization | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """
    Add an entry.

    Args:
        action: Snake case, past tense: `credential_revoked`.
        actor: A user's e-mail address, or what `find_cli_actor` says.
        scope: The team, or the organization, whose administrators may see it; None: the instance's alone.
        details: JSON values before and after; ids, names and numbers, never a token or a secret.
    """
    team = scope if isinstance(scope, Team) else None
    organization = team.organization if team is not None else scope
    return AuditEntry.objects.create(
        actor=actor[:200],
        action=action,
        target=target[:200],
        team=team,
        organization=organization if isinstance(organization, Organization) else None,
        details=dict(details or {}),
    )


def find_cli_actor() -> str:
    """`cli:` and the user name of the process: who ran a command."""
    try:
        return f"cli:{pwd.getpwuid(os.geteuid()).pw_name}"
    except KeyError:
        return f"cli:{os.geteuid()}"
