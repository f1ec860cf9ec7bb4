"""Who belongs to which organization, and with what say. It decides which teams a person sees."""

from django.db import models

from posthog.models.organization import Organization
from posthog.models.user import User


class OrganizationMembership(models.Model):
    class Level(models.TextChoices):
        MEMBER = "member"
        ADMIN = "admin"
        OWNER = "owner"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    level = models.CharField(max_length=10, choices=Level, default=Level.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once_per_organization"),
            models.CheckConstraint(
                condition=models.Q(level__in=["member", "admin", "owner"]), name="membership_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}"
