"""
Events of one trace → its tree, depth first, each node with the sums of what lies below it. Pure.

A node's parent is the event whose span, generation or own id its `parent_id` names. Where that is nobody of the trace
(or the trace itself), or where following parents never ends, the event is a root.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from posthog.llm_analytics.queries.figures import round_usd
from posthog.llm_usage.call_flags import COUNTED_EVENTS

Event = Mapping[str, Any]

SUMMED_TOKENS = (
    "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    "reasoning_tokens",
)  # fmt: skip
SUMMED_COSTS = ("input_cost_usd", "output_cost_usd", "total_cost_usd")


@dataclass(frozen=True, slots=True)
class Node:
    """
    Attributes:
        depth: 0 for a root.
        parent: The parent's uuid; None for a root.
        sums: Of the calls at and below it: `calls`, `failed_calls`, `unpriced_calls`, tokens, costs as Decimal.
    """

    event: Event
    depth: int
    parent: Any
    sums: Mapping[str, Any]


def build_tree(events: Sequence[Event]) -> list[Node]:
    """Nodes in the order in which a reader opens them: a node, then what is below it, each level as given."""
    parents = _find_parents(events)
    children: dict[Any, list[Event]] = {}
    for event in events:
        children.setdefault(parents[event["uuid"]], []).append(event)
    sums = _sum_subtrees(events, parents)
    nodes: list[Node] = []
    waiting = [(root, 0) for root in reversed(children.get(None, []))]
    while waiting:
        event, depth = waiting.pop()
        nodes.append(Node(event, depth, parents[event["uuid"]], sums[event["uuid"]]))
        waiting += [(child, depth + 1) for child in reversed(children.get(event["uuid"], []))]
    return nodes


def sum_calls(events: Iterable[Event]) -> dict[str, Any]:
    """Sum the calls among the events that a provider worked on; None: no call reported the figure."""
    calls = [event for event in events if event["event"] in COUNTED_EVENTS and event["call_kind"] == "inference"]
    tokens = {name: _sum_known(call[name] for call in calls) for name in SUMMED_TOKENS}
    costs = {name: round_usd(_sum_known(_to_decimal(call[name]) for call in calls)) for name in SUMMED_COSTS}
    counts = {
        "calls": len(calls),
        "failed_calls": sum(call["is_error"] for call in calls),
        "unpriced_calls": sum("unpriced_model" in call["integrity_flags"] for call in calls),
    }
    return counts | tokens | costs


def _find_parents(events: Sequence[Event]) -> dict[Any, Any]:
    by_name: dict[str, Any] = {}
    for column in ("generation_id", "span_id"):  # a span's own id goes before a generation's of the same name
        by_name |= {event[column]: event["uuid"] for event in events if event[column]}
    by_name |= {str(event["uuid"]): event["uuid"] for event in events}
    parents = {event["uuid"]: by_name.get(event["parent_id"] or "") for event in events}
    for uuid in parents:
        if _is_in_circle(uuid, parents):
            parents[uuid] = None
    return parents


def _is_in_circle(uuid: Any, parents: Mapping[Any, Any]) -> bool:
    seen = {uuid}
    above = parents[uuid]
    while above is not None and above not in seen:
        seen.add(above)
        above = parents[above]
    return above is not None and bool(above == uuid)


def _sum_subtrees(events: Sequence[Event], parents: Mapping[Any, Any]) -> dict[Any, dict[str, Any]]:
    below: dict[Any, list[Event]] = {event["uuid"]: [] for event in events}
    for event in events:
        uuid = event["uuid"]
        while uuid is not None:
            below[uuid].append(event)
            uuid = parents[uuid]
    return {uuid: sum_calls(own) for uuid, own in below.items()}


def _sum_known(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


def _to_decimal(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))
