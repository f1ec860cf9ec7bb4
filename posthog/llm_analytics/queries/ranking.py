"""
The largest groups of a question, and one of all others.

People are many, so their names are ranked in ClickHouse by the one figure that counts, and only the largest are then
summed apart, each figure, beside all others together. Of other properties every value is summed, and ranked here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from posthog.llm_analytics.queries.figures import SUMS_OF, UNMEASURED_FLAGS
from posthog.llm_analytics.queries.groups import Group, choose_groups, join_kept
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.queries.usage import UsageQuestion, ask_rollups, is_rolled_up, read_usage
from posthog.llm_analytics.usage_cells import DimensionName
from posthog.llm_usage.call_flags import COUNTED_EVENTS

MANY_VALUED = frozenset({"end_user"})
"""Properties that have so many values that only the largest are read."""

_IS_COUNTED = f"c.event IN ({', '.join(repr(event) for event in sorted(COUNTED_EVENTS))})"
_IS_INFERENCE = f"{_IS_COUNTED} AND c.call_kind = 'inference'"
_IS_CACHED = f"{_IS_COUNTED} AND c.call_kind = 'gateway_cache_hit'"
_UNMEASURED = f"[{', '.join(repr(flag) for flag in UNMEASURED_FLAGS)}]"


def _divide(part: str, whole: str) -> str:
    return f"sumIf(c.{part}, {_IS_INFERENCE}) / nullIf(sumIf(c.{whole}, {_IS_INFERENCE}), 0)"


RANKS = {
    "calls": f"sumIf(c.rows, {_IS_INFERENCE})",
    "failed_calls": f"sumIf(c.failed_rows, {_IS_INFERENCE})",
    "unpriced_calls": f"sumIf(c.unpriced_rows, {_IS_INFERENCE})",
    "unmeasured_calls": (
        f"sumIf(arraySum((flag, rows) -> if(has({_UNMEASURED}, flag), rows, 0), c.flag_names, c.flag_rows), "
        f"{_IS_INFERENCE})"
    ),
    "gateway_cache_hits": f"sumIf(c.rows, {_IS_CACHED})",
    "visible_output_tokens": (
        f"sumIf(c.output_tokens, {_IS_INFERENCE}) - ifNull(sumIf(c.reasoning_tokens, {_IS_INFERENCE}), 0)"
    ),
    "saved_gateway_cache_cost_usd": f"sumIf(c.saved_cache_cost_usd, {_IS_CACHED})",
    "cache_hit_rate": _divide("cache_read_input_tokens", "input_tokens"),
    "error_rate": _divide("failed_rows", "rows"),
    "mean_latency_s": _divide("latency_s", "latency_rows"),
    "mean_time_to_first_token_s": _divide("time_to_first_token_s", "time_to_first_token_rows"),
}
"""A figure as an aggregate over cells `c`, where it is not the sum of its own name over calls."""


def read_groups(scope: TeamScope, question: UsageQuestion, *, order_by: str, limit: int, now: datetime) -> list[Group]:
    """Groups by the question's dimensions, see `choose_groups`; it has no buckets."""
    if set(question.dimensions) <= MANY_VALUED and question.dimensions and is_rolled_up(question):
        return _read_largest(scope, question, order_by=order_by, limit=limit, now=now)
    return choose_groups(read_usage(scope, question, now=now), question.dimensions, order_by=order_by, limit=limit)


def _read_largest(
    scope: TeamScope, question: UsageQuestion, *, order_by: str, limit: int, now: datetime
) -> list[Group]:
    (dimension,) = question.dimensions
    rows = scope.read_largest(
        ask_rollups(replace(question, figures=SUMS_OF.get(order_by, (order_by,)))),
        dimension=cast("DimensionName", dimension),
        rank=RANKS.get(order_by, f"sumIf(c.{order_by}, {_IS_INFERENCE})"),
        limit=limit,
        now=now,
    )
    if not rows:
        return []
    kept = [row["name"] for row in rows]
    cells = read_usage(scope, replace(question, kept=kept), now=now)
    return join_kept(cells, dimension, order_by=order_by, others=rows[0]["names"] - len(kept))


def list_kept(groups: Sequence[Group], dimension: str) -> list[str]:
    """The values of groups that stand for one."""
    return [group.labels[dimension] or "" for group in groups if not group.is_others]
