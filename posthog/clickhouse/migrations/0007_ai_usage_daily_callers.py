"""
Create the daily rollup of callers and sum in it the hours that are rolled up already, as 0003 does for the others.

Workers of the version before must have stopped: what they roll up afterwards would be missing from its day.
"""

from django.conf import settings

from posthog.llm_analytics.day_rollup import fill_sql
from posthog.models.ai_usage_hourly.sql import CALLERS, END_USERS, create_table_sql, drop_table_sql


def forwards() -> list[str]:
    cluster, database = settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE
    return [*create_table_sql(CALLERS, cluster, database), fill_sql(END_USERS, CALLERS, cluster)]


def backwards() -> list[str]:
    return drop_table_sql(CALLERS, settings.CLICKHOUSE_CLUSTER)
