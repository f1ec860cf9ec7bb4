"""Writes rows of `ai_events`."""

from collections.abc import Sequence

from django.conf import settings

from posthog.clickhouse.client import insert_columns
from posthog.llm_usage.rows import Row
from posthog.models.ai_events.sql import WRITTEN_COLUMNS, insert_table


def insert_rows(rows: Sequence[Row], *, deduplication_token: str) -> int:
    """
    Insert the rows in one INSERT; returns how many were sent.

    Args:
        deduplication_token: The same token for the same rows: ClickHouse ignores a repetition of its recent
        inserts.
    Raises:
        ClickHouseError: Nothing was stored.
    """
    columns = {name: [row[name] for row in rows] for name in WRITTEN_COLUMNS}
    table = insert_table(settings.CLICKHOUSE_CLUSTER)
    return insert_columns(table, columns, settings={"insert_deduplication_token": deduplication_token})
