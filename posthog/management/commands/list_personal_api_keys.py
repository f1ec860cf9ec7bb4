"""`list_personal_api_keys [--email E]`: whose programs may call the API, and when they last did."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.management.commands.list_gateway_credentials import format_moment
from posthog.models import PersonalAPIKey

COLUMNS = ("id", "token", "user", "label", "scope", "last used", "expires", "revoked")


class Command(BaseCommand):
    help = "List the personal API keys as tab-separated lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="", help="only this user's")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        keys = PersonalAPIKey.objects.select_related("user").order_by("id")
        if email:
            keys = keys.filter(user__email=email.lower())
        self.stdout.write("\t".join(COLUMNS))
        for key in keys:
            self.stdout.write("\t".join(list_cells(key)))


def list_cells(key: PersonalAPIKey) -> list[str]:
    """One line's cells, in the order of COLUMNS."""
    return [
        str(key.pk),
        f"{key.token_prefix}…",
        key.user.email,
        key.label,
        key.scope,
        format_moment(key.last_used_at) or "never",
        format_moment(key.expires_at) or "never",
        format_moment(key.revoked_at),
    ]
