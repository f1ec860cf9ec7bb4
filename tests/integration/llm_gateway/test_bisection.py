"""A body that breaks every drain: halved until the event at fault is alone, its neighbours stored."""

import json
from datetime import timedelta
from typing import Any

import pytest
import zstandard
from django.utils import timezone
from pytest_django import Settings

from posthog.llm_analytics import ingestion, row_batches
from posthog.llm_analytics.gateway_bodies import prepare_event
from posthog.llm_analytics.inbox import IncomingBody, claim_bodies, requeue_ranges, store_body
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.rejected_content import open_content
from posthog.models import GatewayInboxBody, RejectedEvent
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]


@pytest.fixture
def setup(settings: Settings) -> GatewaySetup:
    settings.LLM_GATEWAY_MAX_ATTEMPTS = 2
    return make_gateway()


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading an event of this session takes more memory than there is."""

    def read_or_fail(element: Any, *others: Any) -> Any:
        if isinstance(element, dict) and element.get("session_id") == "poison":
            raise MemoryError
        return prepare_event(element, *others)

    monkeypatch.setattr(row_batches, "prepare_event", read_or_fail)


def drain_patiently(rounds: int = 80) -> None:
    """Drain again and again, each time late enough that everything is due."""
    now = timezone.now()
    for number in range(rounds):
        try:
            drain_once(now=now + timedelta(hours=number))
        except (MemoryError, zstandard.ZstdError):
            continue
        if not GatewayInboxBody.objects.exists():
            return


def store_raw(setup: GatewaySetup, body: bytes) -> None:
    incoming = IncomingBody(compressed=zstandard.ZstdCompressor().compress(body), body_bytes=len(body))
    store_body(incoming, credential=setup.credential, received_at=timezone.now())


@pytest.mark.parametrize("events", [1, 2, 13])
@pytest.mark.usefixtures("poison")
def test_event_at_fault_is_alone_in_the_rejects(setup: GatewaySetup, events: int) -> None:
    """Wherever it stands: the others become rows, it keeps its place and its numbers."""
    at = events // 2
    deliver(setup, [make_call(n, session_id="poison" if n == at else None) for n in range(events)])
    drain_patiently()
    assert len(list_ai_events(setup.alpha)) == events - 1
    reject = RejectedEvent.objects.get()
    assert (reject.position, reject.reason_code, reject.team) == (at, "event_unprocessable", setup.alpha)
    assert b'"litellm_call_id"' in (open_content(reject) or b"")
    assert "MemoryError" in reject.reason


@pytest.mark.usefixtures("poison")
def test_nulls_keep_no_place_in_either_way_of_reading(setup: GatewaySetup) -> None:
    """A reject's position is the same whether its body was read as a whole or in ranges."""
    deliver(setup, [None, make_call(1), None, "text", None, make_call(2, session_id="poison")])
    drain_patiently()
    codes = {reject.position: reject.reason_code for reject in RejectedEvent.objects.all()}
    assert codes == {1: "event_not_object", 2: "event_unprocessable"}


@pytest.mark.usefixtures("poison")
def test_neighbouring_bodies_are_not_held_up(setup: GatewaySetup) -> None:
    """What broke a drain comes alone from then on, and later; others go on meanwhile."""
    deliver(setup, [make_call(1, session_id="poison")])
    deliver(setup, [make_call(2)])
    now = timezone.now()
    with pytest.raises(MemoryError):
        drain_once(now=now)
    with pytest.raises(MemoryError):
        drain_once(now=now + timedelta(minutes=1))
    assert drain_once(now=now + timedelta(minutes=1)).rows == 1
    assert len(list_ai_events(setup.alpha)) == 1


def test_range_is_done_alone_and_the_rest_stays(setup: GatewaySetup) -> None:
    """A settled range leaves the body with what is left of it, due at once and with all its attempts."""
    deliver(setup, [make_call(number) for number in range(4)])
    now = timezone.now()
    (body,) = claim_bodies(now=now)
    requeue_ranges(body, [(0, 1), (1, 4)], now=now)
    assert drain_once(now=now).rows == 1
    left = GatewayInboxBody.objects.get()
    assert (left.pending_ranges, left.attempts, left.claimed_at) == ([[1, 4]], 0, None)
    assert drain_once(now=now).rows == 3
    assert not GatewayInboxBody.objects.exists()


def test_damaged_body_is_one_reject(setup: GatewaySetup) -> None:
    """Bytes that cannot be decompressed cannot be cut: there is no event to name."""
    deliver(setup, [make_call(1)])
    GatewayInboxBody.objects.update(body=b"no zstd frame")
    drain_patiently()
    reject = RejectedEvent.objects.get()
    assert (reject.position, reject.reason_code, reject.event) == (-1, "body_unprocessable", None)


def test_large_body_that_breaks_off_gives_what_was_whole(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was acknowledged unparsed: its whole events are stored, the rest is one reject that says so."""
    monkeypatch.setattr("posthog.llm_analytics.inbox_elements.PARSED_WHOLE_BYTES", 100)
    whole = json.dumps([make_call(1), make_call(2)]).encode()
    store_raw(setup, whole[:-1] + b', {"id": "r3", "mess')
    assert drain_once(now=timezone.now()).rows == 2
    reject = RejectedEvent.objects.get()
    assert (reject.position, reject.reason_code) == (2, "body_cut_short")


@pytest.mark.parametrize(
    "step",
    [
        *("prepare_event", "count_prepared", "check_prepared"),
        *("request_prepared", "account_prepared", "lay_out_prepared"),
    ],
)
def test_rules_that_stumble_cost_one_event(
    setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    """An error in reading is certain to come again: the event is a reject at once; what it quotes stays unsaid."""
    go_on = getattr(row_batches, step)

    def stumble(given: Any, *others: Any) -> Any:
        payload = given if isinstance(given, dict) else given.payload
        if payload["id"] == "r2":
            raise ValueError("could not convert 'the words of a customer'")
        return go_on(given, *others)

    monkeypatch.setattr(row_batches, step, stumble)
    deliver(setup, [make_call(1), make_call(2), make_call(3)])
    assert drain_once(now=timezone.now()) == ingestion.Drained(bodies=1, rows=2, rejected=1)
    reject = RejectedEvent.objects.get()
    assert (reject.reason_code, reject.reason) == ("event_unprocessable", "reading it failed: ValueError")
    assert "test_bisection.py" in caplog.text
    assert "the words of a customer" not in caplog.text
    assert reject.event is not None
