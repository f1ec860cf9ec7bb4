"""
Reads sums of usage, grouped as asked: from the rollups where they are exact, from rows everywhere else.

Rows are read of hours that are marked as changed, of hours that are not over for long, and of what a range that does
not begin or end on a half hour leaves over. Whole UTC days without a marked hour and with no bucket that begins within
them are read as days, the rest by the hour. So the answer is that of a full scan, whenever it is asked; one statement
reads all. Dimensions that no rollup keeps together are read from rows altogether.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.cell_sql import (
    ALL_FIGURES,
    BIG_QUERY,
    DAY_RANGES,
    FLAGS,
    HOUR_RANGES,
    between_sql,
    list_cell_columns,
    list_day_run_params,
    list_run_params,
    sum_cells_sql,
    sum_rows_sql,
)
from posthog.llm_analytics.changed_hours import floor_hour, list_marked
from posthog.llm_analytics.outlived_hours import drop_outlived
from posthog.llm_analytics.usage_rollup import LATENESS
from posthog.llm_analytics.usage_sums import SUMMED, UsageSums
from posthog.llm_analytics.whole_days import WholeDays, find_whole_days
from posthog.models.ai_usage_hourly.grain import SLOT_S, Dimension, Figure, Grain
from posthog.models.ai_usage_hourly.sql import DAYS, GRAINS

DimensionName = Literal[
    "event", "call_kind", "model", "provider", "product", "framework", "lib", "gateway", "api_key_alias",
    "cost_source", "service_tier", "is_error", "error_type", "end_user", "error_normalized", "http_status", "is_failed",
    "is_inference",
]  # fmt: skip

KEPT = "is_kept"
SLOT = timedelta(seconds=SLOT_S)
ROWS_AT_ONCE = 4
"""
Rows of a rollup that are taken apart together: one of a large team has thousands of cells, and a month of them at once
does not fit into the processor's caches (a month of 5,000 end users: 259 ms, by 4 rows 165 ms).
"""
SLOT_OF_HOUR = f"(h.hour + h.half * {SLOT_S})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellQuery:
    """
    What to sum, and how to group it.

    Attributes:
        start: Inclusive, aware; `end` is exclusive.
        team_ids: Only these; None: all teams.
        dimensions: What cells keep apart, beside the team if `by_team`.
        filters: Dimension → values of which a row must have one; '' is "none".
        bucket_starts: Ascending, the first not after `start`, all on half hours (`time_buckets.list_bucket_starts`):
            cells are kept apart by the bucket that they begin in. Empty: they are not.
        figures: Which sums to read, names of `UsageSums`; the others stay as if nobody had reported them. A few are
            read several times as fast as all.
        kept: A dimension asked for, and those of its values that are kept apart, at least one: all others are one,
            told as ''. Each cell then has the label KEPT, '1' or '0'.
        grains: The rollups that may answer, of the same figures, the coarsest first.
    """

    start: datetime
    end: datetime
    team_ids: Collection[int] | None = None
    by_team: bool = True
    dimensions: Sequence[DimensionName] = ()
    filters: Mapping[DimensionName, Collection[str]] = field(default_factory=dict)
    bucket_starts: Sequence[datetime] = ()
    figures: Collection[str] = ALL_FIGURES
    kept: tuple[DimensionName, Collection[str]] | None = None
    grains: Sequence[Grain] = GRAINS

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its cells."""
        return (*self.dimensions, *([KEPT] if self.kept else []))

    @property
    def known_figures(self) -> Sequence[Figure]:
        """The figures of the cells that it is about."""
        return self.grains[0].figures

    def get_dimension(self, name: str) -> Dimension:
        """A dimension of one of its grains."""
        return next(each for grain in self.grains for each in grain.dimensions if each.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageCell:
    """
    One group's sums; groups without rows have no cell.

    Attributes:
        team_id: None where teams are not kept apart.
        bucket: The begin of its bucket, aware UTC; None where there are none.
        labels: Value of each dimension asked for; '' where its rows have none, `is_error` is '0' or '1'.
    """

    team_id: int | None
    bucket: datetime | None
    labels: Mapping[str, str]
    sums: UsageSums


def read_cells(query: CellQuery, *, now: datetime, timeout_s: int | None = None) -> list[UsageCell]:
    """
    Sum what the query asks for.

    Args:
        now: Aware UTC; decides only which hours are read from rows, never the answer.
        timeout_s: After which ClickHouse gives up; None: never.
    Returns:
        Cells in the order of team, bucket, labels.
    Raises:
        ClickHouseError: The store could not be read.
    """
    if query.end <= query.start or (query.team_ids is not None and not query.team_ids):
        return []
    sql, params = build_sql(query, now=now)
    limits = {} if timeout_s is None else {"max_execution_time": timeout_s}
    return [_build_cell(query, row) for row in query_rows(sql, params, settings=BIG_QUERY | limits)]


def build_sql(query: CellQuery, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The statement and its parameters; asks Postgres which hours are marked."""
    sources, params = build_sources_sql(query, now=now)
    keys = [name for name, _, _ in _list_keys(query)]
    listed = "".join(f"c.{name} AS {name}, " for name in keys)
    group = f"GROUP BY {', '.join(keys)}\n    ORDER BY {', '.join(keys)}" if keys else "HAVING sum(c.rows) > 0"
    sql = f"""
    SELECT {listed}
        {sum_cells_sql({"rows", *query.figures}, of=query.known_figures)}
    FROM ({sources}) AS c
    {group}
    """
    return sql, params


def build_sources_sql(query: CellQuery, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The same before it is summed: several cells may agree in everything; flags are `flag_names` and `flag_rows`."""
    params: dict[str, Any] = {}
    sources = list(_list_sources(query, params, now=now))
    params["team_ids"] = sorted(query.team_ids or ())
    params["bucket_starts"] = [int(start.timestamp()) for start in query.bucket_starts]
    params |= {f"filter_{name}": sorted(values) for name, values in query.filters.items()}
    params["kept"] = sorted(query.kept[1]) if query.kept else []
    return " UNION ALL ".join(sources), params


def find_grain(query: CellQuery) -> Grain | None:
    """The rollup that keeps apart what is asked for; None where there is none."""
    asked = {*query.dimensions, *query.filters}
    return next((grain for grain in query.grains if asked <= {each.name for each in grain.dimensions}), None)


def _list_sources(query: CellQuery, params: dict[str, Any], *, now: datetime) -> Iterator[str]:
    """Statements of the same columns that share no row and together have every row of the range."""
    grain = find_grain(query)
    first = _ceil_slot(query.start)
    last = min(_floor_slot(query.end), floor_hour((now - LATENESS).astimezone(UTC)))
    if grain is None or last <= first:
        yield _rows_sql(query, params, "whole", (query.start, query.end))
        return
    params |= {"first": first, "last": last}
    if query.start < first:
        yield _rows_sql(query, params, "before", (query.start, first))
    if last < query.end:
        yield _rows_sql(query, params, "after", (last, query.end))
    is_changed = ""
    marked = list_marked(floor_hour(first), last, query.team_ids)
    if changed := drop_outlived(marked, now=now):
        params |= list_run_params(changed)
        is_changed = f"IN ({HOUR_RANGES})"
        yield _rows_sql(query, params, "changed", (first, last), is_changed)
    days = find_whole_days(first, last, query.bucket_starts)
    if days is not None:
        params |= {"days_start": days.start, "days_end": days.end, "cut_days": [int(d.timestamp()) for d in days.cut]}
        params |= list_day_run_params(marked)
        yield _days_sql(query, _find_day_grain(query, grain), days, has_marks=bool(marked))
    if marked or days is None or days.cut or (days.start, days.end) != (first, last):
        yield _cells_sql(query, grain, is_changed, "" if days is None else _outside_sql(days, has_marks=bool(marked)))


def _find_day_grain(query: CellQuery, hours: Grain) -> Grain:
    """The first of the days of these hours that has what is asked for; the last has all that they have."""
    asked = {*query.dimensions, *query.filters}
    events = set(query.filters.get("event", ()))
    return next(
        days
        for days in DAYS[hours]
        if asked <= {each.name for each in days.dimensions}
        and (not days.events or (events and events <= {*days.events}))
    )


def _rows_sql(
    query: CellQuery, params: dict[str, Any], name: str, span: tuple[datetime, datetime], is_changed: str = ""
) -> str:
    params |= {f"{name}_start": span[0], f"{name}_end": span[1]}
    places = [between_sql(f"{name}_start", f"{name}_end")]
    if query.team_ids is not None:
        places.append("e.team_id IN %(team_ids)s")
    if is_changed:
        places.append(f"(e.team_id, toStartOfHour(e.timestamp)) {is_changed}")
    where = [f"e.timestamp >= %({name}_start)s", f"e.timestamp < %({name}_end)s"]
    where += [f"{query.get_dimension(name).of_row} IN %(filter_{name})s" for name in query.filters]
    keys = [(name, of_row) for name, of_row, _ in _list_keys(query)]
    figures = {"rows", *query.figures}
    return sum_rows_sql(keys, " AND ".join(places), " AND ".join(where), figures=figures, of=query.known_figures)


def _days_sql(query: CellQuery, grain: Grain, days: WholeDays, *, has_marks: bool) -> str:
    """Cells of whole days; all versions of a day share the key, so `PREWHERE` may ask for it before `FINAL`."""
    places = ["h.day >= toDateTime(%(days_start)s, 'UTC')", "h.day < toDateTime(%(days_end)s, 'UTC')"]
    if days.cut:
        places.append("toUnixTimestamp(h.day) NOT IN %(cut_days)s")
    if query.team_ids is not None:
        places.append("h.team_id IN %(team_ids)s")
    if has_marks:
        places.append(f"(h.team_id, h.day) NOT IN ({DAY_RANGES})")
    return _stored_sql(query, grain, places, [], begin="h.day")


def _outside_sql(days: WholeDays, *, has_marks: bool) -> str:
    """The condition that an hour is in none of the days that `_days_sql` reads."""
    outside = ["h.hour < toDateTime(%(days_start)s, 'UTC')", "h.hour >= toDateTime(%(days_end)s, 'UTC')"]
    if days.cut:
        outside.append("toUnixTimestamp(toStartOfDay(h.hour)) IN %(cut_days)s")
    if has_marks:
        outside.append(f"(h.team_id, toStartOfDay(h.hour)) IN ({DAY_RANGES})")
    return f"({' OR '.join(outside)})"


def _cells_sql(query: CellQuery, grain: Grain, is_changed: str, outside: str) -> str:
    """Cells of hours that are not changed, `outside` of whole days; '' for a condition that there is not."""
    places = ["h.hour >= toStartOfHour(toDateTime(%(first)s, 'UTC'))", "h.hour < toDateTime(%(last)s, 'UTC')"]
    if query.team_ids is not None:
        places.append("h.team_id IN %(team_ids)s")
    if is_changed:
        places.append(f"(h.team_id, h.hour) NOT {is_changed}")
    if outside:
        places.append(outside)
    slots = [f"{SLOT_OF_HOUR} >= toDateTime(%(first)s, 'UTC')", f"{SLOT_OF_HOUR} < toDateTime(%(last)s, 'UTC')"]
    return _stored_sql(query, grain, places, slots, begin=SLOT_OF_HOUR)


def _stored_sql(query: CellQuery, grain: Grain, places: Sequence[str], slots: Sequence[str], *, begin: str) -> str:
    """Cells of a rollup `h`, each of which begins at `begin`."""
    figures = list_cell_columns({"rows", *query.figures}, of=query.known_figures)
    halves = ["half"] if slots else []
    # Under names of their own: a key has the dimension's, and may be another value (`kept`).
    labels = [f"h.{name} AS cell_{name}" for name in dict.fromkeys([*query.dimensions, *query.filters])]
    arrays = ", ".join([*halves, *labels, *figures])
    keys = "".join(f"{of_cell} AS {name}, " for name, _, of_cell in _list_keys(query, begin=begin))
    where = [*slots, *(f"cell_{dimension} IN %(filter_{dimension})s" for dimension in query.filters)]
    return f"""
        SELECT {keys}{", ".join(figures)}
        FROM {grain.table} AS h FINAL
        ARRAY JOIN {arrays}
        PREWHERE {" AND ".join(places)}
        {f"WHERE {' AND '.join(where)}" if where else ""}
        {f"SETTINGS max_block_size = {ROWS_AT_ONCE}" if len(query.team_ids or ()) == 1 else ""}
    """


def _list_keys(query: CellQuery, *, begin: str = "") -> Iterator[tuple[str, str, str]]:
    """Name of each key, its value in a row `e`, its value in a rollup `h` whose cells begin at `begin`."""
    if query.by_team:
        yield "team_id", "e.team_id", "h.team_id"
    if query.bucket_starts:
        yield (
            "bucket",
            "roundDown(toUnixTimestamp(e.timestamp), %(bucket_starts)s)",
            f"roundDown(toUnixTimestamp({begin}), %(bucket_starts)s)",
        )
    kept = query.kept[0] if query.kept else None
    for name in query.dimensions:
        of_row, of_cell = query.get_dimension(name).of_row, f"cell_{name}"
        if name == kept:
            yield KEPT, f"toString({of_row} IN %(kept)s)", f"toString({of_cell} IN %(kept)s)"
            of_row, of_cell = (f"if({value} IN %(kept)s, {value}, '')" for value in (of_row, of_cell))
        yield name, of_row, of_cell


def _floor_slot(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def _ceil_slot(moment: datetime) -> datetime:
    floor = _floor_slot(moment)
    return floor if floor == moment else floor + SLOT


def _build_cell(query: CellQuery, row: Mapping[str, Any]) -> UsageCell:
    flag_names, flag_rows = row.get(FLAGS, ((), ()))
    return UsageCell(
        team_id=row["team_id"] if query.by_team else None,
        bucket=datetime.fromtimestamp(row["bucket"], UTC) if query.bucket_starts else None,
        labels={name: row[name] for name in query.labels},
        sums=UsageSums(
            **{name: row[name] for name in SUMMED if name in row},
            flags=dict(zip(flag_names, flag_rows, strict=True)),
        ),
    )
