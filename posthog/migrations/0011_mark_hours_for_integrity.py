"""Let the last month be rolled up again: its hours are not in the rollup `ai_integrity_hourly` yet."""

from django.db import migrations

MARK_LAST_MONTH = """
    ALTER TABLE posthog_changedusagehour DISABLE TRIGGER posthog_changedusagehour_insert_marks_reports;
    INSERT INTO posthog_changedusagehour (team_id, hour, change, due_at, may_shrink)
    SELECT team.id, hour, nextval('posthog_usage_change'), now(), false
    FROM posthog_team AS team,
        generate_series(
            date_trunc('day', now(), 'UTC') - make_interval(days => 31),
            date_trunc('hour', now(), 'UTC'),
            interval '1 hour'
        ) AS hour
    ON CONFLICT (team_id, hour) DO NOTHING;
    ALTER TABLE posthog_changedusagehour ENABLE TRIGGER posthog_changedusagehour_insert_marks_reports;
"""
"""
As far back as anything is learned from, or verified in turn. No row has changed: what was reported of these hours
needs no look. An hour that is marked already will be rolled up as it is.
"""


class Migration(migrations.Migration):
    dependencies = [
        ("posthog", "0010_accounting_alerts"),
    ]

    operations = [
        migrations.RunSQL(MARK_LAST_MONTH, migrations.RunSQL.noop),
    ]
