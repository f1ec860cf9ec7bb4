"""A team: whose events these are. Every row of `ai_events` belongs to exactly one."""

import secrets

from django.db import models

from posthog.models.organization import Organization

PROJECT_TOKEN_PREFIX = "phc_"


def make_project_token() -> str:
    """Make the token that SDKs send; it names the team and is no secret."""
    return PROJECT_TOKEN_PREFIX + secrets.token_urlsafe(32)


class Team(models.Model):
    id = models.AutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=200)
    api_token = models.CharField(max_length=200, unique=True, default=make_project_token)
    retention_days = models.PositiveSmallIntegerField(default=30)
    is_private = models.BooleanField(
        default=False, help_text="Only numbers, names and times of its calls are kept; what was said never is."
    )
    events_deleted_before = models.DateTimeField(
        null=True, blank=True, help_text="Deliveries that arrived before add no event any more."
    )
    timezone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(retention_days__gte=1), name="team_retention_days_at_least_one")
        ]

    def __str__(self) -> str:
        return self.name
