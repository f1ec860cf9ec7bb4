"""`create_personal_api_key --email E --label L [--scope read|admin] [--expires-days N]`: a token, printed once."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.personal_api_keys import create_personal_api_key
from posthog.models import PersonalAPIKey, User


class Command(BaseCommand):
    help = "Create a personal API key and print its token, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="whose key it is: it may do what they may, and no more")
        parser.add_argument("--label", required=True, help="what will use it")
        parser.add_argument("--scope", choices=PersonalAPIKey.Scope.values, default=PersonalAPIKey.Scope.READ)
        parser.add_argument("--expires-days", type=int, metavar="N", help="default: never")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        days: int | None = options["expires_days"]
        if days is not None and days < 1:
            raise CommandError(f"--expires-days: expected 1 or more, got {days}")
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"--email: there is no user {email!r}")
        key, token = create_personal_api_key(
            user,
            label=options["label"],
            scope=options["scope"],
            actor=find_cli_actor(),
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        self.stderr.write(f"Personal API key {key.pk}. Its token appears only here:")
        self.stdout.write(token)
