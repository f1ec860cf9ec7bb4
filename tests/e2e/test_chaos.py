"""
Nothing is lost and nothing counted twice, whatever dies: the short form of `bin/bench chaos`.

One stack for all tests, started as a person starts it, with stores that are as durable as in production.
"""

import http.client
import json
import select
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.chaos import kills, outage
from tests.chaos.killer import PROGRAMS
from tests.chaos.senders import PATH, Door
from tests.chaos.stack_under_test import StackUnderTest, stack_under_test

KILLS = kills.Plan(calls=3000, kills=9, child_kills=2, spread_s=15.0)
OUTAGE = outage.Plan(away_s=15.0, bodies_per_s=4.0, calls_per_body=10)
LEASE_S = "5"
"""So that a killed worker's bodies are free again while the test still runs."""
WEB_PROCESS_BYTES, WORKER_PROCESS_BYTES = 300_000_000, 600_000_000
FLUSH_INTERVAL_S = 5.0
"""LiteLLM's: between two bodies a connection is idle for as long."""
LEAST_KEEP_ALIVE_S = 30


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackUnderTest]:
    instance = tmp_path_factory.mktemp("chaos") / "stack"
    with stack_under_test(instance, LLM_GATEWAY_CLAIM_LEASE_S=LEASE_S) as stack:
        yield stack


def is_open(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has not closed it: then there would be an end to read."""
    return select.select([connection.sock], [], [], 0)[0] == []


def post_nothing(connection: http.client.HTTPConnection, door: Door) -> int:
    """An empty batch; the status of the answer."""
    headers = {"Authorization": f"Bearer {door.token}", "Content-Type": "application/json"}
    connection.request("POST", PATH, json.dumps([]), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_every_call_counts_once_whatever_is_killed(stack: StackUnderTest) -> None:
    """Each call delivered up to five times, each program killed with SIGKILL: the store holds what was sent."""
    outcome = kills.run_kills(stack, KILLS)
    comparison = outcome.comparison
    assert (comparison.lost, comparison.repeated, comparison.foreign) == ([], 0, 0)
    assert comparison.differing == []
    assert comparison.unequal_sums == {}
    assert outcome.rejects == 0
    assert set(outcome.killed.programs) == set(PROGRAMS)
    assert outcome.killed.programs.total() == KILLS.kills
    assert set(outcome.heard.answers) <= {0, 202, 503}
    assert outcome.heard.deliveries > KILLS.calls


def test_webhook_answers_while_clickhouse_is_away(stack: StackUnderTest) -> None:
    """
    Every body is taken at once, waits in the inbox, and is drained when ClickHouse is back; memory stays small.

    Meanwhile a connection that a gateway would use again after its flush interval stays open, and is of use.
    """
    stack.wait_until_up(outage.SETTLING_S)
    with closing(http.client.HTTPConnection("127.0.0.1", stack.door.port, timeout=30)) as idle:
        assert post_nothing(idle, stack.door) == 202
        used, idle_since = idle.sock, time.monotonic()
        outcome = outage.run_outage(stack, OUTAGE)
        assert time.monotonic() - idle_since > FLUSH_INTERVAL_S + 1
        assert is_open(idle)
        assert post_nothing(idle, stack.door) == 202
        assert idle.sock is used
    assert dict(outcome.heard.answers) == {202: OUTAGE.bodies}
    assert outcome.waiting == OUTAGE.bodies
    assert (outcome.comparison.lost, outcome.comparison.repeated) == ([], 0)
    assert outcome.comparison.unequal_sums == {}
    assert outcome.memory.process_peaks["web"] < WEB_PROCESS_BYTES
    assert outcome.memory.process_peaks["worker"] < WORKER_PROCESS_BYTES


def test_connections_are_kept_alive_longer_than_any_gateway_waits(stack: StackUnderTest) -> None:
    """Far above the flush interval: at an equal time the connection is closed under the next body."""
    command = stack.started.find_child("web").cmdline()
    assert int(command[command.index("--keep-alive") + 1]) > LEAST_KEEP_ALIVE_S
