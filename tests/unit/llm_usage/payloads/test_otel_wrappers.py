"""Tokens are counted on model calls alone, and once, however many spans repeat them."""

from typing import Any

import pytest

from posthog.llm_usage.normalize import normalize_usage
from posthog.llm_usage.payloads.otel.events import build_events
from posthog.llm_usage.payloads.otel.spans import Span
from tests.otlp import CHAT, USAGE, make_span

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "gpt-4o"}


def chat(input_tokens: int, output_tokens: int, answer_id: str | None = None) -> dict[str, Any]:
    return {
        **CHAT,
        "gen_ai.response.id": answer_id,
        "gen_ai.usage.input_tokens": input_tokens,
        "gen_ai.usage.output_tokens": output_tokens,
    }


def count(*spans: Span) -> int:
    """All input tokens of the events of these spans, as the rows would have them."""
    events = build_events(spans, team_id=1)
    usages = (normalize_usage(provider=None, api="posthog", model=None, usage=event["properties"]) for event in events)
    return sum(usage.input_tokens or 0 for usage in usages)


def test_an_agent_that_sums_its_calls_counts_nothing_itself() -> None:
    """Pydantic AI, Strands and the AI SDK write the sum of all calls on the agent's span."""
    agent = make_span({**AGENT, "gen_ai.usage.input_tokens": 113, "gen_ai.usage.output_tokens": 11})
    first = make_span(chat(56, 5), number=2, parent=1)
    second = make_span(chat(57, 6), number=3, parent=1)
    assert count(agent, first, second) == 113


def test_the_sum_of_an_agent_stays_as_evidence() -> None:
    """What an agent's span says of usage is kept, where nothing counts it."""
    attributes = {**AGENT, **USAGE, "gen_ai.aggregated_usage.details.reasoning_tokens": 3}
    (event,) = build_events([make_span(attributes)], team_id=1)
    assert event["properties"]["$ai_aggregated_usage"] == {
        **USAGE,
        "gen_ai.aggregated_usage.details.reasoning_tokens": 3,
    }
    assert "gen_ai.usage.input_tokens" not in event["properties"]


def test_an_agent_whose_calls_come_in_another_request_counts_nothing() -> None:
    """A span is judged by itself where it is no model call: batches may part it from its calls."""
    assert count(make_span({**AGENT, **USAGE})) == 0


def test_a_call_inside_a_call_of_the_same_figures_counts_once() -> None:
    """Two instrumentations around one request: LangChain's span and the client's."""
    assert count(make_span(CHAT), make_span(CHAT, number=2, parent=1)) == 100


def test_a_call_around_several_that_add_up_counts_once() -> None:
    """A client that calls again on its own writes one span around its requests."""
    inner = [make_span(chat(60, 5), number=2, parent=1), make_span(chat(40, 15), number=3, parent=1)]
    assert count(make_span(chat(100, 20)), *inner) == 100


def test_a_wrapper_of_another_convention_counts_once() -> None:
    """The figures are compared, not the names that they have."""
    outer = {"openinference.span.kind": "LLM", "llm.token_count.prompt": 100, "llm.token_count.completion": 20}
    assert count(make_span(outer), make_span(CHAT, number=2, parent=1)) == 100


def test_a_call_around_one_with_the_same_answer_counts_once() -> None:
    """One leaves the cache out of its input, the other does not; the provider's id says that they are one call."""
    outer, inner = make_span(chat(160, 20, "msg_1")), make_span(chat(100, 20, "msg_1"), number=2, parent=1)
    assert count(outer, inner) == 100


def test_the_same_answer_without_figures_proves_nothing() -> None:
    """What the outer call says would be lost."""
    inner = make_span({"gen_ai.operation.name": "chat", "gen_ai.response.id": "msg_1"}, number=2, parent=1)
    assert count(make_span(chat(160, 20, "msg_1")), inner) == 160


def test_a_wrapper_without_figures_is_no_call_without_usage() -> None:
    """The call inside it says what was used; nothing is missing."""
    outer = make_span({"gen_ai.operation.name": "chat"})
    events = build_events([outer, make_span(CHAT, number=2, parent=1)], team_id=1)
    assert [event["event"] for event in events] == ["$ai_trace", "$ai_generation"]


@pytest.mark.parametrize(
    "between",
    [pytest.param({"http.request.method": "POST"}, id="HTTP"), pytest.param({"db.system": "x"}, id="anything else")],
)
def test_foreign_spans_may_stand_between(between: dict[str, Any]) -> None:
    """What is no AI span is looked through."""
    spans = [make_span(CHAT), make_span(between, number=2, parent=1), make_span(CHAT, number=3, parent=2)]
    assert count(*spans) == 100


def test_a_call_that_a_tool_of_a_call_makes_is_its_own() -> None:
    """Equal figures below another step of the agent are another call's."""
    tool = make_span({"gen_ai.operation.name": "execute_tool"}, number=2, parent=1)
    assert count(make_span(CHAT), tool, make_span(CHAT, number=3, parent=2)) == 200


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        pytest.param(chat(100, 20), chat(100, 21), id="other figures"),
        pytest.param(chat(100, 20), {"gen_ai.operation.name": "chat"}, id="inner without figures"),
    ],
)
def test_calls_that_do_not_repeat_each_other_both_count(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    """Nothing is left out unless it is proved to be counted elsewhere."""
    inner_tokens = inner.get("gen_ai.usage.input_tokens", 0)
    assert count(make_span(outer), make_span(inner, number=2, parent=1)) == 100 + inner_tokens


def test_equal_calls_beside_each_other_both_count() -> None:
    """Siblings are two calls; so are calls of two traces."""
    assert count(make_span(CHAT, number=2, parent=1), make_span(CHAT, number=3, parent=1)) == 200
    assert count(make_span(CHAT), make_span(CHAT, number=2, parent=1, trace_id="f" * 32)) == 200


def test_spans_that_claim_to_be_each_others_parents_end() -> None:
    """A circle of parents is nonsense, and no endless loop."""
    circle = [make_span({}, number=1, parent=2), make_span({}, number=2, parent=1), make_span(CHAT, number=3, parent=1)]
    assert count(*circle) == 100
    assert count(make_span(CHAT, number=1, parent=1)) == 100
    assert count(make_span(CHAT, number=1, parent=2), make_span(CHAT, number=2, parent=1)) == 200
