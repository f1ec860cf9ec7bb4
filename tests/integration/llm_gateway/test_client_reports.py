"""One call, reported by the gateway and by its client: it counts once, whoever comes first."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from posthog.llm_analytics import ingestion
from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.capture_intake import store_captured_events
from posthog.llm_analytics.client_reports import relink_stored
from posthog.llm_analytics.ingestion import Drained, drain_in_steps, drain_once
from posthog.llm_analytics.row_insertion import insert_batch
from posthog.llm_analytics.team_administration import delete_team_events
from posthog.llm_analytics.usage_report import build_usage_reports
from posthog.llm_gateway.callbacks.capture_event import build_capture_event
from posthog.llm_usage.rebuild import derive_again, list_changed_columns
from posthog.models import ClientReportHour, GatewayInboxBody, Team
from tests.captured_events import make_captured
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]

Delivery = Callable[[], None]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def drain() -> None:
    while drain_once(now=datetime.now(UTC)).bodies:
        pass


def capture(team: Team, *events: dict[str, Any]) -> None:
    store_captured_events(team, events, received_at=timezone.now())


def make_gateways(number: int, **fields: Any) -> dict[str, Any]:
    """The gateway's payload of a call; its response id is `r<number>`."""
    return make_call(number) | {"litellm_call_id": f"c{number}", **fields}


def make_clients(number: int, properties: Mapping[str, Any], *, seconds: float = 0) -> dict[str, Any]:
    """The client's event of the same call, captured at its end; what links it is up to the test."""
    ended_at = datetime.fromtimestamp(make_call(number)["endTime"] + seconds, UTC)
    return make_captured(number, timestamp=ended_at.isoformat(), properties=dict(properties))


def count(team: Team) -> tuple[int, int]:
    """Calls and tokens as every sum reads them."""
    rows = [row for row in list_ai_events(team) if row["call_kind"] == "inference"]
    return len(rows), sum(row["input_tokens"] or 0 for row in rows)


def list_links(team: Team) -> list[UUID]:
    rows = [row for row in list_ai_events(team) if row["call_kind"] == "client_report"]
    return [UUID(json.loads(row["properties"])["$ai_reported_by"]) for row in rows]


def find_gateways(team: Team) -> list[UUID]:
    return [row["uuid"] for row in list_ai_events(team) if row["gateway"] is not None]


def play(deliveries: list[Delivery], *, at_once: bool) -> None:
    for deliver_one in deliveries:
        deliver_one()
        if not at_once:
            drain()
    drain()


@pytest.mark.parametrize("order", ["client-first", "gateway-first", "at-once", "at-once-gateway-first"])
@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"$ai_gateway_call_id": "c1"}, id="call-id"),
        pytest.param({"$ai_response_id": "r1"}, id="response-id"),
        pytest.param({"$ai_generation_id": "r1"}, id="generation-id"),
        pytest.param({"$ai_span_id": "r1"}, id="span-id"),
        pytest.param({"$ai_gateway_call_id": "c1", "$ai_model": "gpt-4o-2024-08-06"}, id="dated-model"),
        pytest.param({"$ai_gateway_call_id": "c1", "$ai_generation_id": make_captured(9)["uuid"]}, id="own-id-beside"),
    ],
)
def test_a_call_counts_once_in_any_order(setup: GatewaySetup, order: str, properties: dict[str, Any]) -> None:
    """The gateway's row counts; the client's keeps its numbers and names it."""
    deliveries: list[Delivery] = [
        lambda: capture(setup.alpha, make_clients(1, properties)),
        lambda: deliver(setup, [make_gateways(1)]),
    ]
    play(deliveries[::-1] if "gateway-first" in order else deliveries, at_once="at-once" in order)
    assert count(setup.alpha) == (1, 100)
    assert list_links(setup.alpha) == find_gateways(setup.alpha)
    (linked,) = [row for row in list_ai_events(setup.alpha) if row["call_kind"] == "client_report"]
    assert (linked["input_tokens"], linked["output_tokens"], linked["lib"]) == (100, 20, "posthog-python")
    assert linked["total_cost_usd"] is not None
    assert linked["input"] is not None


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({}, id="no-evidence"),
        pytest.param({"$ai_gateway_call_id": "c2"}, id="another-call"),
        pytest.param({"$ai_gateway_call_id": "c1", "$ai_model": "gpt-4o-mini"}, id="another-model"),
        pytest.param({"$ai_response_id": "r1", "$ai_model": "o3"}, id="another-model-of-the-answer"),
        pytest.param({"$ai_gateway_call_id": "c1", "$ai_response_id": "r7"}, id="another-answer"),
        pytest.param({"$ai_gateway_call_id": "c1", "$ai_is_error": True}, id="another-outcome"),
        pytest.param({"$ai_gateway_call_id": "c1", "seconds": 1200}, id="another-time"),
        pytest.param({"$ai_response_id": "r1", "seconds": -1200}, id="another-time-of-the-answer"),
    ],
)
def test_another_call_is_not_linked(setup: GatewaySetup, properties: dict[str, Any]) -> None:
    """A client's event without its twin at the gateway counts."""
    seconds = properties.get("seconds", 0)
    play(
        [
            lambda: capture(setup.alpha, make_clients(1, properties, seconds=seconds)),
            lambda: deliver(setup, [make_gateways(1)]),
        ],
        at_once=False,
    )
    assert (count(setup.alpha), list_links(setup.alpha)) == ((2, 200), [])


def test_another_teams_call_is_not_linked(setup: GatewaySetup) -> None:
    """The same ids in another team say nothing."""
    capture(setup.beta, make_clients(1, {"$ai_response_id": "r1"}))
    deliver(setup, [make_gateways(1)])
    drain()
    assert (count(setup.alpha), count(setup.beta)) == ((1, 100), (1, 100))


def test_report_counts_the_gateways_figures_alone(setup: GatewaySetup) -> None:
    """Where the two differ, the day's report has the gateway's."""
    capture(setup.alpha, make_clients(1, {"$ai_response_id": "r1", "$ai_input_tokens": 777}))
    deliver(setup, [make_gateways(1)])
    drain()
    day = datetime.fromtimestamp(make_call(1)["startTime"], UTC).date()
    report = build_usage_reports(day, team_ids=[setup.alpha.id])[0]
    assert (report.calls, report.input_tokens, report.models[0].calls) == (1, 100, 1)


def test_deliveries_that_repeat_change_nothing(setup: GatewaySetup) -> None:
    """Both sides, sent again and again."""
    for _ in range(2):
        capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"}))
        drain()
        deliver(setup, [make_gateways(1)])
        drain()
    assert (count(setup.alpha), len(list_links(setup.alpha))) == ((1, 100), 1)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::4], ids=str)
def test_tries_of_one_request_pair_up(setup: GatewaySetup, order: tuple[int, ...]) -> None:
    """A failure and the success after it share the call id: each report finds its own, in whatever order they come."""
    failure = make_gateways(
        1,
        litellm_call_id="shared",
        id="",
        status="failure",
        response_cost=0,
        error_information={"error_class": "RateLimitError", "error_code": "429"},
        prompt_tokens=0,
        completion_tokens=0,
        total_tokens=0,
    )
    failure["metadata"] |= {"usage_object": {}, "user_api_key_alias": "key"}
    success = make_gateways(2, litellm_call_id="shared")
    failed = make_clients(1, {"$ai_gateway_call_id": "shared", "$ai_is_error": True, "$ai_input_tokens": None})
    succeeded = make_clients(2, {"$ai_gateway_call_id": "shared"})
    deliveries: list[Delivery] = [
        lambda: deliver(setup, [failure]),
        lambda: deliver(setup, [success]),
        lambda: capture(setup.alpha, failed),
        lambda: capture(setup.alpha, succeeded),
    ]
    play([deliveries[index] for index in order], at_once=False)
    assert sorted(list_links(setup.alpha)) == sorted(find_gateways(setup.alpha))
    assert count(setup.alpha) == (2, 100)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_call_id_of_several_calls_hides_none(setup: GatewaySetup, order: tuple[int, ...]) -> None:
    """A client gave two calls one id, and the gateway reported one of them: the other counts."""
    deliveries: list[Delivery] = [
        lambda: deliver(setup, [make_gateways(1)]),
        lambda: capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"})),
        lambda: capture(setup.alpha, make_clients(2, {"$ai_gateway_call_id": "c1"})),
    ]
    play([deliveries[index] for index in order], at_once=False)
    assert (count(setup.alpha), len(list_links(setup.alpha))) == ((2, 200), 1)
    (linked,) = [row for row in list_ai_events(setup.alpha) if row["call_kind"] == "client_report"]
    assert str(linked["uuid"]) == make_captured(1)["uuid"]


def test_every_client_of_one_call_is_linked(setup: GatewaySetup) -> None:
    """The SDK's wrapper and the gateway's own callback beside the webhook: three reports, one call."""
    payload = make_gateways(1)
    event = build_capture_event(payload)
    deliveries: list[Delivery] = [
        lambda: capture(setup.alpha, event),
        lambda: capture(setup.alpha, make_clients(1, {"$ai_response_id": "r1"})),
        lambda: deliver(setup, [payload]),
    ]
    play(deliveries, at_once=False)
    assert (count(setup.alpha), len(list_links(setup.alpha))) == ((1, 100), 2)


def test_answer_from_the_gateways_cache_is_linked(setup: GatewaySetup) -> None:
    """The client sees the first answer's id again and counts its tokens; the gateway knows better."""
    deliver(setup, [make_gateways(1, id="r1_cache_hit1795473656.77", cache_hit=True, response_cost=0)])
    drain()
    capture(setup.alpha, make_clients(1, {"$ai_response_id": "r1"}))
    drain()
    assert (count(setup.alpha), len(list_links(setup.alpha))) == ((0, 0), 1)


def test_clients_event_of_another_store_counts(setup: GatewaySetup) -> None:
    """A team without a gateway: its events are its calls."""
    capture(setup.alpha, make_clients(1, {}), make_clients(2, {}))
    drain()
    assert count(setup.alpha) == (2, 200)


def test_gateway_alone_is_not_compared(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hour with clients' events is on record: the store is not even asked."""
    asked: list[str] = []

    def ask(sql: str, *args: Any, **options: Any) -> list[Any]:
        asked.append(sql)
        return []

    monkeypatch.setattr("posthog.llm_analytics.client_report_store.query_rows", ask)
    deliver(setup, [make_gateways(1)])
    drain()
    assert (asked, ClientReportHour.objects.count()) == ([], 0)


@pytest.mark.parametrize("first", ["client", "gateway"])
def test_two_drains_at_one_moment(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """Each looked before the other's rows were there: the later INSERT's drain sees both, and links."""
    deliveries: dict[str, Delivery] = {
        "client": lambda: capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"})),
        "gateway": lambda: deliver(setup, [make_gateways(1)]),
    }
    second = "gateway" if first == "client" else "client"
    deliveries[first]()
    slow = drain_in_steps(Drained(), now=datetime.now(UTC))

    def insert_meanwhile(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(ingestion, "insert_batch", insert_batch)
        deliveries[second]()
        drain()  # the whole other drain, between this one's look and its INSERT
        return insert_batch(*args, **options)

    monkeypatch.setattr(ingestion, "insert_batch", insert_meanwhile)
    assert list(slow) == ["claimed", "built", "inserted", "settled"]
    assert (count(setup.alpha), list_links(setup.alpha)) == ((1, 100), find_gateways(setup.alpha))


def test_a_crash_after_the_insert_links_again(setup: GatewaySetup) -> None:
    """The drain that follows writes the same."""
    capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"}))
    drain()
    deliver(setup, [make_gateways(1)])
    steps = drain_in_steps(Drained(), now=datetime.now(UTC))
    while next(steps) != "inserted":
        pass
    del steps
    GatewayInboxBody.objects.update(claimed_at=None, attempts=0)
    drain()
    assert (count(setup.alpha), len(list_links(setup.alpha))) == ((1, 100), 1)


def test_event_in_two_places_counts_once(setup: GatewaySetup) -> None:
    """Without a timestamp its place follows from the arrival: sent again an hour later, the newer row stays."""
    event = make_captured(1)
    now = timezone.now()
    for minutes in (50, 0):
        store_captured_events(setup.alpha, [event], received_at=now - timedelta(minutes=minutes))
        drain()
    rows = [row for row in list_ai_events(setup.alpha) if row["call_kind"] == "inference"]
    assert [str(row["uuid"]) for row in rows] == [event["uuid"]]


@pytest.mark.parametrize(
    ("event", "kind", "counted"),
    [
        pytest.param("$ai_generation", None, (2, 200), id="call"),
        pytest.param("$ai_generation", "rejected", (1, 100), id="rejected-call"),
        pytest.param("$ai_span", None, (1, 100), id="span"),
    ],
)
def test_client_cannot_replace_a_gateways_row(
    setup: GatewaySetup, event: str, kind: str | None, counted: tuple[int, int]
) -> None:
    """Not even one that knows its uuid, its trace and its hour, whatever it says that it is: a token is public."""
    deliver(setup, [make_gateways(1, trace_id="t1")])
    drain()
    (gateways,) = list_ai_events(setup.alpha)
    forged = make_clients(1, {"$ai_trace_id": "t1", "$ai_total_tokens": 1, "$ai_call_kind": kind})
    for _ in range(2):
        capture(setup.alpha, forged | {"uuid": str(gateways["uuid"]), "event": event})
        drain()
    assert find_gateways(setup.alpha) == [gateways["uuid"]]
    assert (count(setup.alpha), len(list_ai_events(setup.alpha))) == (counted, 2)


def test_deletion_takes_linked_rows(setup: GatewaySetup) -> None:
    """A row that was written again is no newer than what arrived until then."""
    capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"}))
    drain()
    deliver(setup, [make_gateways(1)])
    drain()
    assert len(list_links(setup.alpha)) == 1
    delete_team_events(setup.alpha, actor="test", now=timezone.now())
    assert list_ai_events(setup.alpha) == []


@pytest.mark.parametrize("kind", ["inference", "gateway_cache_hit"])
def test_linked_row_is_derived_as_it_was(setup: GatewaySetup, kind: str) -> None:
    """A link decides which report counts; flags and costs of the other stay those of the call it reports."""
    sent = {"$ai_response_id": "r1", "$ai_call_kind": kind, "$ai_input_tokens": None, "$ai_output_tokens": None}
    deliver(setup, [make_gateways(1)])
    capture(setup.alpha, make_clients(1, sent | {"$ai_cache_read_input_tokens": None, "$ai_reasoning_tokens": None}))
    capture(setup.alpha, make_clients(2, {"$ai_response_id": "r1", "$ai_call_kind": kind}))
    drain()
    linked = [row for row in list_ai_events(setup.alpha) if row["call_kind"] == "client_report"]
    later = timezone.now() + timedelta(days=1)
    assert len(linked) == 2
    for row in linked:
        assert list_changed_columns(row, derive_again(row, ingested_at=later)) == []


def test_looking_again_changes_nothing(setup: GatewaySetup) -> None:
    """What is linked as it should be is not written again."""
    capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"}))
    deliver(setup, [make_gateways(1)])
    drain()
    assert relink_stored(list_ai_events(setup.alpha), now=timezone.now()) == 0


def test_link_that_was_lost_is_made_again(setup: GatewaySetup) -> None:
    """A re-derivation that had read the row before it was linked writes it as it was; then it is looked at again."""
    capture(setup.alpha, make_clients(1, {"$ai_gateway_call_id": "c1"}))
    drain()
    (unlinked,) = list_ai_events(setup.alpha)
    deliver(setup, [make_gateways(1)])
    drain()
    now = timezone.now()
    stale = unlinked | {"ingested_at": now, "_timestamp": now}
    insert_rows([stale], deduplication_token="stale")
    assert count(setup.alpha) == (2, 200)
    assert relink_stored([stale], now=timezone.now()) == 1
    assert count(setup.alpha) == (1, 100)
