"""`sign_in_link --email E`: a one-time link for a person who has no password, or forgot it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from posthog.models import SignInLink, User


class Command(BaseCommand):
    help = "Print a link that signs a user in, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--valid-minutes", type=int, default=60)

    def handle(self, *args: Any, email: str, valid_minutes: int, **options: Any) -> None:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"--email: no active user has the address {email!r}")
        if valid_minutes < 1:
            raise CommandError(f"--valid-minutes: expected 1 or more, got {valid_minutes}")
        self.stdout.write(make_sign_in_url(user, lifetime=timedelta(minutes=valid_minutes)))


def make_sign_in_url(user: User, *, lifetime: timedelta) -> str:
    """Make a link and return its whole address."""
    _, token = SignInLink.objects.create_with_token(user=user, now=timezone.now(), lifetime=lifetime)
    return settings.SITE_URL + reverse("sign_in_by_link", args=[token])
