"""Payload → line: JSON whatever is in it, on one line, numbered."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from posthog.llm_gateway.event_lines import encode_json, encode_line, splice_member
from posthog.llm_usage.envelope import parse_body


class Model:
    """Looks like pydantic's."""

    def model_dump(self) -> dict[str, int]:
        return {"tokens": 3}


class Unreadable:
    """Fails when it is asked for its text."""

    def __str__(self) -> str:
        raise LookupError("no text")


def test_line_begins_with_the_numbering() -> None:
    """Shipper, sequence and the time of acceptance stand before the payload's own members."""
    line = encode_line({"id": "a"}, shipper_id="s", sequence=12, accepted_at=1795473656.1204)
    assert line == (b'{"posthog_shipper":{"id":"s","sequence":12,"accepted_at":"2026-11-23T22:40:56.120Z"},"id":"a"}')


def test_member_is_spliced_into_an_empty_object() -> None:
    """No comma where nothing follows."""
    assert splice_member("a", {"b": 1}, into=b"{}") == b'{"a":{"b":1}}'


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        pytest.param(Model(), {"tokens": 3}, id="model"),
        pytest.param(datetime(2026, 11, 18, tzinfo=UTC), "2026-11-18T00:00:00+00:00", id="time"),
        pytest.param({1}, [1], id="set"),
        pytest.param(b"secret", "<6 bytes>", id="bytes"),
        pytest.param(Unreadable(), "<Unreadable>", id="unreadable"),
        pytest.param({("a", 1): 2, "b": 3}, {"b": 3}, id="key-that-is-no-text"),
        pytest.param("line\nbreak \ud800 \x00", "line\nbreak \ud800 \x00", id="odd-text"),
        pytest.param(2**70, 2**70, id="large-number"),
    ],
)
def test_any_value_becomes_json(value: object, encoded: object) -> None:
    """What JSON cannot say becomes what it can."""
    line = encode_json({"value": value})
    assert b"\n" not in line
    assert line.isascii()
    assert json.loads(line) == {"value": encoded}


def test_circular_payload_is_cut() -> None:
    """A payload that refers to itself ends where it does."""
    payload: dict[str, Any] = {"id": "a"}
    payload["self"] = [payload]
    assert json.loads(encode_json(payload)) == {"id": "a", "self": ["<circular reference>"]}


def test_deep_payload_is_cut() -> None:
    """Nesting past what the encoder can follow is cut, the rest stays."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    line = encode_json({"id": "a", "deep": deep})
    assert b"<too deep>" in line
    assert json.loads(line)["id"] == "a"


def test_receiver_reads_nan() -> None:
    """A cost that is no number reaches the receiver as such and costs no other event."""
    lines = [encode_line({"cost": float("nan")}, shipper_id="s", sequence=n, accepted_at=0.0) for n in (1, 2)]
    assert len(parse_body(b"\n".join(lines))) == 2
