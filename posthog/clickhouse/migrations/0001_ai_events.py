"""Create `ai_events`."""

from django.conf import settings

from posthog.models.ai_events.sql import create_table_sql, drop_table_sql


def forwards() -> list[str]:
    return create_table_sql(settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE)


def backwards() -> list[str]:
    return drop_table_sql(settings.CLICKHOUSE_CLUSTER)
