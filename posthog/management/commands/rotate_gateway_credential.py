"""`rotate_gateway_credential PREFIX_OR_ID [--overlap-hours N]`: a new token, beside the old one for a while."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.credential_administration import rotate_credential
from posthog.management.commands.revoke_gateway_credential import find_credential


class Command(BaseCommand):
    help = "Give a credential a new token and print it, once; the old one opens until the overlap is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("credential", help="id, or the start of the token as shown (phg_...)")
        parser.add_argument("--overlap-hours", type=float, default=24.0, metavar="N", help="default 24; 0: none")

    def handle(self, *args: Any, credential: str, overlap_hours: float, **options: Any) -> None:
        if not 0 <= overlap_hours <= 24 * 365:
            raise CommandError(f"--overlap-hours: expected 0 to 8760, got {overlap_hours:g}")
        found = find_credential(credential)
        if found.revoked_at is not None:
            raise CommandError(f"credential {found.pk}: is revoked; create another")
        ends_at = timezone.now() + timedelta(hours=overlap_hours)
        token = rotate_credential(found, actor=find_cli_actor(), previous_valid_until=ends_at)
        self.stderr.write(
            f"Credential {found.pk}: the old token opens until {ends_at:%Y-%m-%d %H:%M} UTC. The new one:"
        )
        self.stdout.write(token)
