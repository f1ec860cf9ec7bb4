"""
What calls sum up to, by whatever a question keeps apart: the cells of one team, each exact.

They come from the rollups where those know every property asked for, and from rows otherwise.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from posthog.errors import QueryTooExpensive
from posthog.llm_analytics.cell_sql import ALL_FIGURES, FLAGS
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import Bucket, TimeRange
from posthog.llm_analytics.usage_cells import KEPT, CellQuery, DimensionName, UsageCell
from posthog.llm_analytics.usage_sums import SUMMED, UsageSums
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.models.ai_events.sql import IS_CALL
from posthog.models.ai_usage_hourly.grain import FLAGS_OF_ROWS
from posthog.models.ai_usage_hourly.sql import FIGURES, GRAINS

ALWAYS_APART = ("event", "call_kind")
"""Sums of calls of different kinds mean nothing: they are told apart in every cell."""
BREAKDOWNS = (
    "model", "provider", "product", "framework", "lib", "gateway", "api_key_alias", "end_user", "distinct_id",
    "call_kind", "cost_source", "service_tier", "error_type", "is_error",
)  # fmt: skip
"""What usage can be broken down by; a call has one value of each, '' where nobody named it."""
ROLLED_UP = frozenset(each.name for grain in GRAINS for each in grain.dimensions)
MAX_CELLS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuestion:
    """
    What to sum and what to keep apart.

    Attributes:
        dimensions: Of BREAKDOWNS; each cell has its value of each.
        buckets: Each cell says in which it begins; empty: time is not kept apart.
        figures: Which sums to read; the others stay as if nobody had reported them.
        kept: Values of the last dimension that are kept apart, see `CellQuery`; None: all. Not of ALWAYS_APART.
    """

    span: TimeRange
    filters: EventFilters = field(default_factory=EventFilters)
    dimensions: Sequence[str] = ()
    buckets: Sequence[Bucket] = ()
    figures: Collection[str] = ALL_FIGURES
    kept: Collection[str] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its cells."""
        return tuple(dict.fromkeys([*ALWAYS_APART, *self.dimensions]))

    @property
    def bucket_starts(self) -> list[datetime]:
        return [bucket.start for bucket in self.buckets]


def read_usage(scope: TeamScope, question: UsageQuestion, *, now: datetime) -> list[UsageCell]:
    """
    Read the cells of a question, in no order.

    Args:
        now: Aware UTC; decides only what is read from rows, never the answer.
    Raises:
        QueryTooExpensive: There are more than MAX_CELLS, or they take too long.
        ClickHouseError: The store could not be read.
    """
    if is_rolled_up(question):
        rows = scope.read_sums(ask_rollups(question), now=now)
    else:
        rows = scope.read(_select_rows(question))
    if len(rows) > MAX_CELLS:
        raise QueryTooExpensive(f"The answer has more than {MAX_CELLS:,} parts; ask for a narrower filter")
    return [_build_cell(question, row) for row in rows]


def is_rolled_up(question: UsageQuestion) -> bool:
    """Whether rollups know every property asked for."""
    return set(question.labels) <= ROLLED_UP and not question.filters.flags


def ask_rollups(question: UsageQuestion) -> CellQuery:
    """The question as one about cells."""
    kept = None if question.kept is None else (cast("DimensionName", question.dimensions[-1]), question.kept)
    filters = question.filters.list_dimension_filters()
    return CellQuery(
        start=question.span.start,
        end=question.span.end,
        dimensions=cast("Sequence[DimensionName]", question.labels),
        filters=cast("Mapping[DimensionName, Sequence[str]]", {"event": sorted(COUNTED_EVENTS), **filters}),
        bucket_starts=question.bucket_starts,
        figures=question.figures,
        kept=kept,
    )


def _select_rows(question: UsageQuestion) -> Selection:
    keys = {name: "toString(e.is_error)" if name == "is_error" else f"ifNull(e.{name}, '')" for name in question.labels}
    if question.buckets:
        keys["bucket"] = "roundDown(toUnixTimestamp(e.timestamp), %(bucket_starts)s)"
    if question.kept is not None:
        dimension = question.dimensions[-1]
        keys[KEPT] = f"toString({keys[dimension]} IN %(kept)s)"
        keys[dimension] = f"if({keys[dimension]} IN %(kept)s, {keys[dimension]}, '')"
    asked = {"rows", *question.figures}
    sums = {figure.name: figure.of_rows for figure in FIGURES if figure.name in asked}
    sums |= {FLAGS: FLAGS_OF_ROWS} if FLAGS in asked else {}
    starts = [int(start.timestamp()) for start in question.bucket_starts]
    return Selection(
        columns=[f"{expression} AS {name}" for name, expression in (keys | sums).items()],
        start=question.span.start,
        end=question.span.end,
        conditions=[IS_CALL, *question.filters.list_conditions()],
        tail=f"GROUP BY {', '.join(keys.values())} LIMIT {MAX_CELLS + 1}",
        params=question.filters.list_params() | {"bucket_starts": starts, "kept": list(question.kept or ())},
    )


def _build_cell(question: UsageQuestion, row: Mapping[str, Any]) -> UsageCell:
    flag_names, flag_rows = row.get(FLAGS, ((), ()))
    flags = dict(zip(flag_names, flag_rows, strict=True))
    labels = question.labels if question.kept is None else (*question.labels, KEPT)
    return UsageCell(
        team_id=None,
        bucket=datetime.fromtimestamp(row["bucket"], UTC) if question.buckets else None,
        labels={name: row[name] for name in labels},
        sums=UsageSums(**{name: row[name] for name in SUMMED if name in row}, flags=flags),
    )
