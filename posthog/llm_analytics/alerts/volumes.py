"""How many calls each gateway and each team made, hour by hour; from the hourly rollups."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from posthog.llm_analytics.usage_cells import CellQuery, UsageCell, read_cells
from posthog.llm_integrity.sources import Source, VolumeHour
from posthog.llm_usage.call_flags import COUNTED_EVENTS

HOUR = timedelta(hours=1)

Volumes = dict[Source, list[VolumeHour]]


def read_volumes(team_ids: Sequence[int], *, start: datetime, end: datetime, now: datetime) -> Volumes:
    """
    Count calls that a provider was asked for, failed ones included, in full hours, ascending.

    Raises:
        ClickHouseError: The store could not be read.
    """
    hours = (end - start) // HOUR
    query = CellQuery(
        start=start,
        end=end,
        team_ids=team_ids,
        dimensions=("event", "gateway"),
        filters={"call_kind": ["inference"]},
        bucket_starts=[start + HOUR * place for place in range(hours)],
        figures={"rows"},
    )
    counts: dict[Source, dict[datetime, int]] = {}
    for cell in read_cells(query, now=now):
        if cell.labels["event"] in COUNTED_EVENTS and cell.bucket is not None:
            for source in _list_sources(cell):
                of_source = counts.setdefault(source, {})
                of_source[cell.bucket] = of_source.get(cell.bucket, 0) + cell.sums.rows
    return {
        source: [VolumeHour(hour=hour, calls=of_source[hour]) for hour in sorted(of_source)]
        for source, of_source in counts.items()
    }


def _list_sources(cell: UsageCell) -> list[Source]:
    """Calls without a gateway are their team's alone: nothing stands for all of those."""
    of_gateway = [Source("gateway", cell.labels["gateway"])] if cell.labels["gateway"] else []
    return [*of_gateway, Source("team", str(cell.team_id))]
