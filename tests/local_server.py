"""A server of bytes on a free loopback port: it hears a request to its end and answers as the test says, TLS or not."""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Answer = Callable[[socket.socket, bytes], None]
"""Gets the connection and the whole request."""

WAIT_S = 20.0


def answer_with(status_line: str, body: bytes = b"", *headers: str) -> Answer:
    """Answer with a status, e.g. `200 OK`, and close."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status_line}", f"Content-Length: {len(body)}", *headers))

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head.encode() + b"\r\n" + body)

    return answer


@dataclass
class LocalServer:
    """
    Attributes:
        answers: Taken in turn, the last for good.
        requests: What was heard, in order; a connection whose TLS fails is not in it.
        connections: How many there were.
    """

    answers: list[Answer] = field(default_factory=lambda: [answer_with("200 OK")])
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_open = False
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if not self._is_open:
                connection.close()
                return
            self.connections += 1
            connection.settimeout(WAIT_S)
            try:
                self._talk(connection)
            except OSError:
                continue  # the client hung up; what it asked for is in `requests`
            finally:
                connection.close()

    def _talk(self, plain: socket.socket) -> None:
        connection = plain if self.tls is None else self.tls.wrap_socket(plain, server_side=True)
        with connection:
            request = _hear(connection)
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append(request)
            answer(connection, request)


def _hear(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (chunk := connection.recv(65536)):
            return request
        request += chunk
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
