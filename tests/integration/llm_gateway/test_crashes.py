"""
The delivery promise of `posthog/llm_analytics/inbox.py`, line by line of its table: a process is stopped between
two steps of a real drain and then killed; afterwards every event is stored, and counted once.
"""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import psutil
import psycopg
import pytest
from django.utils import timezone
from pytest_django import Settings

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics import row_batches
from posthog.llm_analytics.inbox import list_stuck
from posthog.llm_analytics.ingestion import drain_once
from posthog.models import GatewayInboxBody, RejectedEvent
from tests.integration.application import ROOT, build_environ, wait_until
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events"),
]
DRIVER = "tests.integration.llm_gateway.drain_driver"
LATER = timedelta(hours=1)


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def start_drain(stop_after: int, poison: str = "") -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", DRIVER, str(stop_after), *([poison] if poison else [])]
    return subprocess.Popen(command, env=build_environ(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def kill_drain_after(stop_after: int) -> list[str]:
    """Let a drain come as far as its pause of that number, kill it there; the steps it had done."""
    with start_drain(stop_after) as drain:
        process = psutil.Process(drain.pid)
        wait_until(lambda: process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE), "drain stopped")
        assert process.status() == psutil.STATUS_STOPPED
        os.kill(drain.pid, signal.SIGKILL)
        assert drain.stdout is not None
        return drain.stdout.read().decode().split()


def count_stored(setup: GatewaySetup) -> tuple[int, int]:
    """Events and input tokens of team alpha, each event once."""
    sql = "SELECT count(), sum(input_tokens) FROM ai_events FINAL WHERE team_id = %(team_id)s"
    count, tokens = sync_execute(sql, {"team_id": setup.alpha.id})[0]
    return count, tokens


def drain_rest() -> None:
    """What the workers that are left do, once the dead one's claim has run out."""
    while drain_once(now=timezone.now() + LATER).bodies:
        pass


@pytest.mark.parametrize(
    ("stop_after", "steps", "stored"),
    [
        pytest.param(1, ["claimed"], 0, id="claimed"),
        pytest.param(2, ["claimed", "built"], 0, id="built"),
        pytest.param(3, ["claimed", "built", "inserted"], 2, id="inserted"),
        pytest.param(4, ["claimed", "built", "inserted", "settled"], 2, id="settled"),
    ],
)
def test_worker_killed_after_a_step(setup: GatewaySetup, stop_after: int, steps: list[str], stored: int) -> None:
    """Before its end the body is still there, claimed; the next drain brings each event and each reject, once."""
    deliver(setup, [make_call(1), make_call(2), make_call(3, "team-omega")])
    assert kill_drain_after(stop_after) == steps
    is_settled = steps[-1] == "settled"
    assert (count_stored(setup)[0], RejectedEvent.objects.count()) == (stored, int(is_settled))
    assert [body.claimed_at is not None for body in GatewayInboxBody.objects.all()] == ([] if is_settled else [True])
    drain_rest()
    assert count_stored(setup) == (2, 200)
    assert [reject.reason_code for reject in RejectedEvent.objects.all()] == ["team_unknown"]
    assert not GatewayInboxBody.objects.exists()


def test_worker_killed_between_two_inserts_of_a_large_body(setup: GatewaySetup) -> None:
    """Part of the body is stored; the next drain writes that part again, and nothing counts twice."""
    deliver(setup, [make_call(number, error_str="x" * 18_000_000) for number in range(1, 5)])
    body = GatewayInboxBody.objects.get()
    assert body.body_bytes > 2 * row_batches.BATCH_BYTES
    assert kill_drain_after(3) == ["claimed", "built", "inserted"]
    assert 0 < count_stored(setup)[0] < 4
    drain_rest()
    assert count_stored(setup) == (4, 400)


def test_worker_killed_within_the_settlement(setup: GatewaySetup) -> None:
    """Its transaction is not committed: the rejects are not there, the body is, and both are once afterwards."""
    deliver(setup, [make_call(1), make_call(2, "team-omega")])
    with psycopg.connect(build_environ()["DATABASE_URL"]) as other:
        other.execute("LOCK TABLE posthog_rejectedevent IN SHARE MODE")
        with start_drain(0) as drain:
            wait_until(lambda: _waits_for_lock(other), "the settlement waits")
            os.kill(drain.pid, signal.SIGKILL)
            drain.wait()
        other.rollback()
    assert (GatewayInboxBody.objects.count(), RejectedEvent.objects.count()) == (1, 0)
    drain_rest()
    assert (count_stored(setup), RejectedEvent.objects.count()) == ((1, 100), 1)


def _waits_for_lock(other: "psycopg.Connection[Any]") -> bool:
    sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'posthog_rejectedevent'::regclass"
    row = other.execute(sql).fetchone()
    return row is not None and row[0] > 0


def test_rows_that_clickhouse_lost_with_their_token_kept_come_again(setup: GatewaySetup) -> None:
    """ClickHouse notes an INSERT's token before it keeps the rows; killed in between, it must not drop the next try."""
    deliver(setup, [make_call(1), make_call(2)])
    kill_drain_after(3)
    sync_execute("ALTER TABLE ai_events DELETE WHERE 1", settings={"mutations_sync": 2})
    assert count_stored(setup)[0] == 0
    drain_rest()
    assert count_stored(setup) == (2, 200)


def test_claim_of_a_killed_worker_is_found(setup: GatewaySetup, settings: Settings) -> None:
    """Once its lease is over, the beat task sees it; while it lasts, it may still be alive."""
    deliver(setup, [make_call(1)])
    kill_drain_after(1)
    (body,) = GatewayInboxBody.objects.all()
    assert list_stuck(now=timezone.now()) == []
    assert list_stuck(now=timezone.now() + timedelta(seconds=settings.LLM_GATEWAY_CLAIM_LEASE_S + 1)) == [body]


def test_event_that_kills_every_worker_ends_alone_in_the_rejects(
    setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process that reads it dies on the spot; its neighbours are stored, and it is named."""
    monkeypatch.setenv("LLM_GATEWAY_MAX_ATTEMPTS", "1")
    deliver(setup, [make_call(number, session_id="poison" if number == 5 else None) for number in range(8)])
    deaths = 0
    while GatewayInboxBody.objects.exists() and deaths < 20:
        GatewayInboxBody.objects.filter(claimed_at__isnull=False).update(claimed_at=timezone.now() - LATER)
        with start_drain(0, "poison") as drain:
            deaths += drain.wait() == -signal.SIGKILL
    assert count_stored(setup) == (7, 700)
    (reject,) = RejectedEvent.objects.all()
    assert (reject.position, reject.reason_code) == (5, "event_unprocessable")
    assert "the worker died" in reject.reason
    assert deaths == 1 + 2 + 2  # as a whole, in each wider range, twice alone
