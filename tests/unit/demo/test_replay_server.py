"""The replay server over HTTP."""

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from demo.replay_server import ReplayServer


@pytest.fixture
def connection() -> Iterator[HTTPConnection]:
    with ReplayServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        yield connection
        connection.close()
        server.shutdown()
        thread.join()


def test_plain_and_streamed_replies_share_a_connection(connection: HTTPConnection) -> None:
    """Both kinds end where they should: the next request on the connection is answered."""
    for is_stream, content_type in ((True, "text/event-stream"), (False, "application/json")):
        connection.request(
            "POST", "/anthropic/v1/messages", json.dumps({"model": "claude-opus-4-8", "stream": is_stream})
        )
        response = connection.getresponse()
        assert response.headers["content-type"] == content_type
        assert b"output_tokens" in response.read()


def test_stream_of_bedrock_is_binary(connection: HTTPConnection) -> None:
    """`converse-stream` answers with event stream messages, beginning with their length."""
    path = "/bedrock/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream"
    connection.request("POST", path, "{}")
    response = connection.getresponse()
    assert response.headers["content-type"] == "application/vnd.amazon.eventstream"
    body = response.read()
    assert int.from_bytes(body[:4]) == body.index(b"}") + 1 + 4


@pytest.mark.parametrize("body", ["no json", "[1]"])
def test_unreadable_request_is_refused(connection: HTTPConnection, body: str) -> None:
    """What is no JSON object gets a 400."""
    connection.request("POST", "/openai/v1/chat/completions", body)
    assert connection.getresponse().status == 400


def test_readiness_is_answered(connection: HTTPConnection) -> None:
    """`GET /ready` answers 200 as soon as requests are."""
    connection.request("GET", "/ready")
    assert connection.getresponse().status == 200
