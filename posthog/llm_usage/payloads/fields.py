"""
Typed looks into untrusted JSON: a value of the expected type, or None. Nothing here raises.

Every event passes here a hundred times: what is usual is asked first, and by the cheapest question.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

JsonObject = Mapping[str, Any]

EMPTY: JsonObject = {}
OBJECT = (dict, Mapping)
"""A mapping; that it is a `dict` is seen at once, what else may be one takes five times as long."""
NUMBER = (int, float)
NUMBER_OR_TEXT = (int, float, str)


def find_object(source: JsonObject, key: str, *others: str) -> JsonObject:
    """The object at the end of the path; empty where the path does not lead to one."""
    found = source.get(key)
    if found is None or not isinstance(found, OBJECT):
        return EMPTY
    return find_object(found, *others) if others else found


def find_text(source: JsonObject, key: str, *others: str) -> str | None:
    """The first text under the keys that is more than blanks; numbers count as their digits."""
    value = source.get(key)
    if value is not None:
        if isinstance(value, str):
            if value and not value.isspace():
                return value
        elif isinstance(value, NUMBER) and not isinstance(value, bool):
            return str(value)
    return find_text(source, *others) if others else None


def copy_texts(source: JsonObject, names: Mapping[str, str], target: dict[str, Any]) -> None:
    """
    Copy the texts that `find_text` finds; what is not there leaves the target as it is.

    Args:
        names: The name in the target → the key in the source.
    """
    for name, key in names.items():
        value = source.get(key)
        if type(value) is str and value and not value.isspace():
            target[name] = value
        elif value is not None and (text := find_text(source, key)) is not None:
            target[name] = text


def find_number(source: JsonObject, key: str) -> float | None:
    """A finite number, or text that is one."""
    value = source.get(key)
    if value is None or isinstance(value, bool) or not isinstance(value, NUMBER_OR_TEXT):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def find_moment(source: JsonObject, key: str) -> datetime | None:
    """Seconds since 1970 or ISO 8601 text, as aware UTC; text without a zone is UTC."""
    value = source.get(key)
    seconds = value if type(value) is float else find_number(source, key)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        moment = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
