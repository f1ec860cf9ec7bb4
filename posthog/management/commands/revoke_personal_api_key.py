"""`revoke_personal_api_key ID`: closes a personal API key for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.personal_api_keys import revoke_personal_api_key
from posthog.models import PersonalAPIKey


class Command(BaseCommand):
    help = "Revoke a personal API key, by its id; see list_personal_api_keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", type=int, metavar="ID")

    def handle(self, *args: Any, key: int, **options: Any) -> None:
        found = PersonalAPIKey.objects.select_related("user").filter(pk=key).first()
        if found is None:
            raise CommandError(f"ID: there is no personal API key {key}")
        revoke_personal_api_key(found, actor=find_cli_actor(), now=timezone.now())
        self.stdout.write(f"Personal API key {found.pk}, {found}: revoked since {found.revoked_at:%Y-%m-%d %H:%M} UTC")
