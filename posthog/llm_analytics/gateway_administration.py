"""What an administrator tells of a gateway: where its own API is, and the key to it."""

from django.db import transaction

from posthog.encryption import encrypt
from posthog.llm_analytics.audit import record_act
from posthog.models import Gateway, Organization, Team


@transaction.atomic
def set_access(gateway: Gateway, *, base_url: str, admin_key: str | None, actor: str) -> None:
    """
    Store where the gateway's API answers and, encrypted, the key to it.

    Args:
        admin_key: None leaves the stored one as it is, '' forgets it.
    """
    gateway.base_url = base_url
    if admin_key is not None:
        gateway.admin_key = encrypt(admin_key.encode()) if admin_key else None
    gateway.save(update_fields=["base_url", "admin_key"])
    details = {"base_url": base_url, "has_admin_key": gateway.admin_key is not None}
    record_act(
        "gateway_access_changed",
        actor=actor,
        target=f"gateway {gateway.id}",
        scope=gateway.organization,
        details=details,
    )


def ensure_team_gateway(team: Team) -> Gateway:
    """The gateway that stands for the senders of one team."""
    return ensure_gateway(team.organization, f"{team.name} (team {team.id})")


def ensure_gateway(organization: Organization, name: str) -> Gateway:
    """The organization's gateway of this name, made where there is none."""
    gateway, _ = Gateway.objects.get_or_create(organization=organization, name=name)
    return gateway
