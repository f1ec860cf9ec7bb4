"""
Typed looks into untrusted JSON: a value of the expected type, or None. Nothing here raises.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

JsonObject = Mapping[str, Any]

EMPTY: JsonObject = {}


def find_object(source: JsonObject, *path: str) -> JsonObject:
    """The object at the end of the path; empty where the path does not lead to one."""
    found: Any = source
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else EMPTY


def find_text(source: JsonObject, *keys: str) -> str | None:
    """The first non-empty text under the keys; numbers count as their digits."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return None


def find_number(source: JsonObject, key: str) -> float | None:
    """A finite number, or text that is one."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def find_moment(source: JsonObject, key: str) -> datetime | None:
    """Seconds since 1970 or ISO 8601 text, as aware UTC; text without a zone is UTC."""
    seconds = find_number(source, key)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        moment = datetime.fromisoformat(str(source.get(key)))
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
