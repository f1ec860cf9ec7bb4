"""Keep small parts of `ai_events` in one file each; parts that are there already change when they are merged."""

from django.conf import settings

from posthog.models.ai_events.sql import COMPACT_UP_TO, alter_parts_sql


def forwards() -> list[str]:
    return [alter_parts_sql(f"MODIFY SETTING {COMPACT_UP_TO}", settings.CLICKHOUSE_CLUSTER)]


def backwards() -> list[str]:
    return [alter_parts_sql("RESET SETTING min_bytes_for_wide_part", settings.CLICKHOUSE_CLUSTER)]
