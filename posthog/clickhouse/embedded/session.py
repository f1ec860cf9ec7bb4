"""One client, from its hello to its end."""

import hmac
import socket
from contextlib import closing, suppress
from dataclasses import dataclass

from clickhouse_driver.protocol import ClientPacketTypes

from posthog.clickhouse.embedded.byte_reader import ByteReader
from posthog.clickhouse.embedded.client_packets import REVISION, Hello, read_hello, read_query
from posthog.clickhouse.embedded.engine import Engine
from posthog.clickhouse.embedded.errors import Malformed, ServerError
from posthog.clickhouse.embedded.server_packets import PacketWriter
from posthog.clickhouse.embedded.statement_runner import StatementRunner
from posthog.clickhouse.embedded.watcher import Client, Watcher

AUTHENTICATION_FAILED = 516
HELLO_TIMEOUT_S = 10.0
RECEIVE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Account:
    """The one user."""

    user: str
    password: str

    def check(self, hello: Hello) -> None:
        """Raises AUTHENTICATION_FAILED, whichever of both is wrong."""
        is_user = hmac.compare_digest(hello.user.encode(), self.user.encode())
        is_password = hmac.compare_digest(hello.password.encode(), self.password.encode())
        if not (is_user and is_password):
            raise ServerError(
                AUTHENTICATION_FAILED,
                f"DB::Exception: {hello.user}: Authentication failed: password is incorrect, "
                "or there is no user with such name.",
            )


class Session:
    """Serves one client until it goes, or until its bytes make no sense."""

    def __init__(self, connection: socket.socket, *, engine: Engine, watcher: Watcher, account: Account) -> None:
        self._connection = connection
        self._engine = engine
        self._watcher = watcher
        self._account = account
        self._reader = ByteReader(self._receive)
        self._writer = PacketWriter(connection)

    def serve(self) -> None:
        """Until the end; the socket is closed then."""
        with self._connection, suppress(EOFError, OSError):
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.settimeout(HELLO_TIMEOUT_S)
            try:
                self._serve()
            except ServerError as error:
                self._writer.exception(error)

    def _serve(self) -> None:
        hello = read_hello(self._reader)
        self._account.check(hello)
        self._connection.settimeout(None)
        self._writer.revision = min(hello.revision, REVISION)
        client = Client(self._connection, self._reader)
        with closing(StatementRunner(self._engine, self._watcher, client, self._writer)) as runner:
            if hello.database:
                runner.use(hello.database)
            self._writer.hello(version=self._engine.version, timezone=self._engine.timezone)
            while True:
                self._serve_packet(runner)

    def _serve_packet(self, runner: StatementRunner) -> None:
        packet = self._reader.varint()
        if packet == ClientPacketTypes.PING:
            self._writer.pong()
        elif packet == ClientPacketTypes.QUERY:
            runner.run(read_query(self._reader, self._writer.revision))
        elif packet != ClientPacketTypes.CANCEL:  # a cancellation that came after the end
            raise Malformed(f"packet {packet} where a query belongs")

    def _receive(self) -> bytes:
        data = self._connection.recv(RECEIVE_BYTES)
        if not data:
            raise EOFError("the client has gone")
        return data

    def end(self, how: int) -> None:
        """
        Hear no more of the client.

        Args:
            how: SHUT_RD leaves it the answer that it waits for, SHUT_RDWR does not.
        """
        with suppress(OSError):
            self._connection.shutdown(how)
