"""
Asks a provider's administrative API, with an admin key that is never stored, logged or repeated in a message.

429, 5xx and silence are tried again: after what `Retry-After` asks for, else after 1, 2, 4 … seconds. Whoever asks for
more than five minutes (Anthropic's limit is counted by the hour) is not waited for: the message says when to come
again. Redirects are not followed: they may lead the key out.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from ee.reconciliation.answer_fields import Node
from posthog.errors import AccountingError
from posthog.outbound_http import OutboundAnswer, OutboundFailed, OutboundRefused, OutboundRequest, send_outbound

TRIES = 5
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
MOST_ANSWER_BYTES = 64 << 20
SHOWN_CHARACTERS = 200
MOST_PAGES = 10_000
KEY = re.compile(r"\bsk-[\w*.…-]+")
USER_AGENT = "posthog-llm-accounting"

Params = Sequence[tuple[str, str | int]]
Progress = Callable[[int], None]
"""Told how many days of a report have come."""


class BooksUnavailable(AccountingError):
    """The provider did not give its books; the message says why, without the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAccess:
    """
    Attributes:
        headers: As the provider wants to be asked; the key is in one of them.
    """

    base_url: str
    key: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class AdminApi:
    """One provider's API."""

    def __init__(self, access: AdminAccess, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._access = access
        self._sleep = sleep

    def get(self, path: str, params: Params) -> Node:
        """
        The answer's JSON; numbers with a fraction are Decimal.

        Raises:
            BooksUnavailable: Refused, or still no answer after TRIES.
            BooksUnreadable: The answer is no JSON.
        """
        fault = ""
        for attempt in range(TRIES):
            try:
                answer = self._ask(path, params)
            except OutboundRefused as error:
                raise BooksUnavailable(f"{path}: {error}") from None
            except OutboundFailed as error:
                fault, wait_s = str(error), 0.0
            else:
                if answer.is_success:
                    return _parse(path, answer.body)
                fault, wait_s = self._describe(answer), _find_retry_after(answer)
                if answer.status != 429 and answer.status < 500:
                    raise BooksUnavailable(f"{path}: {fault}")
            if wait_s > LONGEST_WAIT_S:
                raise BooksUnavailable(f"{path}: {fault}; run again in {wait_s:.0f} seconds")
            if attempt < TRIES - 1:
                self._sleep(max(wait_s, FIRST_WAIT_S * 2**attempt))
        raise BooksUnavailable(f"{path}: {fault}, {TRIES} times")

    def list_buckets(self, path: str, params: Params, on_progress: Progress) -> Iterator[Node]:
        """
        The time buckets of a report, page by page: `{"data": […], "has_more": …, "next_page": …}`.

        Raises:
            BooksUnavailable, BooksUnreadable: As `get`; or its pages lead nowhere.
        """
        page: str | None = None
        seen: set[str] = set()
        while len(seen) < MOST_PAGES:
            answer = self.get(path, [*params, ("page", page)] if page else params)
            buckets = answer.list_children("data")
            yield from buckets
            on_progress(len(buckets))
            has_more = answer.child("has_more")
            if not isinstance(has_more.value, bool):
                raise has_more.fail("true or false")
            if not has_more.value:
                return
            page = answer.child("next_page").read_text()
            if not page or page in seen:
                raise answer.child("next_page").fail("a page that was not read before")
            seen.add(page)
        raise BooksUnavailable(f"{path}: more than {MOST_PAGES:,} pages")

    def _ask(self, path: str, params: Params) -> OutboundAnswer:
        url = f"{self._access.base_url.rstrip('/')}{path}"
        request = OutboundRequest(
            url=f"{url}?{urlencode(params)}" if params else url,
            method="GET",
            headers={"Accept": "application/json", "User-Agent": USER_AGENT, **self._access.headers},
            max_answer_bytes=MOST_ANSWER_BYTES,
        )
        answer = send_outbound(request)
        if len(answer.body) >= MOST_ANSWER_BYTES:
            raise BooksUnavailable(f"{path}: an answer of {MOST_ANSWER_BYTES:,} bytes or more")
        return answer

    def _describe(self, answer: OutboundAnswer) -> str:
        """The status and the API's own sentence; providers repeat parts of keys in it."""
        sentence = _find_sentence(answer.body).replace(self._access.key, "…")
        sentence = KEY.sub("…", sentence)[:SHOWN_CHARACTERS]
        return f"answered {answer.status}" + (f": {sentence}" if sentence else "")


def _parse(path: str, body: bytes) -> Node:
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Node(body.decode(errors="replace"), path).fail("JSON") from None
    return Node(value, f"{path}: ")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _find_sentence(body: bytes) -> str:
    """`{"error": {"message": …}}`, as all three answer; '' where it is something else."""
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""


def _find_retry_after(answer: OutboundAnswer) -> float:
    """Seconds, 0 where none are asked for; the header's other form, a date, is not used by these APIs."""
    text = answer.headers.get("retry-after", "")
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) else 0.0
