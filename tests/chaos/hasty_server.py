"""A webhook that takes every body, and closes a connection that was idle for five seconds: uvicorn's default."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

KEEP_ALIVE_S = 5


class HastyServer:
    """
    On a free loopback port until the end of the block.

    Attributes:
        call_ids: LiteLLM's ids of the events it took.
    """

    def __init__(self) -> None:
        self.call_ids: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        call_ids = self.call_ids

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = KEEP_ALIVE_S

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                call_ids.update(event["litellm_call_id"] for event in json.loads(body))
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent: the ids are what is looked at."""

        return Handler
