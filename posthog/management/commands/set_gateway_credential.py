"""`set_gateway_credential PREFIX_OR_ID [--signature off|optional|required] [--bodies-per-minute N]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.credential_administration import limit_rate, require_signature, stop_signatures
from posthog.management.commands.revoke_gateway_credential import find_credential
from posthog.models import GatewayCredential


class Command(BaseCommand):
    help = "Let a credential's bodies be signed (prints a new secret, once), or bound how many it may send."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("credential", help="id, or the start of the token as shown (phg_...)")
        parser.add_argument("--signature", choices=("off", "optional", "required"))
        parser.add_argument("--bodies-per-minute", metavar="N", help="0: any number; default: the instance's setting")

    def handle(self, *args: Any, credential: str, **options: Any) -> None:
        signature, rate = options["signature"], options["bodies_per_minute"]
        if signature is None and rate is None:
            raise CommandError("expected --signature or --bodies-per-minute")
        found = find_credential(credential)
        if rate is not None:
            limit_rate(found, actor=find_cli_actor(), bodies_per_minute=parse_rate(rate))
            self.stderr.write(f"Credential {found.pk}: {rate} bodies a minute")
        if signature is not None:
            self._set_signature(found, signature)

    def _set_signature(self, credential: GatewayCredential, signature: str) -> None:
        if signature == "off":
            stop_signatures(credential, actor=find_cli_actor())
            self.stderr.write(f"Credential {credential.pk}: signatures are not looked at any more")
            return
        secret = require_signature(credential, actor=find_cli_actor(), is_required=signature == "required")
        self.stderr.write(f"Credential {credential.pk}: signature {signature}. Its signing secret appears only here:")
        self.stdout.write(secret)


def parse_rate(text: str) -> int | None:
    """A whole number, or `default`: None."""
    if text == "default":
        return None
    if not text.isdecimal() or int(text) > 10**9:
        raise CommandError(f"--bodies-per-minute: expected a whole number or `default`, got {text!r}")
    return int(text)
