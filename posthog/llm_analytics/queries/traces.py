"""
Traces and sessions: what belongs together, summed; newest begin first, page by page. A call without the id is in none.

A page is looked for from its end backwards, in steps that grow until it is full, so that it costs the same however long
the range is. Which groups have events in a step is read first, then everything of those of them that seem to begin
last. No other group of the step begins after the one of these that seems to begin first, and none that has no event
in the step begins in it; so what begins later than that is the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from posthog.llm_analytics.queries.figures import round_usd
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.generations import FIRST_STEP, LISTED_COLUMNS, ONE_MICROSECOND, STEP_GROWTH
from posthog.llm_analytics.queries.keyset import Keyset
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_analytics.trace_tree import SUMMED_COSTS, SUMMED_TOKENS
from posthog.models.ai_events.sql import IS_CALL

MOST_EVENTS = 5_000
MOST_MODELS = 20
CANDIDATES_A_LINE = 4
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

GroupKey = Literal["trace_id", "session_id"]

IS_OF_TRACES = "e.trace_id IN %(keys)s"

_IS_INFERENCE = f"{IS_CALL} AND e.call_kind = 'inference'"

OWN_COLUMNS: Mapping[GroupKey, tuple[str, ...]] = {
    "trace_id": (
        "anyIf(e.trace_name, e.trace_name != '') AS trace_name",
        "anyIf(e.session_id, e.session_id != '') AS session_id",
    ),
    "session_id": ("uniqExactIf(e.trace_id, e.trace_id != '') AS traces",),
}
"""What a line has beside what every line has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracesQuestion:
    """
    Attributes:
        key: The id that events of one line share.
        session_id: Only this session's; '': any.
        after: Begin and id of the last line seen.
    """

    span: TimeRange
    filters: EventFilters
    key: GroupKey = "trace_id"
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
        # The last candidate shows how late those that were cut off may begin; it is not among the lines itself.
        is_cut = len(seen) == most
        since = seen[-1]["seems_to_begin_at"] + ONE_MICROSECOND if is_cut else cut
        rows = scope.read(_select_lines(question, [each[question.key] for each in seen], since))
        if len(rows) == question.limit or not is_cut:
            return rows
        most *= STEP_GROWTH


def _select_candidates(question: TracesQuestion, start: datetime, end: datetime, *, limit: int) -> Selection:
    key = question.key
    return Selection(
        columns=[_name_key(question), "min(e.timestamp) AS seems_to_begin_at"],
        start=start,
        end=end,
        conditions=_list_conditions(question),
        tail=f"GROUP BY e.{key} ORDER BY seems_to_begin_at DESC, {key} DESC LIMIT %(limit)s",
        params={**_list_params(question), "limit": limit},
    )


def _select_lines(question: TracesQuestion, keys: Sequence[str], since: datetime) -> Selection:
    key = question.key
    keyset = Keyset(value="started_at", tie=key, after=question.after)
    having = " AND ".join(["toUnixTimestamp64Micro(started_at) >= %(since_us)s", *keyset.list_conditions()])
    return Selection(
        columns=[_name_key(question), *OWN_COLUMNS[key], *_list_columns()],
        start=question.span.start,
        end=question.span.end,
        conditions=[f"e.{key} IN %(keys)s", *_list_conditions(question)],
        places=[IS_OF_TRACES] if key == "trace_id" else [],
        tail=f"GROUP BY e.{key} HAVING {having} {keyset.order_by} LIMIT %(limit)s",
        params={
            **_list_params(question),
            **keyset.list_params(),
            "keys": list(keys),
            "since_us": (since.replace(tzinfo=UTC) - EPOCH) // ONE_MICROSECOND,
            "limit": question.limit,
        },
    )


def _name_key(question: TracesQuestion) -> str:
    return f"assumeNotNull(e.{question.key}) AS {question.key}"


def _list_conditions(question: TracesQuestion) -> list[str]:
    session = ["e.session_id = %(session_id)s"] if question.session_id else []
    return [f"e.{question.key} != ''", *session, *question.filters.list_conditions()]


def _list_params(question: TracesQuestion) -> dict[str, Any]:
    return question.filters.list_params() | {"session_id": question.session_id}


def list_trace_events(scope: TeamScope, trace_id: str) -> list[dict[str, Any]]:
    """Every event of a trace, whenever it was, oldest first; at most one more than MOST_EVENTS."""
    return scope.read(
        Selection(
            columns=[f"e.{name} AS {name}" for name in LISTED_COLUMNS],
            places=["e.trace_id = %(trace_id)s"],
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
        "any(e.distinct_id) AS distinct_id",
        f"arraySort(groupUniqArrayIf({MOST_MODELS})(assumeNotNull(e.model), e.model != '')) AS models",
        *(f"sumIf(e.{name}, {_IS_INFERENCE}) AS {name}" for name in SUMMED_TOKENS),
        *(f"sumIf(toDecimal128(e.{name}, 18), {_IS_INFERENCE}) AS {name}" for name in SUMMED_COSTS),
    ]
