"""Traces: what belongs together, summed; newest begin first, page by page. A call without a trace id is in none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posthog.llm_analytics.queries.figures import round_usd
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.generations import IS_CALL, LISTED_COLUMNS
from posthog.llm_analytics.queries.keyset import Keyset
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_analytics.trace_tree import SUMMED_COSTS, SUMMED_TOKENS

MOST_EVENTS = 5_000
MOST_MODELS = 20

_IS_INFERENCE = f"{IS_CALL} AND e.call_kind = 'inference'"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracesQuestion:
    """
    Attributes:
        session_id: Only this session's; '': any.
        after: Begin and trace id of the last line seen.
    """

    span: TimeRange
    filters: EventFilters
    session_id: str = ""
    after: tuple[datetime, str] | None = None
    limit: int = 50


def list_traces(scope: TeamScope, question: TracesQuestion) -> list[dict[str, Any]]:
    """
    At most `limit` lines. Their sums are of the events that lie in the range and fit the filters.
    """
    keyset = Keyset(value="started_at", tie="trace_id", after=question.after)
    session = ["e.session_id = %(session_id)s"] if question.session_id else []
    having = f"HAVING {' AND '.join(keyset.list_conditions())}" if question.after else ""
    rows = scope.read(
        Selection(
            columns=["e.trace_id AS trace_id", *_list_columns()],
            start=question.span.start,
            end=question.span.end,
            conditions=["e.trace_id != ''", *session, *question.filters.list_conditions()],
            tail=f"GROUP BY e.trace_id {having} {keyset.order_by} LIMIT %(limit)s",
            params={
                **question.filters.list_params(),
                **keyset.list_params(),
                "session_id": question.session_id,
                "limit": question.limit,
            },
        )
    )
    return [row | {name: round_usd(row[name]) for name in SUMMED_COSTS} for row in rows]


def list_trace_events(scope: TeamScope, trace_id: str) -> list[dict[str, Any]]:
    """Every event of a trace, whenever it was, oldest first; at most one more than MOST_EVENTS."""
    return scope.read(
        Selection(
            columns=[f"e.{name} AS {name}" for name in LISTED_COLUMNS],
            conditions=["e.trace_id = %(trace_id)s"],
            tail="ORDER BY e.timestamp, e.uuid LIMIT %(limit)s",
            params={"trace_id": trace_id, "limit": MOST_EVENTS + 1},
        )
    )


def _list_columns() -> list[str]:
    return [
        "min(e.timestamp) AS started_at",
        "max(e.timestamp) AS last_event_at",
        "count() AS events",
        f"countIf({_IS_INFERENCE}) AS calls",
        f"countIf({_IS_INFERENCE} AND e.is_error = 1) AS failed_calls",
        f"countIf({_IS_INFERENCE} AND has(e.integrity_flags, 'unpriced_model')) AS unpriced_calls",
        "anyIf(e.trace_name, e.trace_name != '') AS trace_name",
        "anyIf(e.session_id, e.session_id != '') AS session_id",
        "any(e.distinct_id) AS distinct_id",
        f"arraySort(groupUniqArrayIf({MOST_MODELS})(assumeNotNull(e.model), e.model != '')) AS models",
        *(f"sumIf(e.{name}, {_IS_INFERENCE}) AS {name}" for name in SUMMED_TOKENS),
        *(f"sumIf(toDecimal128(e.{name}, 18), {_IS_INFERENCE}) AS {name}" for name in SUMMED_COSTS),
    ]
