"""
Reads what a day's reports are made of: one statement for the sums, one for the shares, one for the end users, at
once; what one answered is taken apart while the others are still read.

Each reads rollups where those are exact and rows elsewhere (`usage_cells.py`), so a day costs the same however
long history is. What can be added up there is: a team has one line of sums, and a cell counts once for each breakdown.
One statement for all of it was measured, too: every cell then carries every sum through every breakdown, which took
five times as long.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from posthog.clickhouse.client import query_rows, query_together
from posthog.llm_analytics.cell_sql import BIG_QUERY
from posthog.llm_analytics.report_figures import (
    BREAKDOWNS,
    COST_SUMS,
    DERIVED_TOKEN_SUMS,
    END_USERS_KEPT,
    SHARE_TOKENS,
    TOKEN_SUMS,
    UsageShare,
    round_usd,
)
from posthog.llm_analytics.usage_cells import CellQuery, DimensionName, build_sources_sql, build_sql
from posthog.llm_usage.call_flags import COUNTED_EVENTS

BREAKDOWN_OF = {column: breakdown for breakdown, column in BREAKDOWNS.items()}
FOLDED = tuple(column for column in BREAKDOWNS.values() if column != "end_user")
CALLS: Mapping[DimensionName, Collection[str]] = {"event": COUNTED_EVENTS, "call_kind": ("inference",)}
"""What shares are of: calls that a provider worked on."""

SUMS = ("rows", "failed_rows", "unpriced_rows", *TOKEN_SUMS, *DERIVED_TOKEN_SUMS, *COST_SUMS)
ARE_CALLS = "c.event IN %(counted)s AND c.call_kind = 'inference'"
ARE_HITS = "c.event IN %(counted)s AND c.call_kind = 'gateway_cache_hit'"
TEAM_SUMS: Mapping[str, str] = {
    "events": "sumMap([c.event], [c.rows])",
    "flags": "sumMap(c.flag_names, c.flag_rows)",
    "hit_rows": f"sumIf(c.rows, {ARE_HITS})",
    "saved_hit_cost_usd": f"sumIf(c.saved_cache_cost_usd, {ARE_HITS})",
    **{name: f"sumIf(c.{name}, {ARE_CALLS})" for name in SUMS},
}
"""Name of each sum of a team's cells `c`, and what it is."""
SHARE_FIGURES = ("rows", "unpriced_rows", *SHARE_TOKENS, "total_cost_usd")
SHARE_SUMS = ", ".join(f"sum(c.{name})" for name in SHARE_FIGURES)
"""In the order of the fields of `UsageShare`."""

SumsRow = dict[str, Any]
"""
A team's line: SUMS of its calls; `hit_rows` and `saved_hit_cost_usd` of the gateway's own cache hits; and of every
event, as pairs of arrays, names and rows: `events`, `flags`.
"""
Shares = dict[str, list[UsageShare]]
"""Of one team, by breakdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportScope:
    """What to report: `start` inclusive, `end` exclusive, aware; None: every team with events."""

    start: datetime
    end: datetime
    team_ids: Collection[int] | None = None


def read_sums(scope: ReportScope, *, now: datetime) -> list[SumsRow]:
    """
    One line a team that has events, by team.

    Args:
        now: Aware UTC; decides only what is read from rows, never the answer.
    Raises:
        ClickHouseError: The store could not be read.
    """
    sql, params = build_sums_sql(scope, now=now)
    return query_rows(sql, params, settings=BIG_QUERY)


def read_report(scope: ReportScope, *, now: datetime) -> tuple[list[SumsRow], dict[int, Shares]]:
    """
    What `read_sums` does, and the shares of every breakdown, by team.

    Of end users those who cost most have a line each; what all others of the team used has one under the name None.
    """
    builders = (build_shares_sql, build_end_users_sql, build_sums_sql)
    answers = query_together([build(scope, now=now) for build in builders], settings=BIG_QUERY)
    shares: defaultdict[int, Shares] = defaultdict(lambda: defaultdict(list))
    for columns in islice(answers, 2):
        _add_shares(shares, columns)
    (sums,) = answers
    return [dict(zip(("team_id", *TEAM_SUMS), row, strict=True)) for row in zip(*sums, strict=True)], shares


def _add_shares(shares: Mapping[int, Shares], columns: Sequence[Sequence[Any]]) -> None:
    """Columns of shares: the team's id, the column kept apart, the fields of `UsageShare`, its amount not rounded."""
    if not columns:
        return
    team_ids, folds, *figures, amounts = columns
    told = map(UsageShare._make, zip(*figures, map(round_usd, amounts), strict=True))
    for team_id, fold, share in zip(team_ids, folds, told, strict=True):
        shares[team_id][BREAKDOWN_OF[fold]].append(share)


def build_sums_sql(scope: ReportScope, *, now: datetime) -> tuple[str, dict[str, Any]]:
    cells, params = build_sources_sql(_ask(scope, "event", "call_kind", figures=(*SUMS, "flags")), now=now)
    sums = ",\n            ".join(f"{value} AS {name}" for name, value in TEAM_SUMS.items())
    sql = f"""
        SELECT
            c.team_id AS team_id,
            {sums}
        FROM ({cells}) AS c
        GROUP BY team_id
        ORDER BY team_id
    """
    return sql, params | {"counted": list(COUNTED_EVENTS)}


def build_shares_sql(scope: ReportScope, *, now: datetime) -> tuple[str, dict[str, Any]]:
    cells, params = build_sources_sql(_ask(scope, *FOLDED, figures=SHARE_FIGURES, of=CALLS), now=now)
    names = ", ".join(f"toString(c.{name})" for name in FOLDED)
    sql = f"""
        SELECT c.team_id AS team_id, pair.1 AS fold, pair.2 AS name, {SHARE_SUMS}
        FROM ({cells}) AS c
        ARRAY JOIN arrayZip(%(folds)s, [{names}]) AS pair
        GROUP BY team_id, pair
        ORDER BY team_id, pair
    """
    return sql, params | {"folds": list(FOLDED)}


def build_end_users_sql(scope: ReportScope, *, now: datetime) -> tuple[str, dict[str, Any]]:
    cells, params = build_sql(_ask(scope, "end_user", figures=SHARE_FIGURES, of=CALLS), now=now)
    sql = f"""
        SELECT c.team_id AS team_id, 'end_user', if(c.place <= %(kept)s, c.end_user, NULL) AS name, {SHARE_SUMS}
        FROM (
            SELECT u.*, row_number() OVER (
                PARTITION BY u.team_id
                ORDER BY ifNull(u.total_cost_usd, 0) DESC, ifNull(u.total_tokens, 0) DESC, u.end_user
            ) AS place
            FROM ({cells}) AS u
        ) AS c
        GROUP BY team_id, name
        ORDER BY team_id, name
    """
    return sql, params | {"kept": END_USERS_KEPT}


def _ask(
    scope: ReportScope,
    *dimensions: str,
    figures: Collection[str],
    of: Mapping[DimensionName, Collection[str]] | None = None,
) -> CellQuery:
    return CellQuery(
        start=scope.start,
        end=scope.end,
        team_ids=scope.team_ids,
        dimensions=cast("tuple[DimensionName, ...]", dimensions),
        filters=of or {},
        figures=figures,
    )
