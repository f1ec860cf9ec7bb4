"""`set_gateway_access --gateway NAME --url URL [--admin-key-stdin | --forget-admin-key]`: where its own API is."""

import sys
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.gateway_administration import set_access
from posthog.management.commands.create_gateway_credential import find_gateway


class Command(BaseCommand):
    help = "Store where a gateway's own API answers and, encrypted, an admin key for it; reconcile_gateway reads it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", required=True, metavar="NAME")
        parser.add_argument("--url", required=True, help="of the LiteLLM proxy: http(s)://HOST[:PORT]")
        key = parser.add_mutually_exclusive_group()
        key.add_argument("--admin-key-stdin", action="store_true", help="read the key from standard input")
        key.add_argument("--forget-admin-key", action="store_true", help="then LLM_GATEWAY_ADMIN_KEY is used")

    def handle(self, *args: Any, gateway: str, url: str, **options: Any) -> None:
        found = find_gateway(gateway)
        admin_key = None
        if options["admin_key_stdin"]:
            admin_key = sys.stdin.readline().strip()
            if not admin_key:
                raise CommandError("--admin-key-stdin: expected a key on the first line, got nothing")
        elif options["forget_admin_key"]:
            admin_key = ""
        set_access(found, base_url=parse_url(url), admin_key=admin_key, actor=find_cli_actor())
        state = "an admin key is stored" if found.admin_key is not None else "LLM_GATEWAY_ADMIN_KEY is its admin key"
        self.stdout.write(f"{found.name}: {found.base_url}; {state}")


def parse_url(text: str) -> str:
    """An http or https address with a host and no password, without a slash at its end."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good, parts = False, urlsplit("")
    if not is_good or parts.username or parts.query or parts.fragment:
        raise CommandError("--url: expected http(s)://HOST[:PORT][/PATH], without a password")
    return text.rstrip("/")
