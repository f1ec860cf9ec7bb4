"""What an administrator did: who, what, when, to what. Entries are only ever added."""

from django.db import models
from django.utils import timezone

from posthog.models.organization import Organization
from posthog.models.team import Team


class AuditEntry(models.Model):
    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=200, help_text="A user's e-mail address, or `cli:` and the system's user name")
    action = models.CharField(max_length=64, help_text="Stable, snake_case, e.g. `credential_revoked`")
    target = models.CharField(max_length=200, help_text="Kind and id, e.g. `credential 7`")
    organization = models.ForeignKey(Organization, on_delete=models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    details = models.JSONField(default=dict, help_text="Values before and after; never a token or a secret")

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-at"], name="audit_entry_by_organization"),
            models.Index(fields=["-at"], name="audit_entry_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.target}"
