"""
Traces: what belongs together, summed; newest begin first, page by page. A call without a trace id is in none.

A page is looked for from its end backwards, in steps that grow until it is full, so that it costs the same however long
the range is. Which traces have events in a step is read first, then everything of those of them that seem to begin
last. No other trace of the step begins after the one of these that seems to begin first, and none that has no event
in the step begins in it; so what begins later than that is the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from posthog.llm_analytics.queries.figures import round_usd
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.generations import FIRST_STEP, IS_CALL, LISTED_COLUMNS, ONE_MICROSECOND, STEP_GROWTH
from posthog.llm_analytics.queries.keyset import Keyset
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_analytics.trace_tree import SUMMED_COSTS, SUMMED_TOKENS

MOST_EVENTS = 5_000
MOST_MODELS = 20
CANDIDATES_A_LINE = 4
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
    start, end = question.span.start, question.span.end
    if question.after is not None:
        end = min(end, question.after[0] + ONE_MICROSECOND)
    step, rows = FIRST_STEP, list[dict[str, Any]]()
    while start < end and len(rows) < question.limit:
        cut = max(start, end - step)
        rows = _read_begun_since(scope, question, cut, end)
        step = step * STEP_GROWTH if cut > start else step
        if cut == start:
            break
    return [row | {name: round_usd(row[name]) for name in SUMMED_COSTS} for row in rows]


def _read_begun_since(scope: TeamScope, question: TracesQuestion, cut: datetime, end: datetime) -> list[dict[str, Any]]:
    """The page as far as its traces begin at `cut` or later, with what `question.after` asks."""
    most = CANDIDATES_A_LINE * question.limit
    while True:
        seen = scope.read(_select_candidates(question, cut, end, limit=most))
        if not seen:
            return []
        # The last candidate shows how late the traces that were cut off may begin; it is not among the lines itself.
        is_cut = len(seen) == most
        since = seen[-1]["seems_to_begin_at"] + ONE_MICROSECOND if is_cut else cut
        rows = scope.read(_select_lines(question, [each["trace_id"] for each in seen], since))
        if len(rows) == question.limit or not is_cut:
            return rows
        most *= STEP_GROWTH


def _select_candidates(question: TracesQuestion, start: datetime, end: datetime, *, limit: int) -> Selection:
    return Selection(
        columns=["e.trace_id AS trace_id", "min(e.timestamp) AS seems_to_begin_at"],
        start=start,
        end=end,
        conditions=_list_conditions(question),
        tail="GROUP BY e.trace_id ORDER BY seems_to_begin_at DESC, trace_id DESC LIMIT %(limit)s",
        params={**_list_params(question), "limit": limit},
    )


def _select_lines(question: TracesQuestion, trace_ids: Sequence[str], since: datetime) -> Selection:
    keyset = Keyset(value="started_at", tie="trace_id", after=question.after)
    having = " AND ".join(["toUnixTimestamp64Micro(started_at) >= %(since_us)s", *keyset.list_conditions()])
    return Selection(
        columns=["e.trace_id AS trace_id", *_list_columns()],
        start=question.span.start,
        end=question.span.end,
        conditions=["e.trace_id IN %(trace_ids)s", *_list_conditions(question)],
        tail=f"GROUP BY e.trace_id HAVING {having} {keyset.order_by} LIMIT %(limit)s",
        params={
            **_list_params(question),
            **keyset.list_params(),
            "trace_ids": list(trace_ids),
            "since_us": (since.replace(tzinfo=UTC) - EPOCH) // ONE_MICROSECOND,
            "limit": question.limit,
        },
    )


def _list_conditions(question: TracesQuestion) -> list[str]:
    session = ["e.session_id = %(session_id)s"] if question.session_id else []
    return ["e.trace_id != ''", *session, *question.filters.list_conditions()]


def _list_params(question: TracesQuestion) -> dict[str, Any]:
    return question.filters.list_params() | {"session_id": question.session_id}


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
