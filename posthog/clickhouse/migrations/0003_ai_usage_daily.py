"""
Create the daily rollups and sum in them the hours that are rolled up already.

Hours that are marked at the moment are read from rows, and their days summed again when they are rolled up. Workers of
the version before must have stopped: what they roll up afterwards would be missing from its day.
"""

from django.conf import settings

from posthog.llm_analytics.day_rollup import fill_sql
from posthog.models.ai_usage_hourly.sql import DAYS, GRAINS, create_table_sql, drop_table_sql

OF_HOURS = {hours: DAYS[hours][-1] for hours in GRAINS}


def forwards() -> list[str]:
    cluster, database = settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE
    created = [statement for days in OF_HOURS.values() for statement in create_table_sql(days, cluster, database)]
    return created + [fill_sql(hours, days, cluster) for hours, days in OF_HOURS.items()]


def backwards() -> list[str]:
    cluster = settings.CLICKHOUSE_CLUSTER
    return [statement for days in OF_HOURS.values() for statement in drop_table_sql(days, cluster)]
