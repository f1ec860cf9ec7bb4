"""Index what single calls are sorted by, and the id by which they could be looked for without an index."""

from django.conf import settings

from posthog.models.ai_events.sql import RANKED, add_indexes_sql, drop_indexes_sql

INDEXED = (*RANKED, "generation_id")


def forwards() -> list[str]:
    return add_indexes_sql(INDEXED, settings.CLICKHOUSE_CLUSTER)


def backwards() -> list[str]:
    return drop_indexes_sql(INDEXED, settings.CLICKHOUSE_CLUSTER)
