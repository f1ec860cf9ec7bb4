from django.db import migrations, models

CREATE_SEQUENCE = "CREATE SEQUENCE posthog_usage_change AS bigint"
DROP_SEQUENCE = "DROP SEQUENCE posthog_usage_change"

MARK_ALL_HOURS = """
    INSERT INTO posthog_changedusagehour (team_id, hour, change, due_at, may_shrink)
    SELECT team.id, hour, nextval('posthog_usage_change'), now(), false
    FROM posthog_team AS team,
        generate_series(
            date_trunc('day', now(), 'UTC') - make_interval(days => team.retention_days),
            date_trunc('hour', now(), 'UTC'),
            interval '1 hour'
        ) AS hour
"""
"""Rows that were stored before there were rollups: until they are rolled up, they are read as they are."""


class Migration(migrations.Migration):
    dependencies = [
        ("posthog", "0006_capture_doors"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedUsageHour",
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
                ("change", models.BigIntegerField()),
                ("due_at", models.DateTimeField(help_text="From when on it may be rolled up")),
                (
                    "may_shrink",
                    models.BooleanField(default=False, help_text="Rows were deleted, not only dropped by retention"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["hour"], name="changed_usage_hour_by_hour")],
            },
        ),
        migrations.RunSQL(CREATE_SEQUENCE, DROP_SEQUENCE),
        migrations.RunSQL(MARK_ALL_HOURS, migrations.RunSQL.noop),
    ]
