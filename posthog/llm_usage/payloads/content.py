"""
What a call said, fit to be stored: binary parts give way to their size, vectors are left out.
"""

import re
from collections.abc import Mapping
from typing import Any

BASE64_MIN_CHARS = 1024
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\r\n]+={0,2}")
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[\w;=.+-]*;base64,")
_SECRET = re.compile(r"\b(sk|pk|phc|phx|phg|rk|key)[-_][A-Za-z0-9_\-]{6,}|\b(?i:bearer)\s+\S+")

MAX_DEPTH = 64
PLAIN = frozenset({type(None), bool, int, float})
CONTAINERS = (dict, list)


def replace_binary(value: Any, depth: int = 0) -> Any:
    """
    Replace base64 data by a note of its type and size; everything else stays as it is, and is not copied.

    Below `MAX_DEPTH` levels the rest gives way to a note too: no conversation is that deep.
    """
    if isinstance(value, CONTAINERS):
        return _replace_within(value, depth)
    if isinstance(value, str):
        return _describe_binary(value) if _is_binary(value) else value
    return replace_binary(dict(value), depth) if isinstance(value, Mapping) else value


def _replace_within(whole: Any, depth: int) -> Any:
    """The object or list itself where nothing in it is binary; else a copy."""
    if depth >= MAX_DEPTH:
        return f"[nested deeper than {MAX_DEPTH} levels]"
    copy = None
    for place, part in whole.items() if isinstance(whole, dict) else enumerate(whole):
        kind = type(part)
        if kind in PLAIN or (kind is str and len(part) < BASE64_MIN_CHARS and not "data:" <= part < "data;"):
            continue  # nearly every part; what begins with "data:" is sorted between the two
        replaced = _replace_within(part, depth + 1) if kind in CONTAINERS else replace_binary(part, depth + 1)
        if replaced is not part:
            copy = whole.copy() if copy is None else copy
            copy[place] = replaced
    return whole if copy is None else copy


def redact_secrets(text: str) -> str:
    """Replace what looks like an API key or a bearer token: a rejected key must not be stored."""
    return _SECRET.sub("[redacted]", text)


def _is_binary(text: str) -> bool:
    if text[:5] == "data:" and _DATA_URL.match(text):
        return True
    return len(text) >= BASE64_MIN_CHARS and _BASE64.fullmatch(text) is not None


def _describe_binary(text: str) -> str:
    data_url = _DATA_URL.match(text)
    encoded = text[data_url.end() :] if data_url else text
    media_type = (data_url.group(1) if data_url else None) or "binary"
    return f"[{media_type}, {len(encoded) * 3 // 4} bytes]"
