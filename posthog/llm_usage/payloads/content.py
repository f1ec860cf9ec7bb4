"""
What a call said, fit to be stored: binary parts give way to their size, vectors are left out.
"""

import re
from typing import Any

from posthog.llm_usage.payloads.fields import NUMBER, OBJECT

BASE64_MIN_CHARS = 1024
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\r\n]+={0,2}")
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[\w;=.+-]*;base64,")
_SECRET = re.compile(r"\b(sk|pk|phc|phx|phg|rk|key)[-_][A-Za-z0-9_\-]{6,}|\b(?i:bearer)\s+\S+")

MAX_DEPTH = 64


def replace_binary(value: Any, depth: int = 0) -> Any:
    """
    Replace base64 data by a note of its type and size; everything else stays as it is.

    Below `MAX_DEPTH` levels the rest gives way to a note too: no conversation is that deep.
    """
    if isinstance(value, str):
        return _describe_binary(value) if _is_binary(value) else value
    if value is None or isinstance(value, NUMBER):
        return value
    is_list = isinstance(value, list)
    if not is_list and not isinstance(value, OBJECT):
        return value
    if depth >= MAX_DEPTH:
        return f"[nested deeper than {MAX_DEPTH} levels]"
    if is_list:
        return [item if isinstance(item, NUMBER) else replace_binary(item, depth + 1) for item in value]
    return {
        key: item if item is None or isinstance(item, NUMBER) else replace_binary(item, depth + 1)
        for key, item in value.items()
    }


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
