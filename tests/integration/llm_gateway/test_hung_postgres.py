"""Postgres hangs: its connections stay open and nothing comes back. The web must not hang with it."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from posthog.models import GatewayInboxBody
from tests.factories import make_payload
from tests.integration.application import build_environ, running_web
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/llm_gateway/webhook"
RECEIVE_BYTES = 65536


class StallingProxy:
    """Passes bytes on to a server; once stalled it takes them and passes nothing on, on connections old and new."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.is_stalled = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._sockets += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(RECEIVE_BYTES):
                if not self.is_stalled.is_set():
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for opened in self._sockets:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads it
            opened.close()


@pytest.fixture
def proxy() -> Iterator[StallingProxy]:
    url = urlsplit(build_environ()["DATABASE_URL"])
    with closing(StallingProxy((str(url.hostname), int(url.port or 0)))) as proxy:
        yield proxy


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


@contextmanager
def running_behind(proxy: StallingProxy, log: Path) -> Iterator[int]:
    url = urlsplit(build_environ()["DATABASE_URL"])
    behind = url._replace(netloc=f"{url.netloc.rpartition(':')[0]}:{proxy.port}").geturl()
    with running_web(log, DATABASE_URL=behind, DATABASE_ANSWER_TIMEOUT_S="1") as port:
        yield port


def send(port: int, setup: GatewaySetup) -> tuple[int, str | None]:
    """Status and error code of the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        headers = setup.headers | {"Content-Type": "application/json"}
        connection.request("POST", PATH, json.dumps([make_payload()]).encode(), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("code")


def test_hung_postgres_costs_an_answer_and_no_thread(proxy: StallingProxy, setup: GatewaySetup, tmp_path: Path) -> None:
    """503 while it hangs, as often as somebody asks, more often than there are threads; 202 once it is back."""
    with running_behind(proxy, tmp_path / "web.log") as port:
        assert send(port, setup) == (202, None)
        proxy.is_stalled.set()
        answers: list[tuple[int, str | None]] = []
        senders = [threading.Thread(target=lambda: answers.append(send(port, setup))) for _ in range(20)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert answers == [(503, "store_unavailable")] * 20
        proxy.is_stalled.clear()
        assert send(port, setup) == (202, None)
    assert GatewayInboxBody.objects.count() == 2
