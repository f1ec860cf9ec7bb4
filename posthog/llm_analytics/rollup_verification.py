"""
Compares rollups with a full scan of the rows, cell by cell: of an hour that is not marked both must be the same.

While events come in, rows may be there whose hour is not marked yet. So what differs is looked at again once the
drains that were running are through; drift is what differs then, too.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.cell_sql import (
    BIG_QUERY,
    HOUR_RANGES,
    OF_PLACES,
    between_sql,
    list_run_params,
    list_sums,
    sum_rows_by_hour_sql,
)
from posthog.llm_analytics.changed_hours import HOUR, TeamHour, list_marked
from posthog.llm_analytics.team_administration import is_drain_running
from posthog.models import Team
from posthog.models.ai_usage_hourly.grain import Grain
from posthog.models.ai_usage_hourly.sql import HOURLY

LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """
    An hour whose rollup is not what its rows sum up to.

    Attributes:
        figures: Name → (in the rollup, of the rows), those that differ; empty where only the split into cells does.
    """

    table: str
    team_id: int
    hour: datetime
    figures: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """
    What the comparison of one range came to.

    Attributes:
        hours: Hours of teams that were compared, of all grains together.
        marked: Of these, how many differ and are marked as changed: they are read from rows.
        outlived: How many have lost rows to retention since they were summed.
    """

    hours: int
    marked: int
    outlived: int
    drifts: Sequence[Drift]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Hours from `start` to before `end`, full UTC hours, of some teams or of all."""

    start: datetime
    end: datetime
    team_ids: Sequence[int] | None = None


def verify(scope: Scope, *, now: datetime) -> Verified:
    """
    Compare the scope's rollups with its rows.

    Raises:
        ClickHouseError: The store could not be read.
    """
    outcomes = [_verify_grain(grain, scope, now=now) for grain in HOURLY]
    return Verified(
        hours=sum(outcome.hours for outcome in outcomes),
        marked=sum(outcome.marked for outcome in outcomes),
        outlived=sum(outcome.outlived for outcome in outcomes),
        drifts=[drift for outcome in outcomes for drift in outcome.drifts],
    )


def _verify_grain(grain: Grain, scope: Scope, *, now: datetime) -> Verified:
    marked = set(list_marked(scope.start, scope.end, scope.team_ids))
    hours, different = _compare(grain, scope)
    suspects = [each for each in different if each.place not in marked]
    if suspects:
        _wait_for_drains(begun_before=datetime.now(UTC))
        marked |= set(list_marked(scope.start, scope.end, scope.team_ids))
        _, suspects = _compare(grain, scope, only=[each.place for each in suspects])
        marked |= set(list_marked(scope.start, scope.end, scope.team_ids))
        suspects = [each for each in suspects if each.place not in marked]
    ends = dict(Team.objects.values_list("id", "retention_days"))
    outlived = [each for each in suspects if _has_outlived(each, ends, now=now)]
    drifting = [each.place for each in suspects if each not in outlived]
    return Verified(
        hours=hours,
        marked=sum(each.place in marked for each in different),
        outlived=len(outlived),
        drifts=list(_list_drifts(grain, drifting)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    place: TeamHour
    stored_rows: int
    scanned_rows: int
    rows_kept_until: datetime


def _compare(grain: Grain, scope: Scope, *, only: Sequence[TeamHour] | None = None) -> tuple[int, list[_Difference]]:
    """How many hours there are, and those whose cells are not the same on both sides."""
    if only is not None and not only:
        return 0, []
    params: dict[str, Any] = {"start": scope.start, "end": scope.end, "team_ids": list(scope.team_ids or ())}
    chosen = "AND team_id IN %(team_ids)s" if scope.team_ids is not None else ""
    if only is not None:
        chosen += f" AND (team_id, hour) IN ({HOUR_RANGES})"
        params |= list_run_params(only)
    rows = query_rows(compare_sql(grain, chosen), params, settings=BIG_QUERY)
    return len(rows), [
        _Difference(
            place=TeamHour(row["team_id"], row["hour"].replace(tzinfo=UTC)),
            stored_rows=row["stored_rows"],
            scanned_rows=row["scanned_rows"],
            rows_kept_until=datetime.combine(row["kept_until"], datetime.min.time(), UTC),
        )
        for row in rows
        if row["is_different"]
    ]


def compare_sql(grain: Grain, chosen: str) -> str:
    """One row an hour; a digest is the sum of its cells' hashes, so the order of cells does not matter."""
    columns = ", ".join([*(key.name for key in grain.keys), *list_sums(grain)])
    cell = f"({columns})"
    of_rows = chosen.replace("(team_id, hour)", "(e.team_id, toStartOfHour(e.timestamp))").replace(
        "AND team_id", "AND e.team_id"
    )
    scanned = sum_rows_by_hour_sql(grain, f"{between_sql('start', 'end')} {of_rows}")
    return f"""
    SELECT
        team_id, hour,
        sumIf(digest, is_stored) != sumIf(digest, NOT is_stored) AS is_different,
        sumIf(hour_rows, is_stored) AS stored_rows, sumIf(hour_rows, NOT is_stored) AS scanned_rows,
        max(kept_until) AS kept_until
    FROM (
        SELECT team_id, hour, 0 AS is_stored, sum(rows) AS hour_rows, toDate(0) AS kept_until,
            sum(cityHash64(toString({cell}))) AS digest
        FROM ({scanned})
        GROUP BY team_id, hour
        UNION ALL
        SELECT team_id, hour, 1 AS is_stored, sum(rows) AS hour_rows, any(rows_kept_until) AS kept_until,
            sum(cityHash64(toString({cell}))) AS digest
        FROM {grain.table} FINAL
        ARRAY JOIN {columns}
        WHERE hour >= toDateTime(%(start)s, 'UTC') AND hour < toDateTime(%(end)s, 'UTC') {chosen}
        GROUP BY team_id, hour
    )
    GROUP BY team_id, hour
    ORDER BY hour, team_id
    """


def _has_outlived(each: _Difference, retention_days: Mapping[int, int], *, now: datetime) -> bool:
    if each.scanned_rows >= each.stored_rows:
        return False
    days = retention_days.get(each.place.team_id)
    by_team = now if days is None else each.place.hour + timedelta(days=days)
    return min(by_team, each.rows_kept_until) <= now


def _list_drifts(grain: Grain, hours: Sequence[TeamHour]) -> Iterator[Drift]:
    if not hours:
        return
    params = list_run_params(hours) | {"start": min(e.hour for e in hours), "end": max(e.hour for e in hours) + HOUR}
    places = f"{between_sql('start', 'end')} AND {OF_PLACES}"
    scanned = _by_place(query_rows(sum_rows_by_hour_sql(grain, places, by_cell=False), params, settings=BIG_QUERY))
    stored = _by_place(query_rows(_stored_sql(grain), params, settings=BIG_QUERY))
    for place in hours:
        pairs = {
            name: (stored.get(place, {}).get(name), scanned.get(place, {}).get(name)) for name in _list_names(grain)
        }
        yield Drift(
            table=grain.table,
            team_id=place.team_id,
            hour=place.hour,
            figures={name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
        )


def _list_names(grain: Grain) -> list[str]:
    return [figure.name for figure in grain.figures]


def _stored_sql(grain: Grain) -> str:
    names = _list_names(grain)
    sums = ", ".join(f"{figure.of_cells} AS {figure.name}" for figure in grain.figures)
    return f"""
        SELECT c.team_id AS team_id, c.hour AS hour, {sums}
        FROM (
            SELECT team_id, hour, {", ".join(names)} FROM {grain.table} FINAL ARRAY JOIN {", ".join(names)}
            WHERE (team_id, hour) IN ({HOUR_RANGES})
        ) AS c
        GROUP BY team_id, hour
    """


def _by_place(rows: Iterable[Mapping[str, Any]]) -> dict[TeamHour, Mapping[str, Any]]:
    return {TeamHour(row["team_id"], row["hour"].replace(tzinfo=UTC)): row for row in rows}


def _wait_for_drains(*, begun_before: datetime) -> None:
    """Until the workers that held bodies at the moment have settled them, or their claims have run out."""
    deadline_s = time.monotonic() + settings.LLM_GATEWAY_CLAIM_LEASE_S
    while is_drain_running(begun_before=begun_before) and time.monotonic() < deadline_s:
        time.sleep(LOOK_EVERY_S)
