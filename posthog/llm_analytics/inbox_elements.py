"""
An inbox body → its elements, each with its position: its place among those that are not `null`, from 0.

A small body is parsed as a whole, which is fast. A large one, and one of which only a range is to do, is cut
element by element while it is decompressed: memory holds one element, however large the body.
"""

from collections.abc import Iterator
from typing import NamedTuple

import zstandard
from django.conf import settings

from posthog.errors import InvalidBody, InvalidEvent
from posthog.freed_memory import give_back_freed_memory
from posthog.llm_analytics.inbox import read_body
from posthog.llm_usage.elements import split_elements
from posthog.llm_usage.envelope import Payload, UnreadableEvent, parse_body, parse_element
from posthog.models import GatewayInboxBody

PARSED_WHOLE_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 256 * 1024


class Element(NamedTuple):
    """
    One element of a body.

    Attributes:
        content: The payload, or why there is none.
        text_bytes: Its size in the body; of a body parsed as a whole the average.
    """

    position: int
    content: Payload | InvalidEvent
    text_bytes: int


def list_elements(body: GatewayInboxBody) -> Iterator[Element]:
    """
    The elements that are to do now: all, or those of the first pending range.

    What cannot be read any further is one last element that says so.
    """
    if body.pending_ranges:
        start, end = body.pending_ranges[0]
        yield from _stream_elements(body, start, end)
    elif body.body_bytes > PARSED_WHOLE_BYTES:
        yield from _stream_elements(body, 0, None)
    else:
        yield from _parse_elements(body)


def count_elements(body: GatewayInboxBody) -> int:
    """How many positions the body has; nothing in it is decoded."""
    return sum(1 for _ in _cut(body))


def find_element_text(body: GatewayInboxBody, position: int) -> bytes | None:
    """The JSON text at the position, not decoded; None where the body ends or breaks off before."""
    return next((text for at, text in _cut(body) if at == position and isinstance(text, bytes)), None)


def _parse_elements(body: GatewayInboxBody) -> Iterator[Element]:
    text = read_body(body)
    try:
        elements = parse_body(text, max_depth=settings.LLM_GATEWAY_MAX_JSON_DEPTH)
    except InvalidBody as error:
        yield Element(0, UnreadableEvent(error.code, str(error), text), len(text))
        return
    average_bytes = len(text) // max(len(elements), 1)
    del text
    elements.reverse()
    for position in range(len(elements)):
        yield Element(position, elements.pop(), average_bytes)  # and it goes as soon as it is a row


def _stream_elements(body: GatewayInboxBody, start: int, end: int | None) -> Iterator[Element]:
    for position, text in _cut(body):
        if end is not None and position >= end:
            return
        if position < start:
            continue
        if isinstance(text, InvalidBody):
            yield Element(position, text, 0)
            return
        if len(text) > PARSED_WHOLE_BYTES:
            give_back_freed_memory()  # of its pieces
        content = parse_element(text, f"element {position}", max_depth=settings.LLM_GATEWAY_MAX_JSON_DEPTH)
        text_bytes = len(text)
        del text  # before it is a row: what is left of a large element is held once
        if content is not None:
            yield Element(position, content, text_bytes)


def _cut(body: GatewayInboxBody) -> Iterator[tuple[int, bytes | InvalidBody]]:
    position = 0
    handed_over: list[bytes] = []
    try:
        for text in split_elements(_decompress(body)):
            if text != b"null":
                handed_over.append(text)
                del text
                yield position, handed_over.pop()
                position += 1
    except InvalidBody as error:
        yield position, error


def _decompress(body: GatewayInboxBody) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(bytes(body.body)) as reader:
        while chunk := reader.read(CHUNK_BYTES):
            yield chunk
