"""Writes rows of `ai_events`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from django.conf import settings

from posthog.clickhouse.client import insert_columns
from posthog.llm_usage.rows import Row
from posthog.models.ai_events.sql import COLUMNS, WRITTEN_COLUMNS, insert_table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICKS = {"DateTime": timedelta(seconds=1), "DateTime64(6, 'UTC')": timedelta(microseconds=1)}
MOMENTS = {column.name: TICKS[column.type] for column in COLUMNS if column.type in TICKS}
NULLABLE = tuple(column.name for column in COLUMNS if "Nullable" in column.type)

LIGHT_PART = {"materialize_skip_indexes_on_insert": 0, "materialize_statistics_on_insert": 0}
"""
An INSERT's part is a granule or a few, of which an index lets nobody skip much; the part that it is merged into has
them. Of the INSERT's processor time they took a tenth or more (measured).
"""

_read_values = itemgetter(*WRITTEN_COLUMNS)


def insert_rows(rows: Sequence[Row], *, deduplication_token: str) -> int:
    """
    Insert the rows in one INSERT; returns how many were sent.

    Args:
        deduplication_token: The same token for the same rows: ClickHouse ignores a repetition of its recent
        inserts.
    Raises:
        ClickHouseError: Nothing was stored.
    """
    if not rows:
        return 0
    columns = _turn_over(rows)
    for name, tick in MOMENTS.items():
        columns[name] = _count_ticks(columns[name], tick)
    table = insert_table(settings.CLICKHOUSE_CLUSTER)
    return insert_columns(table, columns, settings={**LIGHT_PART, "insert_deduplication_token": deduplication_token})


def _turn_over(rows: Sequence[Row]) -> dict[str, Sequence[Any]]:
    """
    Rows as columns, without those in which no row has a value: the table fills in the NULLs that would be sent.

    A row is read as a whole before the next: for each column to walk through all rows takes three times as long, for
    they do not fit into the processor's caches (measured).
    """
    columns: dict[str, Sequence[Any]] = dict(
        zip(WRITTEN_COLUMNS, zip(*map(_read_values, rows), strict=True), strict=True)
    )
    for name in NULLABLE:
        if columns[name][0] is None and columns[name].count(None) == len(rows):
            del columns[name]
    return columns


def _count_ticks(moments: Iterable[datetime], tick: timedelta) -> list[int | datetime]:
    """
    Since 1970. The driver sends whole numbers as they are; making them of datetimes takes it a third of its time.

    A naive one was read from the table by the driver, which knows its zone. The rows of one body arrived at once.
    """
    counted: list[int | datetime] = []
    latest: datetime | None = None
    ticks: int | datetime = 0
    for moment in moments:
        if moment is not latest:
            latest, ticks = moment, (moment - EPOCH) // tick if moment.tzinfo else moment
        counted.append(ticks)
    return counted
