"""Back-filled calls that still stand: rows that are a copy of the gateway's books, and no event of their own came."""

from datetime import datetime, timedelta

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.cell_sql import BIG_QUERY
from posthog.llm_analytics.superseding import SUPERSEDED_KIND
from posthog.models import BackfilledCall, Gateway

ENDS_SQL = """
    SELECT timestamp, ifNull(latency, 0) FROM ai_events FINAL
    WHERE team_id IN %(team_ids)s AND timestamp >= %(first)s AND timestamp <= %(last)s AND uuid IN %(uuids)s
        AND call_kind != %(superseded)s
"""


def list_backfilled_ends(gateway: Gateway, *, start: datetime, end: datetime) -> list[datetime]:
    """
    When the gateway's back-filled calls ended, of those that began in the range; `end` is excluded.

    Raises:
        ClickHouseError: The store could not be read.
    """
    recorded = BackfilledCall.objects.filter(gateway=gateway, started_at__gte=start, started_at__lt=end)
    places = list(recorded.values_list("team_id", "uuid", "started_at"))
    if not places:
        return []
    team_ids, uuids, starts = zip(*places, strict=True)
    params = {"team_ids": sorted(set(team_ids)), "uuids": list(uuids), "first": min(starts), "last": max(starts)}
    rows = sync_execute(ENDS_SQL, params | {"superseded": SUPERSEDED_KIND}, settings=BIG_QUERY)
    return [started_at + timedelta(seconds=latency) for started_at, latency in rows]
