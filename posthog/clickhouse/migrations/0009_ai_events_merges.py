"""Merge rows fewer times, and small parts as one file each."""

from django.conf import settings

from posthog.models.ai_events.sql import merge_as_before_sql, merge_less_sql


def forwards() -> list[str]:
    return [merge_less_sql(settings.CLICKHOUSE_CLUSTER)]


def backwards() -> list[str]:
    return [merge_as_before_sql(settings.CLICKHOUSE_CLUSTER)]
