"""
Create the rollups of failed calls and of what calls report, and the column of `ai_events` that the first is made of.

They are empty: migration 0012 of Postgres marks every hour there may be. Workers of the version before must have
stopped: what they roll up afterwards would be missing from them.
"""

from django.conf import settings

from posthog.models.ai_errors_hourly.sql import ERRORS
from posthog.models.ai_events.sql import HTTP_STATUS, add_column_sql, drop_column_sql
from posthog.models.ai_reporting_hourly.sql import REPORTING
from posthog.models.ai_usage_hourly.sql import DAYS, create_table_sql, drop_table_sql

GRAINS = (ERRORS, REPORTING, *DAYS[ERRORS], *DAYS[REPORTING])


def forwards() -> list[str]:
    cluster, database = settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE
    created = [statement for grain in GRAINS for statement in create_table_sql(grain, cluster, database)]
    return add_column_sql(HTTP_STATUS, cluster) + created


def backwards() -> list[str]:
    cluster = settings.CLICKHOUSE_CLUSTER
    dropped = [statement for grain in GRAINS for statement in drop_table_sql(grain, cluster)]
    return dropped + drop_column_sql(HTTP_STATUS, cluster)
