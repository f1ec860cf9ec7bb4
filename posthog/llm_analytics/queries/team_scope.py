"""
The one place where the query API reads ClickHouse: every read is bound to one team, or to a visitor's own ones, and
to a limit of time.

A question says what it selects and narrows; it cannot say whose. So no question, however it is built from
parameters, reads another team's rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from clickhouse_driver.errors import ErrorCodes
from django.conf import settings

from posthog.clickhouse.client import ServerException, query_rows
from posthog.errors import QueryTooExpensive
from posthog.llm_analytics.cell_sql import BIG_QUERY
from posthog.llm_analytics.stored_events import find_row
from posthog.llm_analytics.usage_cells import (
    CellQuery,
    DimensionName,
    UsageCell,
    build_sources_sql,
    build_sql,
    read_cells,
)

TOO_EXPENSIVE = frozenset(
    {ErrorCodes.TIMEOUT_EXCEEDED, ErrorCodes.TOO_SLOW, ErrorCodes.MEMORY_LIMIT_EXCEEDED, ErrorCodes.TOO_MANY_ROWS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    A question without its team: the parts of one SELECT over rows `e`.

    Attributes:
        columns: Expressions with their names, constants of this project.
        start, end: Aware UTC, end exclusive; None: open on that side.
        conditions: Joined by AND.
        places: The same, of the sorting key alone, which all versions of a row share: asked before versions are
            compared, so that of other rows nothing more is read.
        tail: GROUP BY, ORDER BY, LIMIT.
        params: Values for `%(name)s`.
        is_deduplicated: False where rows that are there twice change nothing, and collapsing them costs.
    """

    columns: Sequence[str]
    start: datetime | None = None
    end: datetime | None = None
    conditions: Sequence[str] = ()
    places: Sequence[str] = ()
    tail: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    is_deduplicated: bool = True


@dataclass(frozen=True, slots=True)
class TeamScope:
    """
    One team's events.

    Every read raises `QueryTooExpensive` where it takes longer, or more memory, than one question may, and
    `ClickHouseError` where the store cannot be read.
    """

    team_id: int

    def to_sql(self, selection: Selection) -> tuple[str, dict[str, Any]]:
        """The statement and its parameters."""
        conditions = ["e.team_id = %(team_id)s", *_list_range_conditions(selection), *selection.conditions]
        places = f"PREWHERE {' AND '.join(selection.places)}\n" if selection.places else ""
        sql = (
            f"SELECT {', '.join(selection.columns)}\nFROM ai_events AS e{' FINAL' * selection.is_deduplicated}\n"
            f"{places}WHERE {' AND '.join(conditions)}\n{selection.tail}"
        )
        return sql, {**selection.params, "start": selection.start, "end": selection.end, "team_id": self.team_id}

    def read(self, selection: Selection) -> list[dict[str, Any]]:
        """Rows by column name."""
        return _run(*self.to_sql(selection))

    def find_event(self, uuid: UUID) -> dict[str, Any] | None:
        """Every column of one event of this team, its newest version; None where it has none of that uuid."""
        return find_row(uuid, team_id=self.team_id)

    def read_sums(self, query: CellQuery, *, now: datetime) -> list[dict[str, Any]]:
        """Sums of usage, of this team whatever the query says; where rollups are exact, from them."""
        return _run(*build_sql(self._bind(query), now=now))

    def read_groups(
        self,
        cells: CellQuery | Selection,
        *,
        columns: Sequence[str],
        tail: str,
        params: Mapping[str, Any],
        now: datetime,
    ) -> list[dict[str, Any]]:
        """One SELECT over what a question comes to, cells `c`, with a `tail` of its own."""
        if isinstance(cells, Selection):
            sql, inner = self.to_sql(cells)
        else:
            sql, inner = build_sql(self._bind(cells), now=now)
        return _run(f"SELECT {', '.join(columns)}\nFROM ({sql}) AS c\n{tail}", {**inner, **params})

    def read_largest(
        self, query: CellQuery, *, dimension: DimensionName, rank: str, limit: int, now: datetime
    ) -> list[dict[str, Any]]:
        """
        The values of a dimension for which `rank`, an aggregate over cells `c`, is largest: `name`, and `names`, how
        many there are. Unknown ranks come last, equal ones in the order of names.
        """
        cells, params = build_sources_sql(self._bind(query), now=now)
        sql = f"""
        SELECT r.name AS name, count() OVER () AS names
        FROM (SELECT c.{dimension} AS name, {rank} AS place FROM ({cells}) AS c GROUP BY name) AS r
        ORDER BY r.place DESC NULLS LAST, name
        LIMIT %(limit)s
        """
        return _run(sql, params | {"limit": limit})

    def _bind(self, query: CellQuery) -> CellQuery:
        return replace(query, team_ids=[self.team_id], by_team=False)


@dataclass(frozen=True, slots=True)
class TeamsScope:
    """Sums of several teams, each apart; it raises what `TeamScope` raises."""

    team_ids: tuple[int, ...]

    def read_cells(self, query: CellQuery, *, now: datetime) -> list[UsageCell]:
        """Cells of these teams alone, whatever the query says; of no teams there are none."""
        with _expense_told():
            own = replace(query, team_ids=self.team_ids, by_team=True)
            return read_cells(own, now=now, timeout_s=settings.LLM_ANALYTICS_QUERY_TIMEOUT_S)


def _run(sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    limits = {"max_execution_time": settings.LLM_ANALYTICS_QUERY_TIMEOUT_S}
    with _expense_told():
        return query_rows(sql, params, settings=BIG_QUERY | limits)


@contextmanager
def _expense_told() -> Iterator[None]:
    """A refusal of the store's for its limits becomes one that tells people what to do."""
    try:
        yield
    except ServerException as error:
        if error.code in TOO_EXPENSIVE:
            raise QueryTooExpensive(
                "The question costs more time or memory than one may; ask for a shorter range or a narrower filter"
            ) from error
        raise


def _list_range_conditions(selection: Selection) -> list[str]:
    starts = ["e.timestamp >= %(start)s"] if selection.start is not None else []
    ends = ["e.timestamp < %(end)s"] if selection.end is not None else []
    return starts + ends
