"""
Index the largest values of what single calls are sorted by: a NULL made the indexes of 0006 useless for that.

Tables of before keep their granules of 8192 rows, for ClickHouse cannot change them: on these a page by cost takes
about twice as long. Going back leaves these columns without an index, and the blocks small: answers stay the same.
"""

from django.conf import settings

from posthog.models.ai_events.sql import (
    RANKED,
    add_indexes_sql,
    drop_indexes_sql,
    drop_named_indexes_sql,
    shrink_blocks_sql,
)


def forwards() -> list[str]:
    cluster = settings.CLICKHOUSE_CLUSTER
    dropped = drop_named_indexes_sql([f"minmax_{name}" for name in RANKED], cluster)
    return [*dropped, shrink_blocks_sql(cluster), *add_indexes_sql(RANKED, cluster)]


def backwards() -> list[str]:
    return drop_indexes_sql(RANKED, settings.CLICKHOUSE_CLUSTER)
