"""
Single calls, page by page.

By time, newest or oldest first, the range is read in steps that grow until a page is full: a page of the last hour
costs an hour, however long the range is. By size, largest first, a part of the range tells what need not be read.

Comparing versions costs: it reads every column of every row. So a page is found first among all versions of rows, by
the few columns that the question is about, and only those rows are then compared. Every row that belongs to the page
was seen, for its newest version is one of them; a row of which an older one was seen has its place where its newest
one is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.keyset import Keyset
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_events.sql import IS_CALL

ID_COLUMNS = ("trace_id", "session_id", "parent_id", "span_id", "generation_id", "gateway_call_id")
NAME_COLUMNS = (
    "span_name", "trace_name", "prompt_name", "distinct_id", "model", "provider", "framework", "product", "gateway",
    "api_key_alias", "end_user", "service_tier", "lib", "call_kind", "cost_source", "cost_model", "error_type",
)  # fmt: skip
LISTED_COLUMNS = (
    "uuid", "event", "timestamp", *ID_COLUMNS, *NAME_COLUMNS, "is_stream", "is_error", "latency",
    "time_to_first_token", *COUNT_COLUMNS, *COST_COLUMNS, "integrity_flags", "ingested_at",
)  # fmt: skip
"""What a line of the list has: everything but content and evidence."""

ORDERS = ("timestamp", "total_cost_usd", "total_tokens", "input_tokens", "output_tokens", "latency")
PREFIX_MARK = "*"
FIRST_STEP = timedelta(hours=1)
STEP_GROWTH = 4
PART_READ_FIRST = 10
"""One in so many days tells how large a value must be to be on a page by size."""
ONE_MICROSECOND = timedelta(microseconds=1)
HOUR = "toStartOfHour(e.timestamp)"
IS_CURRENT = "e.call_kind != 'superseded'"
"""A back-filled copy whose own event came after all is no call of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationsQuestion:
    """
    Attributes:
        search: An id in full, or its beginning and `*`; '': any call.
        order_by: Of ORDERS.
        after: Order's value and uuid of the last line seen; None: from the start.
    """

    span: TimeRange
    filters: EventFilters
    search: str = ""
    order_by: str = "timestamp"
    is_descending: bool = True
    after: tuple[Any, str] | None = None
    limit: int = 50

    @property
    def keyset(self) -> Keyset:
        return Keyset(
            value=f"e.{self.order_by}",
            tie="e.uuid",
            tie_param="toUUID(%(after_tie)s)",
            is_descending=self.is_descending,
            after=self.after,
        )


def list_generations(scope: TeamScope, question: GenerationsQuestion) -> list[dict[str, Any]]:
    """At most `limit` lines in the order asked for, each LISTED_COLUMNS by name."""
    rows: list[dict[str, Any]] = []
    most = question.limit
    while len(rows) < question.limit:
        seen = _list_versions(scope, question, limit=most)
        if not seen:
            break
        places = {(each["value"], each["uuid"]) for each in seen}
        newest = scope.read(_select_newest(question, seen))
        rows += [row for row in newest if (row[question.order_by], row["uuid"]) in places]
        if len(seen) < most:
            break
        question = replace(question, after=(seen[-1]["value"], str(seen[-1]["uuid"])))
        most *= STEP_GROWTH
    return rows[: question.limit]


def _list_versions(scope: TeamScope, question: GenerationsQuestion, *, limit: int) -> list[dict[str, Any]]:
    """The first `limit` places of the order, and the sorting keys of the versions that have them."""
    seen: list[dict[str, Any]] = []
    least = _find_least(scope, question, limit=limit)
    for span in _list_steps(question):
        seen += scope.read(_select_versions(question, span, limit=limit - len(seen), least=least))
        if len(seen) >= limit:
            break
    if least is not None and len(seen) < limit:
        # Versions by which it was found were merged or deleted meanwhile: a short list is not the end of all.
        return scope.read(_select_versions(question, (question.span.start, question.span.end), limit=limit))
    return seen


def _find_least(scope: TeamScope, question: GenerationsQuestion, *, limit: int) -> Any:
    """
    What a value of the first `limit` is at least, where the largest come first; None where that is not known.

    That many rows of a part of the range have it, and in the whole range, too, whatever is less is behind them:
    granules that have nothing larger are not read.
    """
    if question.order_by == "timestamp" or question.search or not question.is_descending:
        return None
    start, end = question.span.start, question.span.end
    part = (end - (end - start) / PART_READ_FIRST, end)
    seen = scope.read(_select_versions(question, part, limit=limit))
    return seen[-1]["value"] if len(seen) == limit else None


def _select_versions(
    question: GenerationsQuestion, span: tuple[datetime, datetime], *, limit: int, least: Any = None
) -> Selection:
    whole = _select(question, span)
    bounds = [] if least is None else [f"assumeNotNull(e.{question.order_by}) >= %(least)s"]
    return replace(
        whole,
        conditions=[*whole.conditions, *bounds],
        columns=[f"{HOUR} AS hour", "e.trace_id AS trace_id", "e.uuid AS uuid", f"e.{question.order_by} AS value"],
        tail=f"{whole.tail} LIMIT %(limit)s",
        params={**whole.params, "limit": limit, "least": least},
        is_deduplicated=False,
    )


def _select_newest(question: GenerationsQuestion, seen: Sequence[Mapping[str, Any]]) -> Selection:
    """The rows of these sorting keys whose newest version fits the question."""
    whole = _select(question, (question.span.start, question.span.end))
    hours = sorted({_write_hour(each["hour"]) for each in seen})
    keys = sorted({(_write_hour(each["hour"]), each["trace_id"], str(each["uuid"])) for each in seen})
    return replace(
        whole,
        places=["e.team_id = %(team_id)s", f"{HOUR} IN %(hours)s", f"({HOUR}, e.trace_id, e.uuid) IN %(keys)s"],
        params={**whole.params, "hours": hours, "keys": keys},
    )


def _select(question: GenerationsQuestion, span: tuple[datetime, datetime]) -> Selection:
    keyset = question.keyset
    kind = [] if question.filters.labels.get("call_kind") else [IS_CURRENT]
    search, search_params = _search(question.search)
    return Selection(
        columns=[f"e.{name} AS {name}" for name in LISTED_COLUMNS],
        start=span[0],
        end=span[1],
        conditions=[IS_CALL, *kind, *question.filters.list_conditions(), *search, *keyset.list_conditions()],
        tail=keyset.order_by,
        params={**question.filters.list_params(), **search_params, **keyset.list_params()},
    )


def _write_hour(hour: datetime) -> str:
    """As a literal of a column in UTC."""
    return f"{hour:%Y-%m-%d %H:%M:%S}"


def _search(text: str) -> tuple[list[str], dict[str, str]]:
    if not text:
        return [], {}
    if (uuid := _find_uuid(text)) is not None:
        matches = [f"e.{name} = %(search)s" for name in ID_COLUMNS]
        return [f"(e.uuid = toUUID(%(search_uuid)s) OR {' OR '.join(matches)})"], {"search": text, "search_uuid": uuid}
    if text.endswith(PREFIX_MARK):
        matches = [f"startsWith(ifNull(e.{name}, ''), %(search)s)" for name in ID_COLUMNS]
        matches.append("startsWith(toString(e.uuid), %(search)s)")
        return [f"({' OR '.join(matches)})"], {"search": text.removesuffix(PREFIX_MARK)}
    return [f"({' OR '.join(f'e.{name} = %(search)s' for name in ID_COLUMNS)})"], {"search": text}


def _find_uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _list_steps(question: GenerationsQuestion) -> Iterator[tuple[datetime, datetime]]:
    """The range in the order of reading; all at once where the order is not that of time."""
    start, end = question.span.start, question.span.end
    if question.order_by != "timestamp" or question.search:
        yield start, end
        return
    if question.after is not None:
        moment: datetime = question.after[0]
        start, end = (
            (start, min(end, moment + ONE_MICROSECOND)) if question.is_descending else (max(start, moment), end)
        )
    step = FIRST_STEP
    while start < end:
        cut = max(start, end - step) if question.is_descending else min(end, start + step)
        yield (cut, end) if question.is_descending else (start, cut)
        start, end = (start, cut) if question.is_descending else (cut, end)
        step *= STEP_GROWTH
