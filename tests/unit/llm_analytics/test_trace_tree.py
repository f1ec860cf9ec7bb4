"""Events of one trace → its tree, with sums."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from posthog.llm_analytics.trace_tree import Node, build_tree, sum_calls


def make_event(number: int, parent: str | None = None, **fields: Any) -> dict[str, Any]:
    """A call with `number` tokens read; its span is `s<number>`."""
    tokens = dict.fromkeys(
        ("output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "reasoning_tokens")
    )
    return {
        "uuid": UUID(int=number),
        "event": "$ai_generation",
        "call_kind": "inference",
        "span_id": f"s{number}",
        "generation_id": None,
        "parent_id": parent,
        "is_error": 0,
        "integrity_flags": [],
        "input_tokens": number,
        **tokens,
        "input_cost_usd": None,
        "output_cost_usd": None,
        "total_cost_usd": 0.1,
        **fields,
    }


def draw(nodes: Sequence[Node]) -> list[tuple[int, int, int | None]]:
    """Number, depth and tokens read at and below it, in order."""
    return [(node.event["uuid"].int, node.depth, node.sums["input_tokens"]) for node in nodes]


def test_nodes_come_depth_first_with_their_sums() -> None:
    """A node's sums are its own and those below it."""
    events = [make_event(1), make_event(2, "s1"), make_event(4, "s2"), make_event(8, "s1"), make_event(16)]
    assert draw(build_tree(events)) == [(1, 0, 15), (2, 1, 6), (4, 2, 4), (8, 1, 8), (16, 0, 16)]


def test_parent_is_named_by_span_generation_or_uuid() -> None:
    """Whichever a sender knows."""
    events = [
        make_event(1, generation_id="g1"),
        make_event(2, "g1"),
        make_event(3, "s1"),
        make_event(4, str(UUID(int=1))),
    ]
    assert [(node.event["uuid"].int, node.parent) for node in build_tree(events)[1:]] == [
        (number, UUID(int=1)) for number in (2, 3, 4)
    ]


def test_event_of_an_unknown_parent_is_a_root() -> None:
    """It is shown, not lost; so is one that names the trace."""
    assert draw(build_tree([make_event(1, "trace"), make_event(2, "gone")])) == [(1, 0, 1), (2, 0, 2)]


def test_circles_are_cut() -> None:
    """Events that are each other's parents are all shown, once."""
    nodes = build_tree([make_event(1, "s3"), make_event(2, "s1"), make_event(3, "s2"), make_event(4, "s4")])
    assert sorted(node.event["uuid"].int for node in nodes) == [1, 2, 3, 4]
    assert nodes[0].sums["input_tokens"] == 6


def test_only_calls_that_a_provider_worked_on_are_summed() -> None:
    """A span repeats what its generations used; a cache hit used nothing. None: no call reported it."""
    events = [
        make_event(1, integrity_flags=["unpriced_model"], is_error=1),
        make_event(2, event="$ai_span"),
        make_event(4, call_kind="gateway_cache_hit"),
        make_event(8),
    ]
    sums = sum_calls(events)
    assert (sums["calls"], sums["failed_calls"], sums["unpriced_calls"], sums["input_tokens"]) == (2, 1, 1, 9)
    assert (sums["total_cost_usd"], sums["reasoning_tokens"]) == (Decimal("0.2"), None)
