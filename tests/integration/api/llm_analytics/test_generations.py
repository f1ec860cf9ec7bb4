"""`generations/` and `traces/`: page by page without gaps or repeats, found by id, told in full."""

import json
from typing import Any

import pytest

from tests.integration.api.llm_analytics.world import World, call_at, usage
from tests.integration.llm_analytics.stored_rows import make_row, store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-01", "end": "2026-11-03", "timezone": "UTC"}


def turn_pages(world: World, resource: str, key: str, between: Any = None, **query: Any) -> list[dict[str, Any]]:
    """Every line, page after page; `between` is done after the first."""
    lines: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = world.get(resource, {**RANGE, **query, **cursor})
        lines += page[key]
        if page["next_cursor"] is None:
            return lines
        cursor = {"cursor": page["next_cursor"]}
        if between is not None:
            between()
            between = None


def send_some(world: World, count: int = 23) -> None:
    """Calls, several at the same moment, some without a cost, a latency or counts."""
    world.send(
        *(
            call_at(
                f"2026-11-01T{number // 3:02d}:00:00",
                number,
                trace_id=f"trace-{number % 5}",
                metadata={"usage_object": usage(number % 4 * 10 + 1, 1) if number % 6 else {}},
                prompt_tokens=0,
                completion_tokens=0,
                total_tokens=0,
            )
            for number in range(count)
        )
    )


@pytest.mark.parametrize(
    "order_by",
    ["-timestamp", "timestamp", "-total_tokens", "total_tokens", "-total_cost_usd", "input_tokens", "-latency"],
)
def test_pages_have_every_call_once_in_order(world: World, order_by: str) -> None:
    """Whatever the order, with equal and unknown values; unknown ones come last."""
    send_some(world)
    lines = turn_pages(world, "generations/", "generations", order_by=order_by, limit=4)
    assert len({line["uuid"] for line in lines}) == len(lines) == 23
    values = [line[order_by.removeprefix("-")] for line in lines]
    known = [value if order_by.endswith("timestamp") else float(value) for value in values if value is not None]
    assert known == sorted(known, reverse=order_by.startswith("-"))
    assert values[: len(known)] == [value for value in values if value is not None]


@pytest.mark.parametrize("order_by", ["-total_tokens", "-total_cost_usd", "-latency"])
def test_largest_of_the_end_of_the_range_hide_none_of_before(world: World, order_by: str) -> None:
    """The last tenth has calls enough for a page: what they have at least is asked of the others."""
    send_some(world)
    until = {"end": "2026-11-01T07:30:00"}
    whole = world.get("generations/", {**RANGE, **until, "order_by": order_by, "limit": 100})["generations"]
    pages = turn_pages(world, "generations/", "generations", order_by=order_by, limit=1, **until)
    assert len(whole) == 23
    assert [line["uuid"] for line in pages] == [line["uuid"] for line in whole]


def test_page_is_full_where_the_largest_went_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What told how large a value must be may be merged or deleted before the others are read."""
    send_some(world)
    monkeypatch.setattr("posthog.llm_analytics.queries.generations._find_least", lambda *_, **__: 10**9)
    pages = turn_pages(world, "generations/", "generations", order_by="-total_tokens", limit=4)
    assert len({line["uuid"] for line in pages}) == 23


@pytest.mark.parametrize("order_by", ["-timestamp", "-total_tokens"])
def test_calls_that_arrive_meanwhile_shift_nothing(world: World, order_by: str) -> None:
    """Of the calls that were there, each is listed once, whatever comes in between."""
    send_some(world)
    before = {line["uuid"] for line in world.get("generations/", RANGE, limit=500)["generations"]}

    def send_more() -> None:
        world.send(*(call_at(f"2026-11-0{1 + number % 2}T0{number}:00:01", 100 + number) for number in range(8)))

    lines = turn_pages(world, "generations/", "generations", send_more, order_by=order_by, limit=5)
    listed = [line["uuid"] for line in lines if line["uuid"] in before]
    assert sorted(listed) == sorted(before)


@pytest.mark.parametrize(
    "change",
    [{"limit": 3, "model": "gpt-4o"}, {"limit": 3, "order_by": "timestamp"}, {"limit": 3, "end": "2026-11-02"}],
    ids=["filter", "order", "range"],
)
def test_cursor_of_another_question_is_refused(world: World, change: dict[str, Any]) -> None:
    """400, by name; the page's size may change."""
    send_some(world, 9)
    cursor = world.get("generations/", RANGE, limit=3)["next_cursor"]
    assert len(world.get("generations/", RANGE, limit=5, cursor=cursor)["generations"]) == 5
    refused = world.get("generations/", {**RANGE, **change}, cursor=cursor, status=400)
    assert refused["errors"][0]["parameter"] == "cursor"


def test_call_is_found_by_each_of_its_ids(world: World) -> None:
    """In full or by its beginning and a star; an id of nobody finds nothing."""
    send_some(world, 6)
    world.send(call_at("2026-11-01T20:00:00", 77, trace_id="needle-trace", session_id="needle-session"))
    (call,) = world.get("generations/", RANGE, search="needle-trace")["generations"]
    ids = ("uuid", "trace_id", "session_id", "span_id", "generation_id", "gateway_call_id")
    for searched in [*(call[name] for name in ids), "needle-s*", f"{call['uuid'][:13]}*"]:
        found = world.get("generations/", RANGE, search=searched)["generations"]
        assert [line["uuid"] for line in found] == [call["uuid"]]
    assert world.get("generations/", RANGE, search="needle")["generations"] == []


def test_one_call_is_told_in_full(world: World) -> None:
    """Every column, what was said, the usage as received, and where each figure comes from."""
    world.send(call_at("2026-11-01T10:00:00", 1, metadata={"usage_object": usage(100, 20, cached=60)}))
    (line,) = world.get("generations/", RANGE)["generations"]
    call = world.get(f"generations/{line['uuid']}/")
    assert {name: call[name] for name in line} == line
    assert call["usage_raw"] == usage(100, 20, cached=60)
    assert json.loads(call["content"]["input"]) == [{"role": "user", "content": "hello"}]
    explanation = call["explanation"]
    assert (explanation["tokens"]["input_tokens"], explanation["tokens"]["reasoning_tokens"]) == (100, None)
    assert "input 100 + output 20 = 120" in [each["equation"] for each in explanation["reading"]["candidates"]]
    assert (explanation["costs"]["source"], explanation["costs"]["columns"]["total_cost_usd"]) == (
        "gateway",
        "0.000375",
    )
    assert [flag["name"] for flag in explanation["flags"]] == call["integrity_flags"]


def test_unreadable_evidence_is_told_not_failed(world: World) -> None:
    """A row that somebody broke is shown; the explanation says why there is none."""
    row = make_row(world.team, 0)
    store([row | {"properties": "{"}])
    call = world.get(f"generations/{row['uuid']}/")
    assert (call["properties"], call["explanation"]) == ("{", None)
    assert "properties" in call["explanation_fault"]


def test_traces_are_summed_page_by_page(world: World) -> None:
    """Each trace once, the latest begun first, with the sums of its calls."""
    send_some(world)
    traces = turn_pages(world, "traces/", "traces", limit=2)
    assert [trace["trace_id"] for trace in traces] == ["trace-4", "trace-3", "trace-2", "trace-1", "trace-0"]
    for trace in traces:
        own = [call for call in world.sent if call["trace_id"] == trace["trace_id"]]
        usages = [call["metadata"]["usage_object"] for call in own if call["metadata"]["usage_object"]]
        assert (trace["events"], trace["sums"]["calls"]) == (len(own), len(own))
        assert trace["sums"]["input_tokens"] == sum(each["prompt_tokens"] for each in usages)


def test_trace_is_a_tree_with_sums(world: World) -> None:
    """Whatever characters its id has; the total is the sum of its calls, whenever they were."""
    trace_id = "a/b c?d"
    world.send(
        call_at("2026-11-01T10:00:00", 1, trace_id=trace_id, metadata={"usage_object": usage(10, 1)}),
        call_at("2026-11-02T10:00:00", 2, trace_id=trace_id, metadata={"usage_object": usage(20, 2)}),
    )
    trace = world.get("traces/a%2Fb%20c%3Fd/")
    assert (trace["trace_id"], trace["sums"]["input_tokens"], trace["is_cut"]) == (trace_id, 30, False)
    assert [(node["depth"], node["sums"]["input_tokens"]) for node in trace["nodes"]] == [(0, 10), (0, 20)]


def test_session_has_its_traces(world: World) -> None:
    """`session_id` narrows the list to them."""
    world.send(
        call_at("2026-11-01T10:00:00", 1, trace_id="t1", session_id="s1"),
        call_at("2026-11-01T11:00:00", 2, trace_id="t2", session_id="s2"),
    )
    (trace,) = world.get("traces/", RANGE, session_id="s2")["traces"]
    assert (trace["trace_id"], trace["session_id"]) == ("t2", "s2")


def test_sessions_are_summed_page_by_page(world: World) -> None:
    """Each session once, the latest begun first, with how many traces it has; what names none is in none."""
    for hour in range(1, 8):
        trace, session = f"t{hour}", f"s{hour % 3}"
        counts = {"usage_object": usage(10 * hour, 1)}
        world.send(call_at(f"2026-11-01T{hour:02d}:00:00", hour, trace_id=trace, session_id=session, metadata=counts))
    world.send(call_at("2026-11-01T12:00:00", 99, trace_id="alone"))
    sessions = turn_pages(world, "sessions/", "sessions", limit=1)
    assert [(each["session_id"], each["traces"], each["sums"]["input_tokens"]) for each in sessions] == [
        ("s0", 2, 90),
        ("s2", 2, 70),
        ("s1", 3, 120),
    ]
    assert sessions[2]["started_at"] == "2026-11-01T01:00:00Z"


def test_cursor_of_traces_is_none_of_sessions(world: World) -> None:
    """They are different questions."""
    world.send(*(call_at(f"2026-11-01T0{hour}:00:00", hour, trace_id=f"t{hour}", session_id="s") for hour in (1, 2)))
    cursor = world.get("traces/", RANGE, limit=1)["next_cursor"]
    assert world.get("sessions/", RANGE, limit=1, cursor=cursor, status=400)["errors"][0]["parameter"] == "cursor"
