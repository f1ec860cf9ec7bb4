"""
One POST to PostHog's capture API: `POST {host}/batch/` with the project's key, gzip, `sent_at`.

A `Post` for the shipper's sender, so that everything it promises holds here too: events leave the spool only when
PostHog answered 200. PostHog takes the same uuid once, and an event sent again has the same.
"""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from posthog.errors import InvalidEvent
from posthog.llm_gateway.answers import Answer, parse_retry_after
from posthog.llm_gateway.callbacks.capture_event import build_capture_event
from posthog.llm_gateway.callbacks.pacing import let_others_run
from posthog.llm_gateway.callbacks.size_limit import encode_within
from posthog.llm_gateway.transport import FAST, TEXT_CHARACTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Where events go; the key is the project's public one."""

    url: str
    api_key: str
    gateway_version: str = ""
    max_event_bytes: int = 1_000_000
    timeout_s: float = 30.0


class CapturePost:
    """A `Post` of spooled payloads over one kept connection; used by one thread."""

    def __init__(
        self, project: Project, *, clock: Callable[[], float], make_client: Callable[[], httpx.Client] = httpx.Client
    ) -> None:
        self._project = project
        self._clock = clock
        self._make_client = make_client
        self._client: httpx.Client | None = None

    def __call__(self, lines: Sequence[bytes]) -> Answer:
        try:
            body = self._encode(lines)
        except InvalidEvent as error:
            # As if PostHog had refused it: the sender halves the body until the bad event is alone, and keeps it.
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, error.code)
        try:
            self._client = self._client or self._make_client()
            response = self._client.post(
                self._project.url,
                content=gzip.compress(body, FAST, mtime=0),
                headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
                timeout=self._project.timeout_s,
            )
        except (httpx.HTTPError, OSError) as error:
            return Answer(None, type(error).__name__)
        return self._read_answer(response)

    def _encode(self, lines: Sequence[bytes]) -> bytes:
        batch = b",".join(map(self._encode_event, lines))
        sent_at = datetime.fromtimestamp(self._clock(), UTC).isoformat()
        head = json.dumps({"api_key": self._project.api_key, "sent_at": sent_at})[:-1].encode()
        return head + b',"batch":[' + batch + b"]}"

    def _encode_event(self, line: bytes) -> bytes:
        event = build_capture_event(json.loads(line), gateway_version=self._project.gateway_version)
        encoded = encode_within(event, max_bytes=self._project.max_event_bytes)
        let_others_run()
        return encoded

    def _read_answer(self, response: httpx.Response) -> Answer:
        """PostHog says 200 where the webhook says 202; a login page that says 200 is not JSON."""
        status, text = response.status_code, response.text[:TEXT_CHARACTERS]
        if status == HTTPStatus.OK and text.lstrip().startswith("{"):
            status = HTTPStatus.ACCEPTED
        return Answer(status, text, parse_retry_after(response.headers.get("Retry-After"), now=self._clock()))
