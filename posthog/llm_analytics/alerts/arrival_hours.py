"""
What arrived from each gateway, hour by hour of arrival: clocks, and calls that were reported twice.

Counting repetitions needs every id of an hour, so an hour is counted when it is over and kept (`GatewayArrivalHour`);
the last few are counted again, for bodies that waited in the inbox. `_timestamp` is when a row's report was received,
which deriving history again leaves as it was.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Max

from posthog.clickhouse.client import query_rows
from posthog.llm_integrity.checks.arrivals import BEHIND, CLOCK_TOLERANCE
from posthog.llm_integrity.sources import ArrivalHour
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.models import GatewayArrivalHour, Organization
from posthog.models.ai_events.sql import TABLE

HOUR = timedelta(hours=1)
KEPT = timedelta(days=14)
COUNTED_AGAIN = timedelta(hours=3)
CALLED_BEFORE = timedelta(days=3)
CALLED_AFTER = timedelta(days=400)
"""
Calls of an hour of arrival are looked for among those made so long before or after: the table is ordered by calls.
After the newest hours only a clock that is ahead has calls; after older ones there are all of those between.
"""

CALLED_S, RECEIVED_S = "toUnixTimestamp64Milli(e.timestamp) / 1000", "toUnixTimestamp(e._timestamp)"
HAS_ID = "ifNull(e.generation_id, '') != ''"

ARRIVAL_HOURS = f"""
    SELECT
        e.gateway AS gateway, toUnixTimestamp(toStartOfHour(e._timestamp)) AS arrived, count() AS calls,
        countIf({CALLED_S} > {RECEIVED_S} + %(ahead_s)s) AS ahead_calls,
        countIf({CALLED_S} + ifNull(e.latency, 0) < {RECEIVED_S} - %(behind_s)s) AS behind_calls,
        countIf({HAS_ID}) - uniqExactIf(e.generation_id, {HAS_ID}) AS repeated_calls
    FROM {TABLE} AS e FINAL
    PREWHERE e.team_id IN %(team_ids)s
        AND toStartOfHour(e.timestamp) >= toDateTime64(%(called_start)s, 6, 'UTC')
        AND toStartOfHour(e.timestamp) < toDateTime64(%(called_end)s, 6, 'UTC')
    WHERE e.event IN %(events)s AND e.call_kind = 'inference' AND ifNull(e.gateway, '') != ''
        AND e._timestamp >= toDateTime(%(start)s, 'UTC') AND e._timestamp < toDateTime(%(end)s, 'UTC')
    GROUP BY gateway, arrived
"""


def read_arrivals(
    organization: Organization, team_ids: Sequence[int], *, end: datetime
) -> Mapping[str, Sequence[ArrivalHour]]:
    """
    Every gateway's arrivals of KEPT before `end` (a full hour), ascending; counts and keeps those that are new.

    Raises:
        ClickHouseError: The store could not be read.
    """
    start = end - KEPT
    kept = GatewayArrivalHour.objects.filter(organization=organization)
    kept.filter(hour__lt=start).delete()
    newest: datetime | None = kept.aggregate(newest=Max("hour"))["newest"]
    first = start if newest is None else max(start, newest + HOUR - COUNTED_AGAIN)
    for day_start, day_end in _cut_days(first, end):
        called_after = CALLED_AFTER if day_end == end else CALLED_BEFORE
        _keep(organization, _count(team_ids, (day_start, day_end), called_end=day_end + called_after))
    found: dict[str, list[ArrivalHour]] = {}
    for row in kept.filter(hour__lt=end).order_by("hour"):
        found.setdefault(row.gateway, []).append(_to_arrival_hour(row))
    return found


def _cut_days(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Pieces of a day at most: the first look at an organization reads two weeks."""
    if end <= start:
        return []
    days = (end - start) // timedelta(days=1)
    cuts = [start + timedelta(days=number) for number in range(days + 1)]
    return list(pairwise(dict.fromkeys([*cuts, end])))


def _count(
    team_ids: Sequence[int], arrived: tuple[datetime, datetime], *, called_end: datetime
) -> list[dict[str, Any]]:
    start, end = arrived
    params = {
        "team_ids": list(team_ids),
        "events": sorted(COUNTED_EVENTS),
        "start": start,
        "end": end,
        "called_start": start - CALLED_BEFORE,
        "called_end": called_end,
        "ahead_s": CLOCK_TOLERANCE.total_seconds(),
        "behind_s": BEHIND.total_seconds(),
    }
    return query_rows(ARRIVAL_HOURS, params) if team_ids else []


def _keep(organization: Organization, rows: Sequence[Mapping[str, Any]]) -> None:
    counts = ["calls", "ahead_calls", "behind_calls", "repeated_calls"]
    GatewayArrivalHour.objects.bulk_create(
        [
            GatewayArrivalHour(
                organization=organization,
                gateway=row["gateway"],
                hour=datetime.fromtimestamp(row["arrived"], UTC),
                **{name: row[name] for name in counts},
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["organization", "hour", "gateway"],
        update_fields=counts,
        batch_size=500,
    )


def _to_arrival_hour(row: GatewayArrivalHour) -> ArrivalHour:
    return ArrivalHour(
        hour=row.hour,
        calls=row.calls,
        ahead_calls=row.ahead_calls,
        behind_calls=row.behind_calls,
        repeated_calls=row.repeated_calls,
    )
