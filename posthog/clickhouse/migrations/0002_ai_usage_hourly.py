"""Create the hourly rollups. They are empty: migration 0007 of Postgres marks every hour there may be as changed."""

from django.conf import settings

from posthog.models.ai_usage_hourly.sql import GRAINS, create_table_sql, drop_table_sql


def forwards() -> list[str]:
    cluster, database = settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE
    return [statement for grain in GRAINS for statement in create_table_sql(grain, cluster, database)]


def backwards() -> list[str]:
    return [statement for grain in GRAINS for statement in drop_table_sql(grain, settings.CLICKHOUSE_CLUSTER)]
