"""From the inbox to `ai_events`: stored once, attributed rightly, rejected with a reason, replayed safely."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zstandard
from django.utils import timezone
from pytest_django import Settings

from posthog.clickhouse.client import ClickHouseError, close_connection, sync_execute
from posthog.llm_analytics import row_batches
from posthog.llm_analytics.gateway_bodies import BodySource, Rejection, read_gateway_body
from posthog.llm_analytics.inbox import claim_bodies
from posthog.llm_analytics.ingestion import Drained, drain_in_steps, drain_once
from posthog.llm_analytics.row_insertion import insert_batch
from posthog.llm_analytics.stored_attribution import load_attribution
from posthog.models import GatewayInboxBody, GatewayTeam, RejectedEvent, Team
from tests.captures import CAPTURES, list_payloads
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def drain(at: datetime | None = None) -> Drained:
    return drain_once(now=at or timezone.now())


def sum_tokens(setup: GatewaySetup) -> list[tuple[Any, ...]]:
    return sync_execute(
        "SELECT count(), sum(input_tokens), sum(cache_read_input_tokens), sum(reasoning_tokens) "
        "FROM ai_events FINAL WHERE team_id = %(team_id)s",
        {"team_id": setup.alpha.id},
    )


def test_each_event_goes_to_its_team(setup: GatewaySetup) -> None:
    """The mapping decides; the inbox is empty afterwards."""
    deliver(setup, [make_call(1, "team-alpha"), make_call(2, "team-beta")])
    assert drain() == Drained(bodies=1, rows=2, rejected=0)
    assert [len(list_ai_events(team)) for team in (setup.alpha, setup.beta)] == [1, 1]
    assert not GatewayInboxBody.objects.exists()


def test_counts_arrive_as_reported(setup: GatewaySetup) -> None:
    """A reported zero stays 0, what nobody reported stays NULL."""
    usage = {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10, "prompt_tokens_details": None}
    payload = make_call(1)
    payload["metadata"]["usage_object"] = usage
    deliver(setup, [payload])
    drain()
    (row,) = list_ai_events(setup.alpha)
    assert (row["input_tokens"], row["output_tokens"], row["cache_read_input_tokens"]) == (10, 0, None)
    assert json.loads(row["usage_raw"]) == usage


def test_same_body_twice_counts_once(setup: GatewaySetup) -> None:
    """A repeated delivery changes no sum."""
    for _ in range(2):
        deliver(setup, [make_call(1), make_call(2)])
        drain()
    assert sum_tokens(setup) == [(2, 200, 120, 10)]


def test_same_event_in_two_bodies_of_one_drain_counts_once(setup: GatewaySetup) -> None:
    """Duplicates side by side in one insert collapse too."""
    deliver(setup, [make_call(1), make_call(1)])
    deliver(setup, [make_call(1), make_call(2)])
    assert drain().bodies == 2
    assert sum_tokens(setup) == [(2, 200, 120, 10)]


@pytest.mark.parametrize(
    ("crash_after", "stored"), [pytest.param("claimed", 0), pytest.param("built", 0), pytest.param("inserted", 1)]
)
def test_crash_between_two_steps_counts_once(setup: GatewaySetup, crash_after: str, stored: int) -> None:
    """Whatever the last step was: the lease ends, the body is drained again, and each event counts once."""
    deliver(setup, [make_call(1)])
    for step in drain_in_steps(Drained(), now=timezone.now()):
        if step == crash_after:
            break  # the process is gone: nothing after the step runs
    assert sum_tokens(setup)[0][0] == stored
    assert drain().bodies == 0
    assert drain(timezone.now() + timedelta(hours=1)).bodies == 1
    assert sum_tokens(setup) == [(1, 100, 60, 5)]


def test_uuid_follows_from_the_event(setup: GatewaySetup) -> None:
    """Never random: another delivery, in another body, of another size, gets the same one."""
    deliver(setup, [make_call(1)])
    drain()
    (first,) = list_ai_events(setup.alpha)
    deliver(setup, [make_call(2), make_call(1)])
    drain()
    assert first["uuid"] in [row["uuid"] for row in list_ai_events(setup.alpha)]
    assert len(list_ai_events(setup.alpha)) == 2


def test_recorded_bodies_become_rows_and_change_no_sum_the_second_time(setup: GatewaySetup) -> None:
    """All that a real proxy posted: each event is stored under its call, once, with the counts of its usage object."""
    GatewayTeam.objects.create(gateway=setup.gateway, gateway_team_id="tid-alpha", team=setup.alpha)
    Team.objects.update(retention_days=3650)
    received_at = datetime(2026, 11, 24, tzinfo=UTC)
    for _ in range(2):
        for name in CAPTURES:
            deliver(setup, list_payloads(name), at=received_at)
        while drain().bodies:
            pass
        rows = list_ai_events(setup.alpha)
        owned = [call for call in list_payloads() if call["metadata"]["user_api_key_team_id"] == "tid-alpha"]
        assert sorted(row["gateway_call_id"] for row in rows) == sorted(call["litellm_call_id"] for call in owned)
    assert set(RejectedEvent.objects.values_list("reason_code", flat=True)) == {"team_missing"}


def test_what_cannot_be_stored_is_rejected_with_its_reason(setup: GatewaySetup) -> None:
    """Neighbours of a bad event are stored; the bad one is kept, without what was said."""
    bad = [
        make_call(2, "team-omega"),
        make_call(3, None),
        make_call(4) | {"startTime": None},
        make_call(5) | {"startTime": 0},
        make_call(6) | {"startTime": 4_070_908_800.0},
        "text",
    ]
    deliver(setup, [make_call(1), None, *bad])
    assert drain() == Drained(bodies=1, rows=1, rejected=6)
    assert sum_tokens(setup)[0][0] == 1
    rejected = {r.position: r for r in RejectedEvent.objects.all()}
    assert [rejected[position].reason_code for position in sorted(rejected)] == [
        "team_unknown",
        "team_missing",
        "identity_missing",
        "timestamp_out_of_range",
        "timestamp_out_of_range",
        "event_not_object",
    ]
    kept = zstandard.ZstdDecompressor().decompressobj().decompress(bytes(rejected[1].event or b""))
    assert b"team-omega" in kept
    assert b"hello" not in kept


def test_token_of_one_team_cannot_write_to_another(setup: GatewaySetup) -> None:
    """An event that the gateway maps to another team is rejected, the rest is stored."""
    setup.credential.team = setup.alpha
    setup.credential.save()
    deliver(setup, [make_call(1, "team-alpha"), make_call(2, "team-beta")])
    drain()
    assert RejectedEvent.objects.get().reason_code == "wrong_team"
    assert [len(list_ai_events(team)) for team in (setup.alpha, setup.beta)] == [1, 0]


def test_event_before_the_teams_retention_is_rejected(setup: GatewaySetup) -> None:
    """ClickHouse would drop the row at once: it is rejected where somebody sees it."""
    deliver(setup, [make_call(1) | {"startTime": time.time() - 40 * 86400}])
    drain()
    assert RejectedEvent.objects.get().reason_code == "past_retention"


def test_clickhouse_away_costs_no_attempt(setup: GatewaySetup, settings: Settings) -> None:
    """The body goes back, waits a little and is stored once the store is there."""
    deliver(setup, [make_call(1)])
    with pytest.raises(ClickHouseError):
        _drain_without_clickhouse(settings)
    body = GatewayInboxBody.objects.get()
    assert (body.claimed_at, body.attempts) == (None, 0)
    assert body.last_error.startswith("NetworkError")
    assert drain(timezone.now() + timedelta(minutes=1)).rows == 1


def _drain_without_clickhouse(settings: Settings) -> None:
    port = settings.CLICKHOUSE_PORT
    try:
        close_connection()
        settings.CLICKHOUSE_PORT = 1
        drain()
    finally:
        settings.CLICKHOUSE_PORT = port
        close_connection()


def test_body_whose_attempts_are_over_holds_nobody_up(setup: GatewaySetup, settings: Settings) -> None:
    """It is taken apart by itself; its neighbours are stored, and so is what was good in it."""
    deliver(setup, [make_call(1)])
    GatewayInboxBody.objects.update(attempts=settings.LLM_GATEWAY_MAX_ATTEMPTS, last_error="killed")
    deliver(setup, [make_call(2)])
    later = timezone.now()
    while GatewayInboxBody.objects.exists():
        later += timedelta(hours=1)
        drain(later)
    assert sum_tokens(setup)[0][0] == 2


def test_claimed_bodies_are_not_claimed_twice(setup: GatewaySetup) -> None:
    """Two drains never hold one body."""
    deliver(setup, [make_call(1)])
    now = timezone.now()
    assert [len(claim_bodies(now=now)) for _ in range(2)] == [1, 0]


def test_drain_takes_no_more_than_it_can_hold(setup: GatewaySetup, settings: Settings) -> None:
    """A drain's size is bounded by bodies and bytes; one body is always taken."""
    settings.LLM_GATEWAY_DRAIN_MAX_BYTES = 1
    for number in range(3):
        deliver(setup, [make_call(number)])
    assert [drain().bodies for _ in range(4)] == [1, 1, 1, 0]


def test_insert_holds_no_more_events_than_memory_does(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of tiny events is inserted in several rounds, cut where a group of elements ends."""
    monkeypatch.setattr(row_batches, "GROUP_ELEMENTS", 2)
    monkeypatch.setattr(row_batches, "BATCH_EVENTS", 3)
    deliver(setup, [make_call(number) for number in range(5)])
    deliver(setup, [make_call(5, "team-omega")])
    bodies = claim_bodies(now=timezone.now())
    batches = list(row_batches.build_batches(bodies, now=timezone.now()))
    assert [(len(batch.rows), len(batch.rejects)) for batch in batches] == [(4, 0), (1, 1)]


def test_row_that_clickhouse_refuses_costs_no_neighbour(setup: GatewaySetup) -> None:
    """A value that does not fit its column is found by halving; the other rows are stored."""
    source = BodySource(attribution=load_attribution(setup.credential), received_at=timezone.now())
    body = json.dumps([make_call(number) for number in range(1, 6)]).encode()
    rows = [row for row in read_gateway_body(body, source) if not isinstance(row, Rejection)]
    rows[2]["input_tokens"] = 2**70
    (refused,) = insert_batch(rows, token="test")
    assert refused.row["generation_id"] == "r3"
    assert sum_tokens(setup)[0][0] == 4


def test_deep_event_costs_no_neighbour(setup: GatewaySetup) -> None:
    """Deep messages give way to a note; what cannot be written at all is rejected alone."""
    nested: Any = "deep"
    for _ in range(300):
        nested = [nested]
    deliver(setup, [make_call(1), make_call(2, messages=nested), make_call(3, request_tags=nested)])
    assert drain() == Drained(bodies=1, rows=2, rejected=1)
    assert RejectedEvent.objects.get().reason_code == "event_too_deep"
    assert sum_tokens(setup) == [(2, 200, 120, 10)]
