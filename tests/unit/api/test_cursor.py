"""Cursors: theirs is none of ours, another question's is refused."""

import base64

import orjson
import pytest
from rest_framework.exceptions import ValidationError

from posthog.api.rest.cursor import (
    Parser,
    decode_cursor,
    encode_cursor,
    parse_id,
    parse_moment,
    parse_number,
    parse_uuid,
)

UUID_TEXT = "466ac92b-3cd2-5fe2-8eea-bdec23727b1b"
PARSERS = (parse_number, parse_uuid)


def test_cursor_comes_back_as_it_was() -> None:
    """For the same question, whatever the page's size."""
    for value in (None, 5, 0.25):
        cursor = encode_cursor([value, UUID_TEXT], question=["q", 1])
        assert decode_cursor(cursor, question=["q", 1], parsers=PARSERS) == [value, UUID_TEXT]


def forge(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("ä", id="no-ascii"),
        pytest.param("====", id="padding"),
        pytest.param(forge(None), id="null"),
        pytest.param(forge("text"), id="text"),
        pytest.param(forge({"a": 1}), id="object"),
        pytest.param(forge([]), id="empty-list"),
        pytest.param(forge(["x", 1, UUID_TEXT]), id="other-fingerprint"),
        pytest.param(encode_cursor(["1 OR 1", UUID_TEXT], question="q"), id="no-number"),
        pytest.param(encode_cursor([1, "x"], question="q"), id="no-uuid"),
        pytest.param(encode_cursor([1], question="q"), id="too-short"),
        pytest.param(encode_cursor([1, UUID_TEXT, 2], question="q"), id="too-long"),
        pytest.param(encode_cursor([1, UUID_TEXT], question="p"), id="other-question"),
    ],
)
def test_what_is_no_cursor_of_this_question_is_refused(cursor: str) -> None:
    """A 400 that names the parameter, whoever made it up."""
    with pytest.raises(ValidationError) as refused:
        decode_cursor(cursor, question="q", parsers=PARSERS)
    assert list(refused.value.detail) == ["cursor"]


@pytest.mark.parametrize(
    ("parser", "value"),
    [
        (parse_moment, "2026-11-01"),
        (parse_moment, 5),
        (parse_moment, "9999-12-31T23:59:59.999999+00:00"),
        (parse_moment, "0001-01-01T00:00:00+14:00"),
        (parse_id, "5"),
    ],
)
def test_parts_of_other_types_are_refused(parser: Parser, value: object) -> None:
    """Moments have an offset, ids are numbers."""
    with pytest.raises(ValidationError):
        decode_cursor(encode_cursor([value], question="q"), question="q", parsers=[parser])
