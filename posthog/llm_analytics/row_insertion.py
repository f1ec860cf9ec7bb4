"""One batch of rows → one INSERT; where the server refuses a value, the rows that hold it are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from posthog.clickhouse.client import ClickHouseError, is_data_fault
from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_usage.rows import Row


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that ClickHouse did not take, and why, without its values."""

    row: Row
    reason: str


def insert_batch(rows: Sequence[Row], *, token: str) -> list[RefusedRow]:
    """
    Insert all rows at once, or in halves where a value is refused; returns the rows that were not stored.

    Args:
        token: Names these rows: if this very insert is tried again, ClickHouse drops it as a whole.
    Raises:
        ClickHouseError: The store is away, or at fault itself; some of the rows may be stored.
    """
    return list(_insert_or_halve(rows, token))


def _insert_or_halve(rows: Sequence[Row], token: str) -> Iterator[RefusedRow]:
    if not rows:
        return
    try:
        insert_rows(rows, deduplication_token=token)
    except ClickHouseError as error:
        if not is_data_fault(error):
            raise
        if len(rows) == 1:
            reason = f"ClickHouse refused the row: {type(error).__name__}, code {error.code}"
            yield RefusedRow(rows[0], reason)
            return
        middle = len(rows) // 2
        yield from _insert_or_halve(rows[:middle], f"{token}.0")
        yield from _insert_or_halve(rows[middle:], f"{token}.1")
