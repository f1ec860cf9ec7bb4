"""
How many events a body holds, before it is stored: as far as that can be told while its sender waits.

A small body is parsed, which also tells whether anything in it can be read. Of a large one the elements are counted,
without decoding them, only if they may be too many: if it holds as many braces as the limit allows events, or if it
goes on as it begins. Most do not, and their senders need not wait. What begins with large events and goes on with a
multitude of things that are no objects is taken: the worker reads it piece by piece, as any other.
"""

from collections import deque
from collections.abc import Iterable, Iterator

import structlog
import zstandard
from django.conf import settings

from posthog.api.streamed_body import StreamedBody
from posthog.errors import InvalidBody, InvalidEvent, TooManyEvents
from posthog.llm_usage.elements import split_elements, take_at_most
from posthog.llm_usage.envelope import parse_body

log = structlog.get_logger(__name__)

CHUNK_BYTES = 256 * 1024


def count_events(body: StreamedBody) -> int | None:
    """
    The events of the body; None where it is too large to parse before the answer, and holds no more than it may.

    Raises:
        InvalidBody: Nothing in it can be read.
        TooManyEvents: More than LLM_GATEWAY_MAX_EVENTS_PER_BODY, or in a large body as many `null`.
    """
    limit = settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY
    if body.body_bytes == 0:
        raise InvalidBody("body_empty", "body: expected JSON, got nothing")
    if body.decoded is None:
        if _may_exceed(body, limit):
            deque(take_at_most(limit, _list_elements(_decompress(body))), maxlen=0)
        return None
    elements = parse_body(body.decoded, max_depth=settings.LLM_GATEWAY_MAX_JSON_DEPTH)
    if len(elements) > limit:
        raise TooManyEvents(limit)
    unreadable = sum(isinstance(element, InvalidEvent) for element in elements)
    if unreadable:
        log.warning("webhook_unreadable_elements", unreadable=unreadable, elements=len(elements))
    return len(elements)


def _may_exceed(body: StreamedBody, limit: int) -> bool:
    if body.braces >= limit:
        return True
    # No more elements than commas and one, or in lines than line ends and one; to cut them takes ten times as long.
    may_begin = max(body.head.count(b","), body.head.count(b"\n")) + 1
    return _goes_on_to(may_begin, body, limit) and _goes_on_to(sum(1 for _ in _list_elements([body.head])), body, limit)


def _goes_on_to(elements: int, body: StreamedBody, limit: int) -> bool:
    """Whether the body has as many elements as the limit, if there are so many in its head and it goes on like that."""
    return elements * body.body_bytes >= limit * len(body.head)


def _list_elements(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The elements; where the text cannot be followed any further, the worker says so."""
    try:
        yield from split_elements(chunks)
    except InvalidBody:
        return


def _decompress(body: StreamedBody) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(body.compressed) as reader:
        while chunk := reader.read(CHUNK_BYTES):
            yield chunk
