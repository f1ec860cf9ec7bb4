"""
LiteLLM's spend log API in small: `GET /spend/logs/v2` with its bounds, pages and order, over rows in memory.

Rows of one millisecond come in another order at each request, as Postgres may answer them. For tests without a
gateway; `tests/e2e/test_reconciliation.py` reads LiteLLM's own.
"""

import json
import random
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

COUNTED_MOST = 10_000
LARGEST_PAGE = 1000


class SpendLogApi:
    """
    Serves on a free loopback port.

    Attributes:
        failures: Answers to give first, instead of rows.
        targets: What was asked, in order.
    """

    def __init__(self, rows: list[dict[str, Any]], *, key: str = "sk-admin") -> None:
        self.rows = rows
        self.key = key
        self.failures: list[tuple[int, Any]] = []
        self.targets: list[str] = []
        self._random = random.Random(20260801)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, target: str, authorization: str) -> tuple[int, Any]:
        """The status and the body."""
        self.targets.append(target)
        if self.failures:
            return self.failures.pop(0)
        if authorization != f"Bearer {self.key}":
            return HTTPStatus.UNAUTHORIZED, {"error": {"message": "Authentication Error"}}
        return HTTPStatus.OK, self._read_page(
            {key: value[0] for key, value in parse_qs(urlsplit(target).query).items()}
        )

    def _read_page(self, asked: dict[str, str]) -> dict[str, Any]:
        start, end = (_parse(asked[name]) for name in ("start_date", "end_date"))
        size, page = int(asked["page_size"]), int(asked["page"])
        assert size <= LARGEST_PAGE
        assert (asked["sort_by"], asked["sort_order"]) == ("startTime", "asc")
        found = [row for row in self.rows if start <= datetime.fromisoformat(row["startTime"]) <= end]
        self._random.shuffle(found)
        found.sort(key=lambda row: datetime.fromisoformat(row["startTime"]))
        return {
            "data": found[(page - 1) * size : page * size],
            "total": min(len(found), COUNTED_MOST),
            "page": page,
            "page_size": size,
            "total_is_capped": len(found) > COUNTED_MOST,
        }

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


def _parse(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def _make_handler(api: SpendLogApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, answer = api.answer(self.path, self.headers.get("authorization", ""))
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    return Handler
