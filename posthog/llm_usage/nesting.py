"""How deep JSON is nested, seen from its text: nothing is decoded, and no recursion has an end to run into."""

import re
from itertools import accumulate
from typing import Final

MAX_DEPTH: Final = 1000
"""Levels of one event that the decoder follows; what is nested deeper it refuses by itself."""

_STRING = re.compile(rb'"[^"]*"')
_ALL_BUT_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""A bracket as the byte by which the depth changes: 1 or -1."""


def is_nested_deeper(text: bytes, levels: int) -> bool:
    """
    Whether JSON has brackets within brackets on more levels than these; of other text it says nothing.

    From `MAX_DEPTH` levels on the question is left to the decoder.
    """
    if levels >= MAX_DEPTH or text.count(b"[") + text.count(b"{") <= levels:
        return False
    unescaped = text.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in text else text
    marks = unescaped.translate(None, _ALL_BUT_MARKS).replace(b'""', b"")
    brackets = _STRING.sub(b"", marks).replace(b'"', b"")
    steps = memoryview(brackets.translate(_STEPS)).cast("b")
    return max(accumulate(steps), default=0) > levels
