"""
What team's and organization's daily reports have in common: each row is one version of one day.

An open day has version 1 alone, which is refreshed in place. Closing stamps it; from then on neither code nor a shell
changes the row (a trigger of the database refuses), and a difference makes the next version, which says what changed,
when and why. Of a day the highest version counts.
"""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import now


class ReportReason(models.TextChoices):
    """Why a version follows another one; see `posthog.llm_analytics.report_reasons`."""

    LATE_EVENTS = "late_events", "Events arrived after the day was closed"
    DELETED = "deleted", "Events were deleted"
    RENORMALIZED = "renormalized", "Stored events were read again by other rules"
    REPRICED = "repriced", "Stored events were priced again; no count changed"
    REDELIVERED = "redelivered", "Events were delivered again with other contents"
    REBUILT = "rebuilt", "The same events are reported in another way"


class ReportVersion(models.Model):
    day = models.DateField(help_text="Of the report zone")
    version = models.PositiveIntegerField(default=1)
    timezone = models.CharField(max_length=64, default="UTC", help_text="The report zone that the day is one of")
    starts_at = models.DateTimeField(help_text="UTC")
    ends_at = models.DateTimeField(help_text="UTC, excluded")
    figures = models.JSONField(
        encoder=DjangoJSONEncoder, help_text="UsageFigures.to_json: amounts as decimal text, null: nobody reported it"
    )
    changes = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="Figure → [before, after] against the version before"
    )
    reason = models.CharField(
        max_length=20, blank=True, default="", choices=ReportReason, help_text="'': the first version"
    )
    evidence = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="What the reason rests on: counts, newest ingested_at"
    )
    missing = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="What was known to be missing when it was closed; {}: nothing",
    )
    rules_version = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=now)
    refreshed_at = models.DateTimeField(default=now, help_text="As of when the figures are")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="null: the day is open")

    class Meta:
        abstract = True

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_corrected(self) -> bool:
        """Whether it differs from what the day was closed with."""
        return self.version > 1


def list_version_constraints(name: str) -> list[models.BaseConstraint]:
    """
    What the database holds every version to.

    Args:
        name: Of the table, in the constraints' names.
    """
    return [
        models.CheckConstraint(
            condition=models.Q(version=1, reason="")
            | models.Q(version__gt=1, closed_at__isnull=False) & ~models.Q(reason=""),
            name=f"{name}_correction_has_a_reason",
        ),
        models.CheckConstraint(
            condition=models.Q(ends_at__gte=models.F("starts_at")), name=f"{name}_ends_after_it_starts"
        ),
    ]
