"""
One thing that is wrong with an organization's figures: opened once, updated while it lasts, resolved by itself.

See `posthog/llm_analytics/alerts/lifecycle.py`.
"""

from uuid import uuid4

from django.db import models

from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Severity, Subject
from posthog.models.organization import Organization
from posthog.models.team import Team
from posthog.models.user import User


class AccountingAlert(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "Wrong, as of the last look"
        ACCEPTED = "accepted", "Declared to be the new normal; ends when it is judged right"
        RESOLVED = "resolved", "Judged right again"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False, help_text="Also its key for receivers")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="accounting_alerts", db_index=False
    )
    key = models.CharField(max_length=64, help_text="SHA-256 of check, subject and figure; see `alerts/keys.py`")
    check_name = models.CharField(max_length=32)
    gateway = models.TextField(null=True, blank=True, help_text="null: not of one; '': of calls without one")
    provider = models.TextField(null=True, blank=True)
    model = models.TextField(null=True, blank=True)
    is_stream = models.BooleanField(null=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    figure = models.CharField(max_length=64, blank=True, help_text="Count, ratio or flag; '': the check has but one")
    severity = models.CharField(max_length=16, help_text="Of `Severity`")
    worst_severity = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField(help_text="When it was last seen to be wrong")
    resolved_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(help_text="Begin of the first hour that is wrong")
    seen = models.FloatField(help_text="A share, a ratio or a number of calls: what the check says")
    usual = models.FloatField(null=True, blank=True)
    calls = models.BigIntegerField()
    evidence = models.JSONField(
        default=dict,
        help_text="`events`: uuids of calls of the first wrong hour; `first`, `worst`: figures. No content",
    )
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    muted_until = models.DateTimeField(null=True, blank=True, help_text="Until then nobody is told of it")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"],
                condition=~models.Q(state="resolved"),
                name="accounting_alert_unresolved_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="resolved", resolved_at__isnull=False)
                | ~models.Q(state="resolved") & models.Q(resolved_at__isnull=True),
                name="accounting_alert_resolved_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-opened_at"], name="accounting_alert_by_time")]

    @property
    def subject(self) -> Subject:
        return Subject(self.gateway, self.provider, self.model, self.is_stream, self.team_id)

    def to_finding(self) -> Finding:
        """As it was last seen."""
        return Finding(
            check=CheckName(self.check_name),
            subject=self.subject,
            severity=Severity(self.severity),
            figure=self.figure,
            seen=self.seen,
            usual=self.usual,
            calls=self.calls,
            since=self.since,
            facts=tuple(self.evidence.get("facts", ())),
        )

    def to_finding_key(self) -> FindingKey:
        return FindingKey(CheckName(self.check_name), self.subject, self.figure)

    def __str__(self) -> str:
        return f"{self.check_name} {self.figure} ({self.state})".replace("  ", " ")
