"""Postgres closes connections, as it does when it restarts: the web finds new ones, and no sender sees a 500."""

import http.client
import json
import threading
import time
from contextlib import closing

import pytest
from django.db import connection

from posthog.models import GatewayInboxBody
from tests.factories import make_payload
from tests.integration.application import wait_until
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/llm_gateway/webhook"
BODY = json.dumps([make_payload()]).encode()
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
BODY_AWAITED = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle' AND query LIKE '%is_private%'
    )
"""
"""The web asks whether the credential reaches a private team; what it needs next is the body."""


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def cut_connections() -> int:
    """End every backend of this database but the test's own; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        cursor.execute(CUT, [cursor.fetchone()[0]])
        return len(cursor.fetchall())


def is_body_awaited() -> bool:
    """Whether a connection that lives has answered the last question before the body."""
    with connection.cursor() as cursor:
        cursor.execute(BODY_AWAITED)
        (is_awaited,) = cursor.fetchone()
    return bool(is_awaited)


def read_status(answering: http.client.HTTPConnection) -> int:
    answer = answering.getresponse()
    answer.read()
    return answer.status


def send(port: int, setup: GatewaySetup) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as sending:
        sending.request("POST", PATH, BODY, setup.headers | {"Content-Type": "application/json"})
        return read_status(sending)


def time_body(port: int, setup: GatewaySetup) -> float:
    """Seconds that one takes while nothing is cut."""
    started_at = time.perf_counter()
    assert send(port, setup) == 202
    return time.perf_counter() - started_at


def test_connection_that_was_cut_between_two_bodies_is_made_anew(port: int, setup: GatewaySetup) -> None:
    """Each thread of the web looks whether its connection lives before it asks for a credential."""
    statuses = []
    for _ in range(8):
        statuses.append(send(port, setup))
        assert cut_connections()
    assert statuses == [202] * 8
    assert GatewayInboxBody.objects.count() == 8


def test_connection_that_is_cut_while_a_body_arrives_costs_an_answer(port: int, setup: GatewaySetup) -> None:
    """The credential was found, the row finds no connection: 503, and the thread's next body is taken."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as sending:
        for _ in range(3):
            cut_connections()
            sending.putrequest("POST", PATH)
            headers = setup.headers | {"Content-Type": "application/json", "Content-Length": str(len(BODY))}
            for name, value in headers.items():
                sending.putheader(name, value)
            sending.endheaders(BODY[:50])
            wait_until(is_body_awaited, "the body awaited")
            assert cut_connections()
            sending.send(BODY[50:])
            assert read_status(sending) == 503
            sending.close()
            assert [send(port, setup) for _ in range(4)] == [202] * 4
    assert GatewayInboxBody.objects.count() == 12


def test_connections_that_are_cut_at_any_moment_cost_no_more_than_an_answer(port: int, setup: GatewaySetup) -> None:
    """What got 202 is stored; the rest got 503."""
    pause_s = 2 * max(time_body(port, setup) for _ in range(3))  # some bodies get through, others do not
    statuses: list[int] = []
    senders = [threading.Thread(target=lambda: statuses.extend(send(port, setup) for _ in range(40))) for _ in range(3)]
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        cut_connections()
        time.sleep(pause_s)
    assert len(statuses) == 120
    assert set(statuses) <= {202, 503}
    assert GatewayInboxBody.objects.count() >= statuses.count(202) > 0
    assert send(port, setup) == 202
