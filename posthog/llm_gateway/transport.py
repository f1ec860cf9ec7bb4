"""One POST: lines of JSON, compressed, with the credential and (if configured) a signature."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import httpx

from posthog.llm_gateway.answers import Answer, parse_retry_after
from posthog.llm_gateway.signature import sign_body

SHIPPER_VERSION = "1"
FAST = 1
TEXT_CHARACTERS = 200

Post = Callable[[Sequence[bytes]], Answer]
"""Sends event lines as one body; never raises, for the network fails as a matter of course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where to send and as whom; an empty secret leaves requests unsigned."""

    url: str
    token: str
    signing_secret: str = ""
    timeout_s: float = 30.0


class HttpTransport:
    """A `Post` over one kept connection; used by one thread."""

    def __init__(
        self, receiver: Receiver, *, clock: Callable[[], float], make_client: Callable[[], httpx.Client] = httpx.Client
    ) -> None:
        self._receiver = receiver
        self._clock = clock
        self._make_client = make_client
        self._client: httpx.Client | None = None
        self._user_agent = f"litellm/{_find_litellm_version()} posthog-shipper/{SHIPPER_VERSION}"

    def __call__(self, lines: Sequence[bytes]) -> Answer:
        body = gzip.compress(b"\n".join(lines), FAST, mtime=0)
        try:
            # Made here, in the sender's thread: reading the certificates takes time, and can fail.
            self._client = self._client or self._make_client()
            response = self._client.post(
                self._receiver.url,
                content=body,
                headers=self._build_headers(body),
                timeout=self._receiver.timeout_s,
            )
        except (httpx.HTTPError, OSError) as error:
            return Answer(None, type(error).__name__)
        retry_after_s = parse_retry_after(response.headers.get("Retry-After"), now=self._clock())
        return Answer(response.status_code, response.text[:TEXT_CHARACTERS], retry_after_s)

    def _build_headers(self, body: bytes) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {self._receiver.token}",
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "User-Agent": self._user_agent,
        }
        if self._receiver.signing_secret:
            headers |= sign_body(body, secret=self._receiver.signing_secret, timestamp=int(self._clock()))
        return headers


def _find_litellm_version() -> str:
    try:
        return version("litellm")
    except PackageNotFoundError:
        return "unknown"
