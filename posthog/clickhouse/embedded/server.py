"""Listens, gives each client a thread, and ends in order."""

import ipaddress
import logging
import os
import selectors
import socket
import threading
import time

from posthog.clickhouse.embedded.engine import Engine
from posthog.clickhouse.embedded.errors import StartError
from posthog.clickhouse.embedded.session import Account, Session
from posthog.clickhouse.embedded.watcher import Watcher

log = logging.getLogger(__name__)

BACKLOG = 1024
MAX_CLIENTS = 500
ACCEPT_PAUSE_S = 0.1
ANSWER_TIMEOUT_S = 3.0
"""For clients to take their last answer."""
FINISH_TIMEOUT_S = 12.0
"""For an INSERT that is being applied; everything else was cancelled."""


def require_loopback(host: str) -> str:
    """
    The address to listen on; passwords and rows travel in the clear, so they may not leave the machine.

    Raises:
        StartError: Another kind of address.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise StartError(
            f"--host: expected a loopback address such as 127.0.0.1, got {host}: the embedded ClickHouse serves "
            "this machine only; run a real server, and set CLICKHOUSE_HOST, to serve others."
        )
    return str(address)


def listen(host: str, port: int) -> socket.socket:
    """Open the port; raises StartError where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise StartError(f"--port: cannot listen on {host} port {port}: {error}.") from error


class Server:
    """The clients of one engine."""

    def __init__(self, engine: Engine, account: Account) -> None:
        self._engine = engine
        self._account = account
        self._watcher = Watcher()
        self._sessions: dict[threading.Thread, Session] = {}

    def serve(self, listener: socket.socket, stop: socket.socket) -> None:
        """Accept clients until something arrives on `stop`; then end them all."""
        self._watcher.start()
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(stop, selectors.EVENT_READ)
            while stop not in [key.fileobj for key, _ in selector.select()]:
                self._accept(listener)
        listener.close()
        self._end_sessions()
        self._watcher.stop()

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError as error:
            log.warning("accept_failed error=%s", error)
            time.sleep(ACCEPT_PAUSE_S)  # for want of descriptors, say: it would fail again at once
            return
        self._forget_ended()
        if len(self._sessions) >= MAX_CLIENTS:
            log.warning("client_refused clients=%d", len(self._sessions))
            client.close()
            return
        session = Session(client, engine=self._engine, watcher=self._watcher, account=self._account)
        thread = threading.Thread(target=session.serve, name="client", daemon=True)
        self._sessions[thread] = session
        thread.start()

    def _end_sessions(self) -> None:
        """Queries are cancelled, an INSERT that is being applied is finished, a client that does not read is cut."""
        for session in self._sessions.values():
            session.end(socket.SHUT_RD)
        self._join(ANSWER_TIMEOUT_S)
        for session in self._sessions.values():
            session.end(socket.SHUT_RDWR)
        self._join(FINISH_TIMEOUT_S)
        if self._sessions:
            log.error("statements_still_running count=%d", len(self._sessions))
            os._exit(1)  # the engine cannot be closed under them; its data is safe as after any crash

    def _join(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        for thread in self._sessions:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._forget_ended()

    def _forget_ended(self) -> None:
        self._sessions = {thread: session for thread, session in self._sessions.items() if thread.is_alive()}
