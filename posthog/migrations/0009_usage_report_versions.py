from typing import Any

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

ENCODER = django.core.serializers.json.DjangoJSONEncoder

REASONS = [
    ("late_events", "Events arrived after the day was closed"),
    ("deleted", "Events were deleted"),
    ("renormalized", "Stored events were read again by other rules"),
    ("repriced", "Stored events were priced again; no count changed"),
    ("redelivered", "Events were delivered again with other contents"),
    ("rebuilt", "The same events are reported in another way"),
]

CLOSE_EARLIER_REPORTS = """
    UPDATE posthog_usagereport SET
        starts_at = day::timestamp AT TIME ZONE 'UTC',
        ends_at = (day + 1)::timestamp AT TIME ZONE 'UTC',
        refreshed_at = created_at,
        closed_at = greatest(created_at, (day + 1)::timestamp AT TIME ZONE 'UTC')
"""
"""Their events may be gone by retention: what was reported of those days stays, and differences become corrections."""

KEEP_CLOSED_REPORTS = """
    CREATE FUNCTION posthog_keep_closed_report() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%: version % of % is closed; a difference makes the next version',
            TG_TABLE_NAME, OLD.version, OLD.day USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER posthog_usagereport_keep_closed BEFORE UPDATE ON posthog_usagereport
        FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION posthog_keep_closed_report();
    CREATE TRIGGER posthog_organizationusagereport_keep_closed BEFORE UPDATE ON posthog_organizationusagereport
        FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION posthog_keep_closed_report();
"""
FREE_CLOSED_REPORTS = """
    DROP TRIGGER posthog_organizationusagereport_keep_closed ON posthog_organizationusagereport;
    DROP TRIGGER posthog_usagereport_keep_closed ON posthog_usagereport;
    DROP FUNCTION posthog_keep_closed_report();
"""

MARK_FOR_REPORTS = """
    CREATE FUNCTION posthog_mark_report_hours() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO posthog_changedreporthour (team_id, hour, change, due_at)
        SELECT team_id, hour, change, due_at FROM changed ORDER BY team_id, hour
        ON CONFLICT (team_id, hour) DO UPDATE SET change = excluded.change, due_at = excluded.due_at;
        RETURN NULL;
    END $$;
    CREATE TRIGGER posthog_changedusagehour_insert_marks_reports AFTER INSERT ON posthog_changedusagehour
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION posthog_mark_report_hours();
    CREATE TRIGGER posthog_changedusagehour_update_marks_reports AFTER UPDATE ON posthog_changedusagehour
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION posthog_mark_report_hours();
"""
FORGET_REPORT_MARKS = """
    DROP TRIGGER posthog_changedusagehour_update_marks_reports ON posthog_changedusagehour;
    DROP TRIGGER posthog_changedusagehour_insert_marks_reports ON posthog_changedusagehour;
    DROP FUNCTION posthog_mark_report_hours();
"""


def list_version_fields() -> "list[tuple[str, models.Field[Any, Any]]]":
    """The fields of the abstract ReportVersion but those that reports of before have already."""
    return [
        ("version", models.PositiveIntegerField(default=1)),
        (
            "timezone",
            models.CharField(max_length=64, default="UTC", help_text="The report zone that the day is one of"),
        ),
        (
            "changes",
            models.JSONField(
                default=dict, encoder=ENCODER, help_text="Figure → [before, after] against the version before"
            ),
        ),
        (
            "reason",
            models.CharField(blank=True, choices=REASONS, default="", help_text="'': the first version", max_length=20),
        ),
        (
            "evidence",
            models.JSONField(
                default=dict, encoder=ENCODER, help_text="What the reason rests on: counts, newest ingested_at"
            ),
        ),
        (
            "missing",
            models.JSONField(
                default=dict,
                encoder=ENCODER,
                help_text="What was known to be missing when it was closed; {}: nothing",
            ),
        ),
        (
            "refreshed_at",
            models.DateTimeField(default=django.utils.timezone.now, help_text="As of when the figures are"),
        ),
        ("closed_at", models.DateTimeField(blank=True, help_text="null: the day is open", null=True)),
    ]


def make_figures_field() -> "models.JSONField[Any, Any]":
    return models.JSONField(
        encoder=ENCODER, help_text="UsageFigures.to_json: amounts as decimal text, null: nobody reported it"
    )


def list_version_constraints(model: str, name: str) -> list[migrations.AddConstraint]:
    return [
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("version", 1)),
                    models.Q(("closed_at__isnull", False), ("version__gt", 1), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name=f"{name}_correction_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gte", models.F("starts_at"))), name=f"{name}_ends_after_it_starts"
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("posthog", "0008_personal_api_key")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="report_timezone",
            field=models.CharField(
                default="UTC", help_text="Whose days its reports are; set by `set_report_timezone`", max_length=64
            ),
        ),
        migrations.RemoveConstraint(model_name="usagereport", name="usage_report_once_per_day"),
        migrations.RenameField(model_name="usagereport", old_name="report", new_name="figures"),
        migrations.RenameField(model_name="usagereport", old_name="generated_at", new_name="created_at"),
        migrations.AlterField(model_name="usagereport", name="figures", field=make_figures_field()),
        migrations.AlterField(
            model_name="usagereport", name="day", field=models.DateField(help_text="Of the report zone")
        ),
        migrations.AlterField(
            model_name="usagereport",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="usage_reports",
                to="posthog.team",
            ),
        ),
        *(
            migrations.AddField(model_name="usagereport", name=name, field=field)
            for name, field in list_version_fields()
        ),
        *(
            migrations.AddField(
                model_name="usagereport", name=name, field=models.DateTimeField(help_text=text, null=True)
            )
            for name, text in (("starts_at", "UTC"), ("ends_at", "UTC, excluded"))
        ),
        migrations.RunSQL(CLOSE_EARLIER_REPORTS, migrations.RunSQL.noop),
        *(
            migrations.AlterField(model_name="usagereport", name=name, field=models.DateTimeField(help_text=text))
            for name, text in (("starts_at", "UTC"), ("ends_at", "UTC, excluded"))
        ),
        migrations.AddConstraint(
            model_name="usagereport",
            constraint=models.UniqueConstraint(fields=("team", "day", "version"), name="usage_report_version_once"),
        ),
        *list_version_constraints("usagereport", "usage_report"),
        migrations.CreateModel(
            name="OrganizationUsageReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="Of the report zone")),
                ("starts_at", models.DateTimeField(help_text="UTC")),
                ("ends_at", models.DateTimeField(help_text="UTC, excluded")),
                ("figures", make_figures_field()),
                *list_version_fields(),
                ("rules_version", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "team_versions",
                    models.JSONField(default=dict, help_text="Team id (as text) → version of its report of the day"),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage_reports",
                        to="posthog.organization",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["organization", "day"],
                        name="organization_report_open",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="organizationusagereport",
            constraint=models.UniqueConstraint(
                fields=("organization", "day", "version"), name="organization_usage_report_version_once"
            ),
        ),
        *list_version_constraints("organizationusagereport", "organization_usage_report"),
        migrations.CreateModel(
            name="ChangedReportHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "team_id", "hour", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "team_id",
                    models.BigIntegerField(help_text="No foreign key: rows may outlive their team for a while"),
                ),
                ("hour", models.DateTimeField(help_text="Its begin, UTC")),
                ("change", models.BigIntegerField(help_text="Greater with every marking")),
                ("due_at", models.DateTimeField(help_text="From when on it may be reported")),
            ],
            options={"indexes": [models.Index(fields=["hour"], name="changed_report_hour_by_hour")]},
        ),
        migrations.RunSQL(KEEP_CLOSED_REPORTS, FREE_CLOSED_REPORTS),
        migrations.RunSQL(MARK_FOR_REPORTS, FORGET_REPORT_MARKS),
    ]
