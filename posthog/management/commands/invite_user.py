"""`invite_user --email E [--organization NAME] [--level L]`: a member of an organization, and a link to come in."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from posthog.llm_analytics.audit import find_cli_actor, record_act
from posthog.management.commands.create_team import find_organization
from posthog.management.commands.sign_in_link import make_sign_in_url
from posthog.models import Organization, OrganizationMembership, User

LINK_LIFETIME = timedelta(hours=24)


class Command(BaseCommand):
    help = "Make a person a member of an organization and print a link that signs them in once, within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--organization", default="", metavar="NAME", help="needed where there are several")
        parser.add_argument("--level", choices=OrganizationMembership.Level.values, default="member")

    def handle(self, *args: Any, email: str, organization: str, level: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"--email: expected an e-mail address, got {email!r}") from None
        user = add_member(email, find_organization(organization), level)
        self.stdout.write(make_sign_in_url(user, lifetime=LINK_LIFETIME))


@transaction.atomic
def add_member(email: str, organization: Organization, level: str) -> User:
    """Create the user where they are new; their level is what was said last."""
    user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email)
    OrganizationMembership.objects.update_or_create(user=user, organization=organization, defaults={"level": level})
    details = {"organization": organization.name, "level": level}
    record_act("member_added", actor=find_cli_actor(), target=f"user {user.pk}", scope=organization, details=details)
    return user
