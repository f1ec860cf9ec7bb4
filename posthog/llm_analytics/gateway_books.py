"""
A gateway's own books: LiteLLM's spend log, read over its API.

`GET /spend/logs/v2` takes bounds in whole seconds, UTC, both inclusive; answers at most 1,000 rows a page, ordered by
the start alone; and counts no further than 10,000. Rows that began in one millisecond have no order among themselves,
so two pages may repeat one and leave out another. A window of time is therefore halved until one page holds it; only
a single second with more rows than a page is read page by page, and again until no page repeats a row.

Source: LiteLLM 1.108.7, `ui_view_spend_logs` in `litellm/proxy/spend_tracking/spend_management_endpoints.py`.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

from posthog.errors import AccountingError
from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_text

ROUTE = "/spend/logs/v2"
PAGE_ROWS = 1000
SECOND = timedelta(seconds=1)
MAX_ANSWER_BYTES = 512 * 1024 * 1024
TRIES = 4
BACKOFF_S = 1.0
PASSES = 20
SHOWN_CHARACTERS = 200


class BooksUnavailable(AccountingError):
    """The gateway's API did not give its spend log; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAccess:
    """
    How to reach a gateway's API.

    Attributes:
        base_url: http or https; a path of its own is kept.
        admin_key: A key that may see every row: the master key, or one of an administrator or their viewer.
    """

    base_url: str
    admin_key: str
    timeout_s: float = 60.0


class Page(NamedTuple):
    """`total` counts the window's rows; past 10,000 LiteLLM stops counting."""

    rows: list[JsonObject]
    total: int


class SpendLog:
    """The spend log of one gateway, over one kept connection; used by one thread."""

    def __init__(self, access: GatewayAccess, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """
        Raises:
            BooksUnavailable: The URL is none, or there is no key.
        """
        self._access = access
        self._sleep = sleep
        self._connection = _connect(access)
        self._path = urlsplit(access.base_url).path.rstrip("/") + ROUTE

    def list_rows(self, start: datetime, end: datetime) -> Iterator[JsonObject]:
        """
        Every row of a call that began at or after `start` and before `end`, once, in no particular order.

        Raises:
            BooksUnavailable: The gateway refused, or answered what is no spend log; rows before it were given.
        """
        seen: set[str] = set()
        first, last = _floor(start), _floor(end - timedelta(microseconds=1)) + SECOND
        for row in self._list_window(first, last):
            began_at, request_id = find_moment(row, "startTime"), find_text(row, "request_id")
            if began_at is None or request_id is None:
                raise BooksUnavailable(f"{ROUTE}: expected rows with request_id and startTime")
            if start <= began_at < end and request_id not in seen:
                seen.add(request_id)
                yield row

    def close(self) -> None:
        self._connection.close()

    def _list_window(self, start: datetime, end: datetime) -> Iterator[JsonObject]:
        page = self._read_page(start, end, number=1)
        if len(page.rows) < PAGE_ROWS or page.total <= len(page.rows):
            yield from page.rows
        elif end - start > SECOND:
            middle = start + SECOND * math.ceil((end - start) / SECOND / 2)
            yield from self._list_window(start, middle)
            yield from self._list_window(middle, end)
        else:
            yield from self._list_crowded_second(start, end)

    def _list_crowded_second(self, start: datetime, end: datetime) -> Iterator[JsonObject]:
        """Page through until one pass has shown as many rows as all passes have found."""
        found: dict[str, JsonObject] = {}
        for _ in range(PASSES):
            shown = list(self._page_through(start, end))
            found |= {str(row.get("request_id")): row for row in shown}
            if len(found) == len(shown):
                yield from found.values()
                return
        raise BooksUnavailable(f"{ROUTE}: pages of {start:%Y-%m-%d %H:%M:%S} UTC repeat rows; run again")

    def _page_through(self, start: datetime, end: datetime) -> Iterator[JsonObject]:
        number = 1
        while rows := self._read_page(start, end, number=number).rows:
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            number += 1

    def _read_page(self, start: datetime, end: datetime, *, number: int) -> Page:
        parameters = {
            "start_date": f"{start:%Y-%m-%d %H:%M:%S}",
            "end_date": f"{end:%Y-%m-%d %H:%M:%S}",
            "page": number,
            "page_size": PAGE_ROWS,
            "sort_by": "startTime",
            "sort_order": "asc",
        }
        return _parse_page(self._get(f"{self._path}?{urlencode(parameters)}"))

    def _get(self, target: str) -> bytes:
        """Ask, again where the gateway is away or overloaded. Redirects are not followed: they may lead the key out."""
        fault = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(BACKOFF_S * 2 ** (attempt - 1))
            try:
                status, body = self._ask(target)
            except (OSError, HTTPException) as error:
                self._connection.close()
                fault = f"{type(error).__name__}: {error}"
                continue
            if status == HTTPStatus.OK:
                return body
            fault = f"answered {status}: {body[:SHOWN_CHARACTERS].decode(errors='replace')}"
            if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
                break
        raise BooksUnavailable(f"{self._access.base_url}{ROUTE}: {fault}".replace(self._access.admin_key, "…"))

    def _ask(self, target: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._access.admin_key}", "Accept": "application/json"}
        self._connection.request("GET", target, headers=headers)
        with self._connection.getresponse() as response:
            body = response.read(MAX_ANSWER_BYTES)
            if not response.isclosed():
                raise HTTPException(f"an answer of more than {MAX_ANSWER_BYTES:,} bytes")
            return response.status, body


def _connect(access: GatewayAccess) -> HTTPConnection:
    """An unopened connection; `http.client` opens it, and opens it again after a close, by itself."""
    if not access.admin_key:
        raise BooksUnavailable("admin key: expected the gateway's, found none; see set_gateway_access")
    try:
        parts = urlsplit(access.base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise BooksUnavailable(f"base URL: expected http(s)://HOST, got {access.base_url!r}; see set_gateway_access")
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return make(host, port, timeout=access.timeout_s)


def _parse_page(body: bytes) -> Page:
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BooksUnavailable(f"{ROUTE}: expected JSON, got something else") from None
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BooksUnavailable(f"{ROUTE}: expected data: a list of rows, got something else")
    total = answer.get("total")
    return Page(rows, total if isinstance(total, int) else len(rows))


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
