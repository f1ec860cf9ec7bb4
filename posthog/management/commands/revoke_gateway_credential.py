"""`revoke_gateway_credential PREFIX_OR_ID`: closes a credential for good; its past events stay."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.credential_administration import revoke_credential
from posthog.models import GatewayCredential


class Command(BaseCommand):
    help = "Revoke a credential, by its id or the first characters of its token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("credential", help="id, or the start of the token as shown (phg_...)")

    def handle(self, *args: Any, credential: str, **options: Any) -> None:
        found = find_credential(credential)
        revoke_credential(found, actor=find_cli_actor(), now=timezone.now())
        self.stdout.write(f"Credential {found.pk}, {found}: revoked since {found.revoked_at:%Y-%m-%d %H:%M} UTC")


def find_credential(text: str) -> GatewayCredential:
    by_id = GatewayCredential.objects.filter(pk=int(text)) if text.isdecimal() else None
    found = list(by_id or GatewayCredential.objects.filter(token_prefix=text[:8]))
    if not found:
        raise CommandError("credential: none has this id or token")
    if len(found) > 1:
        ids = ", ".join(str(credential.pk) for credential in found)
        raise CommandError(f"credential: several begin with {text[:8]!r}; give an id instead: {ids}")
    return found[0]
