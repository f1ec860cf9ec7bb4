"""A webhook that can go away and come back: keeps what it acknowledged, by path."""

import gzip
import json
import threading
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class OutageReceiver:
    """
    Answers 202 on a free loopback port; while `is_down` every connection is dropped without an answer.

    Attributes:
        payloads: The events of acknowledged bodies in order, by the path they were posted to.
        dropped: How many bodies were dropped, by path.
    """

    def __init__(self) -> None:
        self.payloads: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.dropped: Counter[str] = Counter()
        self.is_down = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _make_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def list_call_ids(self, path: str) -> list[str]:
        """LiteLLM's id of each received event, repeated where it came more than once."""
        return [payload["litellm_call_id"] for payload in self.payloads[path]]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def parse_body(body: bytes) -> list[dict[str, Any]]:
    """A JSON array, or one JSON object a line."""
    if body.lstrip()[:1] == b"[":
        events: list[dict[str, Any]] = json.loads(body)
        return events
    return [json.loads(line) for line in body.splitlines() if line]


def _make_handler(receiver: OutageReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if receiver.is_down.is_set():
                receiver.dropped[self.path] += 1
                self.close_connection = True
                return
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.payloads[self.path] += parse_body(body)
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: the payloads are what is looked at."""

    return Handler
