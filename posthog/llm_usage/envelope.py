"""
Request body → payloads: a JSON array, one JSON object, or one JSON object a line.

A gateway's body is parsed as leniently as its meaning stays certain: NaN, Infinity, lone surrogates and
integers past 64 bits are read (as the non-counts they are), and `null` elements are skipped: the gateway
writes them for events it could not serialize; a line or a whole body of `null` likewise. One unreadable
line of several costs that line, not its neighbours, and so does an event that is nested too deep.

What LiteLLM's price map says of a payload's model, which nobody reads, may stay a text (`unread_price_map`).
"""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.elements import split_elements
from posthog.llm_usage.nesting import MAX_DEPTH, is_nested_deeper
from posthog.llm_usage.unread_price_map import decode_events

Payload = dict[str, Any]

CUT_BYTES = 256 * 1024
"""What is followed for brackets at once: a regular expression remembers every escape that it passed."""


class UnreadableEvent(InvalidEvent):
    """An element that is no event; `text` is what stood there."""

    def __init__(self, code: str, message: str, text: bytes) -> None:
        super().__init__(code, message)
        self.text = text


def parse_body(body: bytes, *, max_depth: int = MAX_DEPTH) -> list[Payload | InvalidEvent]:
    """
    Parse one request body. Messages count its elements as positions do: from 0, without those that are `null`.

    Args:
        body: Decompressed bytes; UTF-8, with or without a byte order mark.
        max_depth: Levels on which an event may be nested.
    Returns:
        One entry per event, in order; an entry that is no event is the error that says why.
    Raises:
        InvalidBody: Nothing in it could be read: empty, not JSON, or neither object nor array at the top.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise InvalidBody("body_empty", "body: expected JSON, got nothing")
    is_array = text[:1] == b"["
    if is_nested_deeper(text, max_depth + is_array):
        error = InvalidBody("body_too_deep", f"body: nested deeper than {max_depth} levels")
        return _parse_each(text, error, max_depth) if is_array else _parse_lines(text, error, max_depth)
    try:
        parsed = _parse_events(text)
    except InvalidBody as error:
        if is_array:
            return _parse_each(text, error, max_depth)
        if b"\n" not in text:
            raise
        nothing = InvalidBody("body_not_json", "body: expected JSON or one JSON object a line, found neither")
        return _parse_lines(text, nothing, max_depth)
    if isinstance(parsed, list):
        return list(_list_payloads(parsed))
    if parsed is None or isinstance(parsed, dict):
        return list(_list_payloads([parsed]))
    raise InvalidBody("body_not_events", f"body: expected a JSON array or object, got {_json_type(parsed)}")


def parse_element(text: bytes, name: str, *, max_depth: int = MAX_DEPTH) -> Payload | InvalidEvent | None:
    """
    Parse one element that was cut from a body; None where it is `null`.

    Args:
        name: What messages call it, e.g. `element 7`.
        max_depth: Levels on which it may be nested.
    """
    if is_nested_deeper(text, max_depth):
        return UnreadableEvent("event_too_deep", f"{name}: nested deeper than {max_depth} levels", text)
    try:
        parsed = _parse_events(text)
    except InvalidBody as error:
        code = error.code.replace("body_", "event_", 1)
        return UnreadableEvent(code, f"{name}: {str(error).removeprefix('body: ')}", text)
    if parsed is None or isinstance(parsed, dict):
        return parsed
    return _no_object(parsed, name, text)


def parse_json(text: bytes) -> Any:
    """
    Decode JSON the fast way, else the lenient way.

    Raises:
        InvalidBody: Not JSON, not UTF-8, or nested deeper than the decoder can follow.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return _parse_leniently(text, error)


def _parse_events(text: bytes) -> Any:
    try:
        return decode_events(text)
    except orjson.JSONDecodeError as error:
        return _parse_leniently(text, error)


def _parse_leniently(text: bytes, error: orjson.JSONDecodeError) -> Any:
    try:
        # Decoded here: from bytes, `json` would take UTF-16 and UTF-32, too.
        return _make_storable(json.loads(text.decode("utf-8", "surrogatepass")))
    except RecursionError:
        raise InvalidBody("body_too_deep", "body: nested deeper than 1000 levels") from None
    except UnicodeDecodeError as not_utf8:
        raise InvalidBody("body_not_utf8", f"body: expected UTF-8, byte {not_utf8.start} is not") from None
    except ValueError:
        raise InvalidBody("body_not_json", f"body: expected JSON, {error.msg} (at {error.pos})") from None


def _make_storable(value: Any) -> Any:
    """Replace what JSON can say but no column can hold: lone surrogates, integers past 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_make_storable(key): _make_storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_make_storable(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return _to_float(value)
    return value


def _to_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _parse_each(array: bytes, error: InvalidBody, max_depth: int) -> list[Payload | InvalidEvent]:
    """Parse the elements of an array that could not be parsed as a whole; the array itself must be closed."""
    try:
        texts = enumerate(text for text in split_elements(_cut(array)) if text != b"null")
        elements = [parse_element(text, f"element {n}", max_depth=max_depth) for n, text in texts]
    except InvalidBody:
        raise error from None
    return _require_readable([element for element in elements if element is not None], error)


def _cut(text: bytes) -> Iterator[bytes]:
    return (text[start : start + CUT_BYTES] for start in range(0, len(text), CUT_BYTES))


def _parse_lines(text: bytes, error: InvalidBody, max_depth: int) -> list[Payload | InvalidEvent]:
    lines = [(number, line) for number, line in enumerate(text.split(b"\n"), start=1) if line.strip()]
    events = [parse_element(line.strip(), f"line {number}", max_depth=max_depth) for number, line in lines]
    return _require_readable([event for event in events if event is not None], error)


def _require_readable(elements: list[Payload | InvalidEvent], error: InvalidBody) -> list[Payload | InvalidEvent]:
    if elements and all(isinstance(element, InvalidEvent) for element in elements):
        raise error
    return elements


def _list_payloads(elements: list[Any]) -> Iterator[Payload | InvalidEvent]:
    for position, element in enumerate(element for element in elements if element is not None):
        yield element if isinstance(element, dict) else _no_object(element, f"element {position}", _dump(element))


def _no_object(value: Any, name: str, text: bytes) -> UnreadableEvent:
    return UnreadableEvent("event_not_object", f"{name}: expected an object, got {_json_type(value)}", text)


def _dump(value: Any) -> bytes:
    """As JSON again; b'' for what is nested deeper than the encoder can follow."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return b""


def _json_type(value: object) -> str:
    names = {bool: "a boolean", str: "a string", list: "an array", dict: "an object", type(None): "null"}
    return names.get(type(value), "a number")
