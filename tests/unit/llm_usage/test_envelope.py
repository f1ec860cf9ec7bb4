"""Request bodies → payloads."""

import math

import pytest

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.envelope import parse_body


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'[{"id": "a"}, {"id": "b"}]', id="array"),
        pytest.param(b'{"id": "a"}\n{"id": "b"}\n', id="lines"),
        pytest.param(b'\xef\xbb\xbf[{"id": "a"}, null, {"id": "b"}]', id="byte-order-mark-and-null"),
        pytest.param(b'{"id": "a"}\r\n\r\n{"id": "b"}', id="lines-with-carriage-returns"),
        pytest.param(b'null\n{"id": "a"}\n{"id": "b"}\nnull', id="lines-with-null"),
    ],
)
def test_parse_body_reads_every_shape_a_gateway_sends(body: bytes) -> None:
    """Arrays and lines give the same events; null elements are none."""
    assert parse_body(body) == [{"id": "a"}, {"id": "b"}]


def test_parse_body_reads_one_object() -> None:
    """One object is one event."""
    assert parse_body(b' {"id": "a"} ') == [{"id": "a"}]


@pytest.mark.parametrize("body", [b"[]", b"[null]", b"null", b"null\nnull"])
def test_parse_body_accepts_an_empty_batch(body: bytes) -> None:
    """No events is a valid answer to what a body holds."""
    assert parse_body(body) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "body_empty", id="empty"),
        pytest.param(b" \n", "body_empty", id="blank"),
        pytest.param(b"[1", "body_not_json", id="cut-short"),
        pytest.param(b"hello", "body_not_json", id="text"),
        pytest.param(b"hello\nworld", "body_not_json", id="lines-of-text"),
        pytest.param(b"7", "body_not_events", id="number"),
        pytest.param(b'"text"', "body_not_events", id="string"),
        pytest.param(b'{"a"\n}', "body_not_json", id="no-line-is-json"),
        pytest.param(b"[" * 100_000, "body_too_deep", id="nested-too-deep"),
        pytest.param(b'{"a": "\xff"}', "body_not_utf8", id="not-utf8"),
    ],
)
def test_parse_body_refuses_what_holds_no_event(body: bytes, code: str) -> None:
    """A body in which nothing can be read is refused with the reason."""
    with pytest.raises(InvalidBody) as refused:
        parse_body(body)
    assert refused.value.code == code


def test_parse_body_keeps_the_neighbours_of_a_broken_line() -> None:
    """One unreadable line costs that line."""
    first, broken, last = parse_body(b'{"id": 1}\n{"id": \n{"id": 3}')
    assert (first, last) == ({"id": 1}, {"id": 3})
    assert isinstance(broken, InvalidEvent)
    assert broken.code == "event_not_json"
    assert "line 2" in str(broken)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b'[{"id": 1}, [2]]', "element 1: expected an object, got an array", id="no-object"),
        pytest.param(b'[null, {"id": 1}, null, [2]]', "element 1: expected an object, got an array", id="after-null"),
        pytest.param(b'[null, {"id": 1}, {"id"}]', "element 1: expected JSON, ", id="after-null-in-broken-text"),
    ],
)
def test_parse_body_keeps_the_neighbours_of_an_element_that_is_no_event(body: bytes, message: str) -> None:
    """It is named by its position, for which `null` does not count."""
    first, broken = parse_body(body)
    assert first == {"id": 1}
    assert isinstance(broken, InvalidEvent)
    assert str(broken).startswith(message)


def test_parse_body_reads_numbers_that_json_does_not_allow() -> None:
    """NaN and Infinity, which Python gateways write, do not cost the event."""
    (event,) = parse_body(b'[{"cost": NaN, "top": Infinity, "id": "a"}]')
    assert isinstance(event, dict)
    assert math.isnan(event["cost"])
    assert event["top"] == math.inf


def test_parse_body_makes_every_text_storable() -> None:
    """A lone surrogate becomes a replacement character; an integer past 64 bits a float."""
    (event,) = parse_body(b'[{"text": "a\\ud800", "huge": 123456789012345678901234567890}]')
    assert event == {"text": "a?", "huge": 1.2345678901234568e29}
