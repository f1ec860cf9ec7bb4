"""The webhook behind its real web server: what a test client cannot send."""

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from posthog.models import GatewayInboxBody
from tests.factories import make_payload
from tests.integration.application import running_web
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/llm_gateway/webhook"


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def read_answer(connection: http.client.HTTPConnection) -> tuple[int, Any]:
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        yield connection


def send_raw(port: int, setup: GatewaySetup, rest: bytes) -> tuple[int, Any]:
    """Send a request whose last headers and body are given byte by byte, then end the sending."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {setup.headers['Authorization']}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(head.encode() + b"Content-Type: application/json\r\n" + rest)
        wire.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        return answer.status, json.loads(answer.read() or b"{}")


def test_every_way_to_send_a_body_is_taken(port: int, setup: GatewaySetup) -> None:
    """Announced, chunked, gzip, and all of them over one connection that stays open."""
    body = json.dumps([make_payload()]).encode()
    zipped = gzip.compress(body)
    headers = setup.headers | {"Content-Type": "application/json"}
    with connected(port) as connection:
        for sent, encoding in [(body, "identity"), (zipped, "gzip")]:
            encoded = headers | {"Content-Encoding": encoding}
            connection.request("POST", PATH, sent, encoded)
            wire = connection.sock
            assert read_answer(connection)[1]["events"] == 1
            connection.request("POST", PATH, iter([sent[:50], sent[50:]]), encoded, encode_chunked=True)
            assert read_answer(connection)[1]["events"] == 1
            assert connection.sock is wire
    assert GatewayInboxBody.objects.count() == 4


def test_unread_rest_of_a_refused_body_is_no_request(port: int, setup: GatewaySetup) -> None:
    """A stranger's body is not read; what comes after it over the same connection is."""
    body = json.dumps([make_payload()]).encode()
    json_ = {"Content-Type": "application/json"}
    with connected(port) as connection:
        connection.request("POST", PATH, body, {"Authorization": "Bearer phg_nobody", **json_})
        assert read_answer(connection)[0] == 401
        connection.request("POST", PATH, body, setup.headers | json_)
        assert read_answer(connection)[0] == 202


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        pytest.param(b"Content-Length: 100\r\n\r\n[{", "body_truncated", id="shorter-than-announced"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n5\r\n[{}]\r\n", "body_truncated", id="last-chunk-missing"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n[{}]\r\n", "body_truncated", id="no-chunk-size"),
    ],
)
def test_body_that_breaks_off_is_refused(port: int, setup: GatewaySetup, rest: bytes, code: str) -> None:
    """400 and not 500: what arrived is no body, and nothing of it is stored."""
    status, answer = send_raw(port, setup, rest)
    assert (status, answer.get("code")) == (400, code)
    assert not GatewayInboxBody.objects.exists()


def test_chunked_body_is_bounded(tmp_path: Path, setup: GatewaySetup) -> None:
    """No announced length, the same limit."""
    chunks = iter([b"[" + b" " * 600, b" " * 600 + b"]"])
    headers = setup.headers | {"Content-Type": "application/json"}
    with running_web(tmp_path / "web.log", LLM_GATEWAY_MAX_BODY_BYTES="1000") as port, connected(port) as connection:
        connection.request("POST", PATH, chunks, headers, encode_chunked=True)
        status, answer = read_answer(connection)
    assert (status, answer["code"]) == (413, "body_too_large")


def test_gateway_comes_again_when_postgres_is_away(tmp_path: Path, setup: GatewaySetup) -> None:
    """503 with Retry-After is what a gateway sends again; nothing else is."""
    nowhere = "postgres://nobody@127.0.0.1:1/none"
    headers = setup.headers | {"Content-Type": "application/json"}
    with running_web(tmp_path / "web.log", DATABASE_URL=nowhere) as port, connected(port) as connection:
        connection.request("POST", PATH, b"[]", headers)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Retry-After")) == (503, "5")
        assert json.loads(answer.read())["code"] == "store_unavailable"


def test_no_content_and_no_secret_in_the_webs_log(tmp_path: Path, setup: GatewaySetup) -> None:
    """Taken or refused, a body and a token leave nothing behind in the log."""
    log, marker = tmp_path / "web.log", "the-words-of-a-customer"
    bodies = [json.dumps([make_payload(messages=marker)]), f'["{marker}"]', f"{marker}", f'[{{"{marker}"']
    with running_web(log, LOG_LEVEL="debug") as port:
        for body in bodies:
            for headers in (setup.headers, {"Authorization": f"Bearer phg_{marker}"}):
                with connected(port) as connection:
                    connection.request("POST", PATH, body, headers | {"Content-Type": "application/json"})
                    assert read_answer(connection)[0] in (202, 400, 401)
    written = log.read_text()
    assert '"event": "webhook_batch_stored"' in written
    assert marker not in written
    assert setup.token not in written
