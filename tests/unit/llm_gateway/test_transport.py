"""The request on the wire, and what is made of the answer."""

import gzip
import hashlib
import hmac
from collections.abc import Callable

import httpx
import pytest

from posthog.llm_gateway.answers import Answer, Meaning, parse_retry_after
from posthog.llm_gateway.transport import HttpTransport, Receiver

NOW = 1_795_473_656.9
RECEIVER = Receiver(url="http://posthog.test/webhook", token="phg_token", signing_secret="s3cret")


def send(answer: Callable[[httpx.Request], httpx.Response], receiver: Receiver = RECEIVER) -> Answer:
    """Send two lines to a receiver at the network's far end."""
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        post = HttpTransport(receiver, make_client=lambda: client, clock=lambda: NOW)
        return post([b'{"id":"a"}', b'{"id":"b"}'])


def test_request_carries_credential_and_lines() -> None:
    """Compressed lines of JSON, the token, and who sends them."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(202)

    assert send(answer) == Answer(202)
    (request,) = requests
    assert request.headers["Authorization"] == "Bearer phg_token"
    assert request.headers["Content-Type"] == "application/x-ndjson"
    assert request.headers["User-Agent"].startswith("litellm/")
    assert " posthog-shipper/" in request.headers["User-Agent"]
    assert gzip.decompress(request.content) == b'{"id":"a"}\n{"id":"b"}'


def test_request_is_signed_over_time_and_body() -> None:
    """HMAC-SHA256 of the timestamp, a dot and the body as it is sent."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(202)

    send(answer)
    (request,) = requests
    expected = hmac.new(b"s3cret", b"1795473656." + request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-PostHog-Timestamp"] == "1795473656"
    assert request.headers["X-PostHog-Signature"] == f"v1={expected}"


def test_request_is_unsigned_without_a_secret() -> None:
    """Signing is optional."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400 if "X-PostHog-Signature" in request.headers else 202)

    assert send(answer, Receiver(url="http://posthog.test", token="phg_token")).status == 202


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_broken_connection_is_an_answer_too(error: httpx.TransportError) -> None:
    """The network fails as a matter of course: no exception, no status."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    assert send(answer) == Answer(None, type(error).__name__)


def test_answer_tells_when_to_come_again() -> None:
    """Status, the text's beginning and Retry-After."""
    response = httpx.Response(503, text="x" * 1000, headers={"Retry-After": "7"})
    assert send(lambda request: response) == Answer(503, "x" * 200, 7.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(None, None, id="absent"),
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("Mon, 23 Nov 2026 22:41:26 GMT", pytest.approx(29.1), id="date"),
        pytest.param("Mon, 23 Nov 2026 22:00:00 GMT", 0.0, id="past"),
        pytest.param("soon", None, id="text"),
        pytest.param("-5", None, id="negative"),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """Both forms of RFC 9110; anything else is nothing."""
    assert parse_retry_after(value, now=NOW) == seconds


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (202, Meaning.STORED),
        (None, Meaning.LATER),
        (408, Meaning.LATER),
        (429, Meaning.LATER),
        (500, Meaning.LATER),
        (503, Meaning.LATER),
        (400, Meaning.REFUSED),
        (413, Meaning.REFUSED),
        (415, Meaning.REFUSED),
        (422, Meaning.REFUSED),
        (401, Meaning.DENIED),
        (403, Meaning.DENIED),
        (200, Meaning.UNKNOWN),
        (302, Meaning.UNKNOWN),
        (404, Meaning.UNKNOWN),
    ],
)
def test_only_202_means_stored(status: int | None, meaning: Meaning) -> None:
    """Each status has one meaning."""
    assert Answer(status).meaning is meaning
