"""
What both encodings of OTLP make of single values: ids, times, numbers that JSON cannot hold, bytes.
"""

import math
import re

from posthog.errors import InvalidEvent

MAX_DEPTH = 32
"""Attributes nested deeper give way to a note."""
TOO_DEEP = f"[nested deeper than {MAX_DEPTH} levels]"

_INT64 = range(-(2**63), 2**63)
_MAX_TIME_NS = 2**64
_MAX_DIGITS = 20
_INTEGER = re.compile(r"-?[0-9]{1,20}")


def require_id(text: str, name: str, *, digits: int) -> str:
    """
    Check an id.

    Raises:
        InvalidEvent: It is not that many hex digits, or all zeros.
    """
    if len(text) == digits and text.strip("0") and not text.strip("0123456789abcdef"):
        return text
    seen = "nothing" if not text else "zeros" if not text.strip("0") else f"{len(text)} characters"
    raise InvalidEvent("identity_missing", f"{name}: expected {digits} hex digits, not all zeros, got {seen}")


def require_parent_id(text: str) -> str:
    """
    Check a parent's id; '' at the root, which some exporters write as zeros.

    Raises:
        InvalidEvent: It is there and malformed.
    """
    return require_id(text, "parentSpanId", digits=16) if text.strip("0") else ""


def parse_integer(value: object) -> int | None:
    """A 64-bit integer, or the text of one; None for anything else."""
    if isinstance(value, str):
        value = int(value) if _INTEGER.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value in _INT64 else None


def parse_time_ns(value: object) -> int | None:
    """Nanoseconds since 1970, or the text of them; None where not sent, which OTLP writes as 0."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS else None
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MAX_TIME_NS
    return int(value) if is_time and isinstance(value, int) else None


def make_storable(number: float) -> float | str:
    """NaN and infinity as texts: a count that is one must be seen, and JSON would make it null."""
    return number if math.isfinite(number) else str(number)


def describe_bytes(size: int) -> str:
    """The note that stands for binary data."""
    return f"[binary, {size} bytes]"
