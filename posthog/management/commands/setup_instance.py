"""`setup_instance`: what a new installation needs before anybody can sign in. Safe to run at every start."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from posthog.management.commands.sign_in_link import make_sign_in_url
from posthog.models import Organization, OrganizationMembership, Team, User

LINK_LIFETIME = timedelta(hours=24)


class Command(BaseCommand):
    help = "Create the first organization, team and user where there is none; print how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="admin@localhost", help="of the first user")
        parser.add_argument("--organization", default="Default organization")
        parser.add_argument("--team", default="Default team")

    def handle(self, *args: Any, email: str, organization: str, team: str, **options: Any) -> None:
        owner = ensure_first_user(email=email, organization_name=organization, team_name=team)
        if owner.has_usable_password():
            self.stdout.write(f"Sign in as {owner.email}: {settings.SITE_URL}/login")
            return
        url = make_sign_in_url(owner, lifetime=LINK_LIFETIME)
        self.stdout.write(f"Sign in as {owner.email} (once, within 24 hours): {url}")


@transaction.atomic
def ensure_first_user(*, email: str, organization_name: str, team_name: str) -> User:
    """Return the first administrator, created with an organization and a team where these are missing."""
    organization = Organization.objects.order_by("created_at").first()
    if organization is None:
        organization = Organization.objects.create(name=organization_name)
        Team.objects.create(organization=organization, name=team_name)
    owner = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
    if owner is None:
        owner = User.objects.create_superuser(email)
        for existing in Organization.objects.all():
            make_owner(owner, existing)
    return owner


def make_owner(user: User, organization: Organization) -> None:
    OrganizationMembership.objects.update_or_create(
        user=user, organization=organization, defaults={"level": OrganizationMembership.Level.OWNER}
    )
