"""
Calls that a gateway reported twice, under ids of their own: the first report stays, the others count as nothing.

Twins are rows of one team, gateway and provider with the same response id. The alert `calls_repeated` tells of them;
nothing is superseded before a person has seen why they are there and turned the second reporter off.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.changed_hours import announce_changes, find_hours, mark_changed
from posthog.llm_analytics.superseding import SupersededRow, build_superseding_row
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.llm_usage.rows import Row, RowContext
from posthog.models import Gateway, Team
from posthog.models.ai_events.sql import TABLE

DAY = timedelta(days=1)
PER_INSERT = 2000

TWINS_SQL = f"""
    SELECT *
    FROM (
        SELECT
            e.team_id AS team_id, e.uuid AS uuid, e.timestamp AS timestamp, e.trace_id AS trace_id,
            ifNull(e.gateway_call_id, '') AS call_id, e.generation_id AS response_id,
            e.retention_days AS retention_days, e.ingested_at AS ingested_at, e._offset AS offset,
            e._partition AS position, e.total_tokens AS total_tokens, e.total_cost_usd AS total_cost_usd,
            first_value(e.uuid) OVER twins AS first_uuid, row_number() OVER twins AS place
        FROM {TABLE} AS e FINAL
        PREWHERE e.team_id IN %(team_ids)s
            AND toStartOfHour(e.timestamp) >= toDateTime64(%(first)s, 6, 'UTC')
            AND toStartOfHour(e.timestamp) < toDateTime64(%(last)s, 6, 'UTC')
        WHERE e.event IN %(events)s AND e.call_kind = 'inference' AND e.gateway = %(gateway)s
            AND ifNull(e.generation_id, '') != ''
        WINDOW twins AS (
            PARTITION BY e.team_id, e.provider, e.generation_id ORDER BY e._timestamp, e._offset, e._partition, e.uuid
        )
    )
    WHERE place > 1 AND timestamp >= toDateTime64(%(start)s, 6, 'UTC') AND timestamp < toDateTime64(%(end)s, 6, 'UTC')
    ORDER BY team_id, timestamp, uuid
"""
"""
A call's reports begin within a day of each other: the first may lie in a neighbouring day. Of those received in one
second the first is the one that the inbox numbered first.
"""


@dataclass(slots=True)
class RepeatedCalls:
    """What one team's repetitions add to its sums; of `tokens` and `cost_usd` those that are known."""

    calls: int = 0
    tokens: int = 0
    cost_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RepeatedDay:
    """One UTC day, by team id."""

    start: datetime
    by_team: Mapping[int, RepeatedCalls]


def supersede_repeated_calls(
    gateway: Gateway, *, start: datetime, end: datetime, clock: Callable[[], datetime], is_dry_run: bool = False
) -> Iterator[RepeatedDay]:
    """
    Go through the days; each is superseded when it is yielded, and none in a dry run. Doing it again changes nothing.

    Args:
        start, end: Midnights, aware UTC, `end` excluded; by the time of the call.
        clock: The time, aware UTC.
    Raises:
        ClickHouseError: A day could not be read or stored; those yielded before it are.
    """
    team_ids = list(Team.objects.filter(organization=gateway.organization_id).values_list("id", flat=True))
    for number in range((end - start) // DAY if team_ids else 0):
        day = start + number * DAY
        twins = _list_twins(gateway.name, team_ids, day)
        if not is_dry_run:
            for first in range(0, len(twins), PER_INSERT):
                _supersede(gateway.name, twins[first : first + PER_INSERT], clock)
        yield RepeatedDay(start=day, by_team=_sum_up(twins))


def _list_twins(gateway: str, team_ids: Sequence[int], day: datetime) -> list[dict[str, Any]]:
    params = {
        "team_ids": team_ids,
        "gateway": gateway,
        "events": sorted(COUNTED_EVENTS),
        **{"first": day - DAY, "start": day, "end": day + DAY, "last": day + 2 * DAY},
    }
    return query_rows(TWINS_SQL, params)


def _sum_up(twins: Sequence[Mapping[str, Any]]) -> dict[int, RepeatedCalls]:
    by_team: dict[int, RepeatedCalls] = {}
    for twin in twins:
        sums = by_team.setdefault(twin["team_id"], RepeatedCalls())
        sums.calls += 1
        sums.tokens += twin["total_tokens"] or 0
        sums.cost_usd += Decimal(str(twin["total_cost_usd"] or 0))
    return by_team


def _supersede(gateway: str, twins: Sequence[Mapping[str, Any]], clock: Callable[[], datetime]) -> None:
    rows = [_build_row(gateway, twin, clock()) for twin in twins]
    hours = find_hours(rows)
    announce_changes(hours, now=clock())
    versions = "".join(f"{row['uuid']}{row['ingested_at'].isoformat()}" for row in rows)
    insert_rows(rows, deduplication_token=f"repeated-{hashlib.sha256(versions.encode()).hexdigest()}")
    mark_changed(hours, now=clock())


def _build_row(gateway: str, twin: Mapping[str, Any], now: datetime) -> Row:
    # Of two versions the later one counts, also where the receiver's clock was ahead of this one.
    after_its_own = _aware(twin["ingested_at"]) + timedelta(microseconds=1)
    received = RowContext(
        ingested_at=max(now, after_its_own),
        retention_days=twin["retention_days"],
        offset=twin["offset"],
        position=twin["position"],
    )
    gone = SupersededRow(
        uuid=twin["uuid"],
        team_id=twin["team_id"],
        timestamp=_aware(twin["timestamp"]),
        trace_id=twin["trace_id"],
        gateway=gateway,
        call_id=twin["call_id"],
        response_id=twin["response_id"],
        received=received,
    )
    return build_superseding_row(gone, by=twin["first_uuid"])


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
