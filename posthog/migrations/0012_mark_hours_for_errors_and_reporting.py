"""Let every hour be rolled up again: none is in the rollups of failed calls and of what calls report yet."""

from django.db import migrations

MARK_ALL_HOURS = """
    ALTER TABLE posthog_changedusagehour DISABLE TRIGGER posthog_changedusagehour_insert_marks_reports;
    INSERT INTO posthog_changedusagehour (team_id, hour, change, due_at, may_shrink)
    SELECT team.id, hour, nextval('posthog_usage_change'), now(), false
    FROM posthog_team AS team,
        generate_series(
            date_trunc('day', now(), 'UTC') - make_interval(days => team.retention_days),
            date_trunc('hour', now(), 'UTC'),
            interval '1 hour'
        ) AS hour
    ON CONFLICT (team_id, hour) DO NOTHING;
    ALTER TABLE posthog_changedusagehour ENABLE TRIGGER posthog_changedusagehour_insert_marks_reports;
"""
"""
As far back as there are rows: until an hour is rolled up, it is read from them. No row has changed: what was reported
of these hours needs no look. An hour that is marked already will be rolled up as it is.
"""


class Migration(migrations.Migration):
    dependencies = [
        ("posthog", "0011_mark_hours_for_integrity"),
    ]

    operations = [
        migrations.RunSQL(MARK_ALL_HOURS, migrations.RunSQL.noop),
    ]
