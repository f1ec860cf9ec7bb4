"""Which client's report is which call: by ids, models and time, whatever the order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from posthog.llm_analytics.client_matching import Place, Report, match_reports, name_model

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def make_report(number: int, *, seconds: float = 0, team_id: int = 1, **fields: Any) -> Report:
    started_at = NOON + timedelta(seconds=seconds)
    defaults: dict[str, Any] = {
        "place": Place(team_id, NOON, "", UUID(int=number)),
        "is_gateways": False,
        "reporter": "posthog-python",
        "response_id": "",
        "span_id": "",
        "call_id": "",
        "call_kind": "inference",
        "models": frozenset({"gpt-4o"}),
        "is_failure": False,
        "started_at": started_at,
        "latency": timedelta(seconds=1),
        "ingested_at": started_at,
        "linked_to": None,
    }
    return Report(**defaults | fields)


def make_gateways(number: int, **fields: Any) -> Report:
    return make_report(number, is_gateways=True, reporter="litellm", **fields)


def match(*reports: Report) -> dict[int, int | None]:
    """Numbers of clients' reports → that of the gateway's."""
    links = match_reports(reports)
    return {place.uuid.int: link.int if link else None for place, link in links.items()}


@pytest.mark.parametrize(
    ("client", "gateway", "is_one"),
    [
        pytest.param({"response_id": "r"}, {"response_id": "r"}, True, id="answer"),
        pytest.param({"span_id": "r"}, {"response_id": "r"}, True, id="answer-as-span"),
        pytest.param({"call_id": "c"}, {"call_id": "c"}, True, id="call"),
        pytest.param({"call_id": ""}, {"call_id": ""}, False, id="nothing"),
        pytest.param({"response_id": "r"}, {"call_id": "r"}, False, id="answer-is-no-call"),
        pytest.param({"response_id": "r", "models": frozenset()}, {"response_id": "r"}, True, id="model-unknown"),
        pytest.param(
            {"response_id": "r", "models": frozenset({"o3"})}, {"response_id": "r"}, False, id="model-differs"
        ),
        pytest.param({"response_id": "r", "team_id": 2}, {"response_id": "r"}, False, id="team-differs"),
        pytest.param({"response_id": "r", "seconds": 599}, {"response_id": "r"}, True, id="minutes-apart"),
        pytest.param({"response_id": "r", "seconds": 603}, {"response_id": "r"}, False, id="too-far-apart"),
        pytest.param(
            {"response_id": "r", "seconds": 1800},
            {"response_id": "r", "latency": timedelta(minutes=30)},
            True,
            id="long-call",
        ),
        pytest.param({"call_id": "c", "is_failure": True}, {"call_id": "c"}, False, id="outcome-differs"),
        pytest.param(
            {"response_id": "r", "is_failure": True}, {"response_id": "r"}, True, id="answer-goes-before-outcome"
        ),
        pytest.param(
            {"call_id": "c", "response_id": "a"}, {"call_id": "c", "response_id": "b"}, False, id="two-answers"
        ),
        pytest.param(
            {"call_id": "c", "response_id": str(UUID(int=5))}, {"call_id": "c", "response_id": "b"}, True, id="own-id"
        ),
        pytest.param({"call_id": "c"}, {"call_id": "c", "call_kind": "read"}, False, id="read-again"),
        pytest.param({"response_id": "r"}, {"response_id": "r", "call_kind": "gateway_cache_hit"}, True, id="cached"),
    ],
)
def test_pair_is_one_call(client: dict[str, Any], gateway: dict[str, Any], is_one: bool) -> None:
    """An id in common, models that agree, minutes at most between them."""
    assert match(make_report(1, **client), make_gateways(2, **gateway)) == {1: 2 if is_one else None}


def test_result_does_not_depend_on_the_order() -> None:
    """The nearest pair is made first; of one reporter one report is taken for a call."""
    reports = [
        make_report(1, call_id="c", seconds=5),
        make_report(2, call_id="c", seconds=1),
        make_report(3, call_id="c", seconds=4, reporter="another"),
        make_gateways(8, call_id="c"),
        make_gateways(9, call_id="c", seconds=200),
    ]
    results = [match(*order) for order in permutations(reports)]
    assert results[0] == {1: 9, 2: 8, 3: 8}
    assert all(result == results[0] for result in results)


def test_answer_that_is_linked_takes_its_call() -> None:
    """A second report by call id alone finds the call taken."""
    clients = [make_report(1, response_id="r", call_id="c", seconds=3), make_report(2, call_id="c")]
    assert match(*clients, make_gateways(9, response_id="r", call_id="c")) == {1: 9, 2: None}


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("openai/GPT-4o", "gpt-4o"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("vertex_ai/claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("gpt-4o-mini", "gpt-4o-mini"),
    ],
)
def test_models_are_compared_without_version_and_provider(name: str, compared: str) -> None:
    """A mini is another model; a dated name is not."""
    assert name_model(name, None, "") == {compared}


def make_span(number: int, *, seconds: float, lasts: float, trace_id: str = "t", **fields: Any) -> Report:
    place = Place(1, NOON, trace_id, UUID(int=number))
    defaults: dict[str, Any] = {"place": place, "reporter": "posthog-otel", "response_id": "a"}
    return make_report(number, seconds=seconds, latency=timedelta(seconds=lasts), **defaults | fields)


@pytest.mark.parametrize(
    ("inner", "link"),
    [
        pytest.param({}, 2, id="same-answer"),
        pytest.param({"response_id": "b"}, None, id="another-answer"),
        pytest.param({"response_id": ""}, None, id="no-answer"),
        pytest.param({"trace_id": "u"}, None, id="another-trace"),
        pytest.param({"seconds": 4}, None, id="after-it"),
        pytest.param({"seconds": 0, "lasts": 3}, 2, id="at-the-same-time"),
        pytest.param({"is_failure": True}, None, id="another-outcome"),
        pytest.param({"models": frozenset({"o3"})}, None, id="another-model"),
        pytest.param({"reporter": "posthog-python"}, None, id="no-span"),
        pytest.param({"call_kind": "read"}, None, id="read-again"),
    ],
)
def test_outer_span_is_its_inner_one(inner: dict[str, Any], link: int | None) -> None:
    """Two spans of one trace, one within the other's time, with one answer: the inner one counts."""
    outer, span = make_span(1, seconds=0, lasts=3), make_span(2, **{"seconds": 1.0, "lasts": 1.0} | inner)
    assert match(outer, span) == match(span, outer) == {1: link, 2: None}


def test_of_three_nested_spans_the_innermost_counts() -> None:
    """Whatever the order; and the gateway's row, where there is one, for all of them."""
    spans = [make_span(n, seconds=n, lasts=10 - 2 * n) for n in (1, 2, 3)]
    for order in permutations(spans):
        assert match(*order) == {1: 3, 2: 3, 3: None}
    assert match(*spans, make_gateways(9, response_id="a")) == {1: 9, 2: 9, 3: 9}
