"""Calls that failed: by what they said, by HTTP status, each with an example."""

from dataclasses import dataclass
from typing import Any

from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.generations import IS_CALL, IS_CURRENT
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange

HTTP_STATUS = "JSONExtractString(e.properties, '$ai_http_status')"
MOST_NAMES = 20
IS_REPORTED_ONCE = "e.call_kind != 'client_report'"
"""Another row reports the same call, and is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCalls:
    """
    Attributes:
        groups: The most frequent first: `error_type`, `error_normalized`, `http_status`, `calls`, …
        statuses: `http_status` ('' where nobody said one) and `calls`, of all failed calls.
    """

    groups: list[dict[str, Any]]
    statuses: list[dict[str, Any]]


def read_failed_calls(scope: TeamScope, span: TimeRange, filters: EventFilters, *, limit: int) -> FailedCalls:
    """Group the failed calls; at most `limit` groups."""
    return FailedCalls(
        groups=scope.read(
            _select(
                span,
                filters,
                columns=[
                    "ifNull(e.error_type, '') AS error_type",
                    "ifNull(e.error_normalized, '') AS error_normalized",
                    f"{HTTP_STATUS} AS http_status",
                    "count() AS calls",
                    "min(e.timestamp) AS first_at",
                    "max(e.timestamp) AS last_at",
                    "argMax(e.uuid, (e.timestamp, e.uuid)) AS example_uuid",
                    _names("model"),
                    _names("provider"),
                ],
                tail=(
                    "GROUP BY error_type, error_normalized, http_status "
                    "ORDER BY calls DESC, error_type, error_normalized, http_status LIMIT %(limit)s"
                ),
                limit=limit,
            )
        ),
        statuses=scope.read(
            _select(
                span,
                filters,
                columns=[f"{HTTP_STATUS} AS http_status", "count() AS calls"],
                tail="GROUP BY http_status ORDER BY calls DESC, http_status LIMIT %(limit)s",
                limit=1000,
            )
        ),
    )


def _names(column: str) -> str:
    """The distinct values of a column, sorted; those of rows that have one."""
    unique = f"groupUniqArrayIf({MOST_NAMES})(assumeNotNull(e.{column}), e.{column} != '')"
    return f"arraySort({unique}) AS {column}s"


def _select(span: TimeRange, filters: EventFilters, *, columns: list[str], tail: str, limit: int) -> Selection:
    return Selection(
        columns=columns,
        start=span.start,
        end=span.end,
        conditions=[IS_CALL, IS_CURRENT, IS_REPORTED_ONCE, "e.is_error = 1", *filters.list_conditions()],
        tail=tail,
        params=filters.list_params() | {"limit": limit},
    )
