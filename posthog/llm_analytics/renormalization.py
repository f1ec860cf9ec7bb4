"""
Derive stored rows again, with today's rules and prices, and store new versions of those that changed.

- Rows are read page by page in the order of the table's sorting key, each page from its own `Position` on: memory
  holds one page, and a run can go on from any position.
- A new version keeps uuid, sorting key and delivery, and has a later `ingested_at`: the table keeps the newest. A
  page's versions are inserted before the next page is read; whatever is interrupted in between happens again and
  then changes nothing.
- The hours of new versions are marked as changed, before and after the versions are stored.
- A row whose evidence cannot be read stays as it is and is counted.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import structlog

from posthog.clickhouse.client import query_rows
from posthog.errors import InvalidEvent
from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.changed_hours import announce_changes, find_hours, mark_changed
from posthog.llm_analytics.client_reports import relink_stored
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.rebuild import derive_again, list_changed_columns
from posthog.llm_usage.rows import Row
from posthog.models.custom_price import load_team_prices

log = structlog.get_logger(__name__)

PAGE_ROWS = 2000
"""Rows with their prompts and answers: some ten megabytes."""

StoredRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """UTC days from `start` (inclusive) to `end` (exclusive), of one team or of all."""

    start: date
    end: date
    team_id: int | None = None


class Position(NamedTuple):
    """A row's place in the table's order; `hour` is aware UTC."""

    team_id: int
    hour: datetime
    trace_id: str
    uuid: UUID

    def to_token(self) -> str:
        """As text for a command line."""
        parts = [self.team_id, self.hour.isoformat(), self.trace_id, str(self.uuid)]
        return urlsafe_b64encode(orjson.dumps(parts)).decode()


def parse_position(token: str) -> Position:
    """
    Read a token that `to_token` wrote.

    Raises:
        ValueError: It is none.
    """
    team_id, hour, trace_id, uuid = orjson.loads(urlsafe_b64decode(token.encode()))
    return Position(int(team_id), datetime.fromisoformat(hour), str(trace_id), UUID(uuid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    What one page came to.

    Attributes:
        position: Of its last row; the next page starts after it.
        changes: Each changed row, before and after.
        unreadable: Rows whose evidence could not be read.
    """

    position: Position
    rows: int
    changes: Sequence[tuple[StoredRow, Row]]
    unreadable: int


def count_rows(scope: Scope, *, after: Position | None = None) -> int:
    """How many rows a run has before it."""
    where, params = _build_where(scope, after)
    rows: int = query_rows(f"SELECT count() AS rows FROM ai_events FINAL WHERE {where}", params)[0]["rows"]
    return rows


def renormalize(
    scope: Scope,
    *,
    clock: Callable[[], datetime],
    after: Position | None = None,
    is_dry_run: bool = False,
    page_rows: int = PAGE_ROWS,
) -> Iterator[Page]:
    """
    Go through the scope; each page is stored when it is yielded, and none in a dry run.

    Args:
        clock: The time, aware UTC.
        after: Where an interrupted run stopped.
    Raises:
        ClickHouseError: A page could not be read or stored; those yielded before it are.
    """
    find_prices = cache(load_team_prices)
    while rows := _read_page(scope, after, page_rows):
        page = _derive_page(rows, find_prices, clock())
        if page.changes and not is_dry_run:
            _store([row for _, row in page.changes], clock)
        yield page
        after = page.position


def _read_page(scope: Scope, after: Position | None, page_rows: int) -> list[dict[str, Any]]:
    where, params = _build_where(scope, after)
    sql = f"""
        SELECT * FROM ai_events FINAL
        WHERE {where}
        ORDER BY team_id, toStartOfHour(timestamp), trace_id, uuid
        LIMIT %(page_rows)s
    """
    return query_rows(sql, params | {"page_rows": page_rows})


AFTER = """
    AND (team_id > %(after_team_id)s OR team_id = %(after_team_id)s
        AND (toStartOfHour(timestamp) > toDateTime(%(after_hour)s, 'UTC')
            OR toStartOfHour(timestamp) = toDateTime(%(after_hour)s, 'UTC')
            AND (trace_id > %(after_trace_id)s
                OR trace_id = %(after_trace_id)s AND uuid > toUUID(%(after_uuid)s))))
"""
"""The tuple comparison spelled out: only so does ClickHouse skip by the sorting key instead of reading all again."""


def _build_where(scope: Scope, after: Position | None) -> tuple[str, dict[str, Any]]:
    where = "timestamp >= %(start)s AND timestamp < %(end)s"
    params: dict[str, Any] = {
        "start": datetime.combine(scope.start, time(), UTC),
        "end": datetime.combine(scope.end, time(), UTC),
    }
    if scope.team_id is not None:
        where += " AND team_id = %(team_id)s"
        params["team_id"] = scope.team_id
    if after is not None:
        where += AFTER
        params |= {f"after_{name}": value for name, value in after._asdict().items()}
        params |= {"after_uuid": str(after.uuid), "after_hour": f"{after.hour:%Y-%m-%d %H:%M:%S}"}
    return where, params


def _derive_page(rows: Sequence[StoredRow], find_prices: Callable[[int], TeamPrices], now: datetime) -> Page:
    changes: list[tuple[StoredRow, Row]] = []
    unreadable = 0
    for row in rows:
        # Of two versions the later one counts, also where the receiver's clock was ahead of this one.
        ingested_at = max(now, row["ingested_at"] + timedelta(microseconds=1))
        try:
            derived = derive_again(row, ingested_at=ingested_at, team_prices=find_prices(row["team_id"]))
        except InvalidEvent as error:
            unreadable += 1
            log.warning("evidence_unreadable", uuid=str(row["uuid"]), team_id=row["team_id"], reason=error.code)
            continue
        if list_changed_columns(row, derived):
            changes.append((row, derived))
    return Page(position=_find_position(rows[-1]), rows=len(rows), changes=changes, unreadable=unreadable)


def _find_position(row: StoredRow) -> Position:
    hour = row["timestamp"].replace(minute=0, second=0, microsecond=0)
    return Position(row["team_id"], hour, row["trace_id"], row["uuid"])


def _store(rows: Sequence[Row], clock: Callable[[], datetime]) -> None:
    hours = find_hours(rows)
    announce_changes(hours, now=clock())
    versions = "".join(f"{row['uuid']}{row['ingested_at'].isoformat()}" for row in rows)
    insert_rows(rows, deduplication_token=f"renormalize-{hashlib.sha256(versions.encode()).hexdigest()}")
    mark_changed(hours, now=clock())
    relink_stored(rows, now=clock())  # a link that was made while the page was derived stands in none of its rows
