"""
The first user of an instance, who owns whatever is there: made by whoever comes first, and only while there is none.

Two who come at once wait for each other (a lock of the database); the second finds that there is a user.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from posthog.errors import AccountingError
from posthog.llm_analytics.audit import record_act
from posthog.models import Organization, OrganizationMembership, Team, User

LOCK = 7_305_146_021
"""A number of no meaning; nobody else of this project takes a lock by it."""


class FirstUserExists(AccountingError):
    """Somebody was first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstUser:
    """
    Attributes:
        organization: Its name, and so the team's; they are made where there is no organization.
    """

    email: str
    password: str
    organization: str
    team: str


def has_users() -> bool:
    return User.objects.exists()


@transaction.atomic
def create_first_user(new: FirstUser) -> User:
    """
    Raises:
        FirstUserExists: There is a user by now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if has_users():
        raise FirstUserExists("user: there is one already")
    if not Organization.objects.exists():
        made = Organization.objects.create(name=new.organization)
        Team.objects.create(organization=made, name=new.team)
    user = User.objects.create_superuser(new.email, new.password)
    for organization in Organization.objects.all():
        OrganizationMembership.objects.create(
            user=user, organization=organization, level=OrganizationMembership.Level.OWNER
        )
    record_act("first_user_created", actor=user.email, target=f"user {user.pk}")
    return user
