"""Postgres closes connections, as it does when it restarts: the web finds new ones, and no sender sees a 500."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from posthog.models import GatewayInboxBody
from tests.factories import make_payload
from tests.integration.application import running_web
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/llm_gateway/webhook"
BODY = json.dumps([make_payload()]).encode()
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"

PAUSE_S = 0.02
"""Between two cuts: some bodies get through, others do not."""


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with running_web(tmp_path / "web.log") as port:
        yield port


def cut_connections() -> int:
    """End every backend of this database but the test's own; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        cursor.execute(CUT, [cursor.fetchone()[0]])
        return len(cursor.fetchall())


def read_status(answering: http.client.HTTPConnection) -> int:
    answer = answering.getresponse()
    answer.read()
    return answer.status


def send(port: int, setup: GatewaySetup) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as sending:
        sending.request("POST", PATH, BODY, setup.headers | {"Content-Type": "application/json"})
        return read_status(sending)


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
            sending.putrequest("POST", PATH)
            headers = setup.headers | {"Content-Type": "application/json", "Content-Length": str(len(BODY))}
            for name, value in headers.items():
                sending.putheader(name, value)
            sending.endheaders(BODY[:50])
            while not cut_connections():
                pass
            sending.send(BODY[50:])
            assert read_status(sending) == 503
            sending.close()
            assert [send(port, setup) for _ in range(4)] == [202] * 4
    assert GatewayInboxBody.objects.count() == 12


def test_connections_that_are_cut_at_any_moment_cost_no_more_than_an_answer(port: int, setup: GatewaySetup) -> None:
    """What got 202 is stored; the rest got 503."""
    statuses: list[int] = []
    senders = [threading.Thread(target=lambda: statuses.extend(send(port, setup) for _ in range(40))) for _ in range(3)]
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        cut_connections()
        time.sleep(PAUSE_S)
    assert len(statuses) == 120
    assert set(statuses) <= {202, 503}
    assert GatewayInboxBody.objects.count() >= statuses.count(202) > 0
    assert send(port, setup) == 202
