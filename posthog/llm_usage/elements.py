"""
A request body, in chunks of any size → the JSON text of each of its elements, one at a time.

Only brackets and strings are followed, nothing is decoded: memory holds one chunk and one element, whatever
the body's size, and an element that is no JSON inside costs itself and not its neighbours.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from posthog.errors import InvalidBody, TooManyEvents

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Only single characters are repeated possessively: of groups, Python before 3.11.5 forgets a part of what it matched.
_TO_QUOTE = rb'[^"\\]*+(?:\\.[^"\\]*+)*'
_STRING_REST = re.compile(_TO_QUOTE + rb'(")?', re.DOTALL)
_BETWEEN = re.compile(rb'"|[\[\]{},]')
_INSIDE = re.compile(
    rb'(?:[^"\[\]{}]*+"' + _TO_QUOTE + rb'")*[^"\[\]{}]*+'  # whole strings, and all else that is no bracket
    rb'([\[\]{}]|"' + _TO_QUOTE + rb"|\Z)",  # a bracket, or a string that the chunk ends in, or the chunk's end
    re.DOTALL,
)
OPENING, CLOSING = (b"[", b"{"), (b"]", b"}")
MAX_BLANKS = 1000
"""Places between two commas where an element should be; 500 MB of commas fit into half a megabyte of gzip."""


def split_elements(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """
    Cut a JSON array, one object, or one object a line into its elements, in order, without blanks around them.

    Raises:
        InvalidBody: After the elements before it: `body_empty`, `body_cut_short` (the array is never closed),
            `body_not_json` (something follows its end, or more than MAX_BLANKS commas follow a comma).
    """
    chunks = iter(chunks)
    start = _skip_blanks(chunks)
    if start[:1] == b"[":
        yield from _split_array(chain([start[1:]], chunks))
    elif start:
        yield from _split_objects(chain([start], chunks))
    else:
        raise InvalidBody("body_empty", "body: expected JSON, got nothing")


def take_at_most(limit: int, elements: Iterable[bytes]) -> Iterator[bytes]:
    """
    The elements, as long as there are no more events among them than the limit, and no more `null`.

    Raises:
        TooManyEvents: At the first one more.
    """
    events = nulls = 0
    for element in elements:
        is_null = element == b"null"
        events, nulls = events + (not is_null), nulls + is_null
        if max(events, nulls) > limit:
            raise TooManyEvents(limit)
        yield element


def _skip_blanks(chunks: Iterator[bytes]) -> bytes:
    """The rest of the first chunk that holds more than blanks, from its first other byte; b'' at the end."""
    start = b""
    for chunk in chunks:
        start = (start + chunk).lstrip() if len(start) < len(BYTE_ORDER_MARK) else start
        start = start.removeprefix(BYTE_ORDER_MARK).lstrip()
        if start and not BYTE_ORDER_MARK.startswith(start):
            return start
    return start


def _split_array(chunks: Iterator[bytes]) -> Iterator[bytes]:
    nesting = _Nesting()
    pieces: list[bytes] = []
    blanks = 0
    for chunk in chunks:
        start = 0
        for end in nesting.list_ends(chunk):
            pieces.append(chunk[start:end])
            start = end + 1
            pieces = [b"".join(pieces).strip()]
            if pieces[0]:
                yield pieces.pop()  # whoever takes it holds it alone: it may be most of the body
            else:
                pieces.clear()
                blanks = _count_blank(blanks)
        if nesting.is_closed:
            _require_blank(chain([chunk[start:]], chunks))
            return
        pieces.append(chunk[start:])
    raise InvalidBody("body_cut_short", "body: the JSON array is not closed")


def _count_blank(blanks: int) -> int:
    if blanks == MAX_BLANKS:
        raise InvalidBody("body_not_json", f"body: expected JSON between commas, got nothing more than {blanks} times")
    return blanks + 1


def _require_blank(chunks: Iterable[bytes]) -> None:
    if any(chunk.strip() for chunk in chunks):
        raise InvalidBody("body_not_json", "body: expected nothing after the JSON array")


class _Nesting:
    """How deep the text is nested at the point reached; 1 is between the elements of the array."""

    def __init__(self) -> None:
        self._depth = 1
        self._is_in_string = False
        self._is_escaped = False

    @property
    def is_closed(self) -> bool:
        return self._depth == 0

    @property
    def is_between(self) -> bool:
        return self._depth == 1 and not self._is_in_string

    def list_ends(self, chunk: bytes) -> Iterator[int]:
        """The offsets in the next chunk of what ends an element: a comma, or the array's closing bracket."""
        at = self._skip_string(chunk, 0) if self._is_in_string else 0
        while at < len(chunk):
            at = self._leave_nested(chunk, at) if self._depth > 1 else at
            found = _BETWEEN.search(chunk, at) if self.is_between else None
            if found is None:
                return
            mark, at = found[0], found.end()
            if mark == b'"':
                at = self._skip_string(chunk, at)
            elif mark in (b"[", b"{"):
                self._depth += 1
            else:
                yield from self._end_element(mark, found.start())
                if self.is_closed:
                    return

    def _end_element(self, mark: bytes, offset: int) -> Iterator[int]:
        if mark == b"}":
            raise InvalidBody("body_not_json", "body: expected ] at the end of the JSON array, got }")
        self._depth -= mark == b"]"
        yield offset

    def _leave_nested(self, chunk: bytes, at: int) -> int:
        """Follow brackets until the element is closed, or the chunk ends; returns the offset after it."""
        depth = self._depth
        for found in _INSIDE.finditer(chunk, at):
            mark = found[1]
            if mark in OPENING:
                depth += 1
            elif mark in CLOSING:
                depth -= 1
                if depth == 1:
                    break
            else:
                self._depth = depth
                return self._leave_open(chunk, found.end()) if mark else len(chunk)
        self._depth = depth
        return found.end()

    def _skip_string(self, chunk: bytes, at: int) -> int:
        """Go to the end of the string that is open at `at`, or of the chunk."""
        at += self._is_escaped
        self._is_escaped = self._is_in_string = False
        rest = _STRING_REST.match(chunk, at)
        if rest is None or rest[1] is None:
            return self._leave_open(chunk, rest.end() if rest else at)
        return rest.end()

    def _leave_open(self, chunk: bytes, at: int) -> int:
        """The chunk ends inside a string; a lone backslash before its end escapes the next chunk's first byte."""
        self._is_in_string = True
        self._is_escaped = at < len(chunk)
        return len(chunk)


def _split_objects(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """One object a line where the second line begins another; else all of it is one object."""
    lines = _split_lines(chunks)
    first = next(lines)
    second = next(lines, b"")
    if second[:1] in (b"", b"{") or _is_balanced(first):
        yield first
        if second:
            yield second
        yield from lines
    else:
        yield b"\n".join([first, second, *lines])


def _split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines with anything in them, without blanks around them."""
    pieces: list[bytes] = []
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            if line := b"".join([*pieces, end]).strip():
                yield line
            pieces.clear()
        pieces.append(rest)
    if line := b"".join(pieces).strip():
        yield line


def _is_balanced(line: bytes) -> bool:
    """Whether the brackets of the line close; it need not be JSON."""
    nesting = _Nesting()
    return not any(nesting.list_ends(line)) and nesting.is_between
