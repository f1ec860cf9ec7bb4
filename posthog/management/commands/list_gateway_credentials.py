"""`list_gateway_credentials [--gateway NAME]`: who may report calls, and when they last did."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from posthog.models import GatewayCredential

COLUMNS = ("id", "token", "gateway", "team", "label", "state", "last used", "old token until", "signature")


class Command(BaseCommand):
    help = "List the gateway credentials as tab-separated lines: state, last use, rotation, signature."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", default="", metavar="NAME", help="only this gateway's")

    def handle(self, *args: Any, gateway: str, **options: Any) -> None:
        now = timezone.now()
        credentials = GatewayCredential.objects.select_related("gateway", "team").order_by("id")
        if gateway:
            credentials = credentials.filter(gateway__name=gateway)
        self.stdout.write("\t".join(COLUMNS))
        for credential in credentials:
            self.stdout.write("\t".join(list_cells(credential, now=now)))


def list_cells(credential: GatewayCredential, *, now: datetime) -> list[str]:
    """One line's cells, in the order of COLUMNS."""
    previous = credential.previous_valid_until
    return [
        str(credential.pk),
        f"{credential.token_prefix}…",
        credential.gateway.name,
        str(credential.team_id or "by mapping"),
        credential.label,
        describe_state(credential, now=now),
        format_moment(credential.last_used_at) or "never",
        format_moment(previous) if previous is not None and previous > now else "",
        describe_signature(credential),
    ]


def describe_state(credential: GatewayCredential, *, now: datetime) -> str:
    """open, revoked or expired."""
    if credential.revoked_at is not None:
        return f"revoked {format_moment(credential.revoked_at)}"
    if credential.expires_at is None:
        return "open"
    return f"{'expired' if credential.expires_at <= now else 'open until'} {format_moment(credential.expires_at)}"


def describe_signature(credential: GatewayCredential) -> str:
    """off, optional or required."""
    if credential.signing_secret is None:
        return "off"
    return "required" if credential.is_signature_required else "optional"


def format_moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else ""
