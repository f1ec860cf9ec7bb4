"""
Calls that failed: by what they said, by HTTP status, each with an example.

They come from the rollup of failed calls where that knows all that the question is narrowed by, and from rows
otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_analytics.usage_cells import CellQuery, DimensionName
from posthog.models.ai_errors_hourly.sql import ERRORS, IS_FAILED

MOST_NAMES = 20
MOST_STATUSES = 1000
SAID: tuple[DimensionName, ...] = ("error_type", "error_normalized", "http_status")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCalls:
    """
    Attributes:
        groups: The most frequent first: `error_type`, `error_normalized`, `http_status`, `calls`, …
        statuses: `http_status` ('' where nobody said one) and `calls`, of all failed calls.
    """

    groups: list[dict[str, Any]]
    statuses: list[dict[str, Any]]


def read_failed_calls(
    scope: TeamScope, span: TimeRange, filters: EventFilters, *, limit: int, now: datetime
) -> FailedCalls:
    """Group the failed calls; at most `limit` groups."""
    groups = scope.read_groups(
        _ask_cells(span, filters, [*SAID, "model", "provider"], ["first_at", "last_at", "example_uuid"]),
        columns=[
            *(f"c.{name} AS {name}" for name in SAID),
            "sum(c.rows) AS calls",
            "min(c.first_at) AS first_at",
            "max(c.last_at) AS last_at",
            "argMax(c.example_uuid, (c.last_at, c.example_uuid)) AS example_uuid",
            _list_names("model"),
            _list_names("provider"),
        ],
        tail=_rank(SAID),
        params={"limit": limit},
        now=now,
    )
    statuses = scope.read_groups(
        _ask_cells(span, filters, ["http_status"], []),
        columns=["c.http_status AS http_status", "sum(c.rows) AS calls"],
        tail=_rank(["http_status"]),
        params={"limit": MOST_STATUSES},
        now=now,
    )
    return FailedCalls(groups=groups, statuses=statuses)


def _rank(names: Sequence[str]) -> str:
    listed = ", ".join(names)
    return f"GROUP BY {listed} ORDER BY calls DESC, {listed} LIMIT %(limit)s"


def _list_names(column: str) -> str:
    """The distinct values of a column, sorted; those of cells that have one."""
    return f"arraySort(groupUniqArrayIf({MOST_NAMES})(toString(c.{column}), c.{column} != '')) AS {column}s"


def _ask_cells(
    span: TimeRange, filters: EventFilters, names: Sequence[DimensionName], figures: Sequence[str]
) -> CellQuery | Selection:
    """Failed calls by these names, with these figures beside `rows`."""
    narrowed = filters.find_cell_filters(ERRORS)
    if narrowed is None:
        return _select_rows(span, filters, names, figures)
    return CellQuery(
        start=span.start,
        end=span.end,
        dimensions=names,
        filters={**narrowed, "is_failed": ("1",)},
        figures=figures,
        grains=[ERRORS],
    )


def _select_rows(
    span: TimeRange, filters: EventFilters, names: Sequence[DimensionName], figures: Sequence[str]
) -> Selection:
    keys = {each.name: each.of_row for each in ERRORS.dimensions if each.name in names}
    sums = {each.name: each.of_rows for each in ERRORS.figures if each.name in {"rows", *figures}}
    return Selection(
        columns=[f"{value} AS {name}" for name, value in (keys | sums).items()],
        start=span.start,
        end=span.end,
        conditions=[IS_FAILED, *filters.list_conditions()],
        tail=f"GROUP BY {', '.join(keys.values())}",
        params=filters.list_params(),
    )
