"""
Create the rollup of what the checks look at. It is empty: migration 0011 of Postgres marks the hours that it needs.

Workers of the version before must have stopped: what they roll up afterwards would be missing from it.
"""

from django.conf import settings

from posthog.models.ai_integrity_hourly.sql import INTEGRITY
from posthog.models.ai_usage_hourly.sql import create_table_sql, drop_table_sql


def forwards() -> list[str]:
    return create_table_sql(INTEGRITY, settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE)


def backwards() -> list[str]:
    return drop_table_sql(INTEGRITY, settings.CLICKHOUSE_CLUSTER)
