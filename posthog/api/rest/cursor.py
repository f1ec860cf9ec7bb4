"""
Opaque cursors of keyset pagination: where a page ended, not how many lines came before it.

So a line that is added meanwhile neither shifts nor repeats one. A cursor belongs to its question: with other filters
or another order it is refused.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from rest_framework.exceptions import ValidationError

from posthog.api.rest.fields import FIRST_YEAR, LAST_YEAR

FINGERPRINT_CHARACTERS = 16

Parser = Callable[[Any], Any]
"""Reads one part of a position; ValueError or TypeError: it is none of ours."""


def encode_cursor(position: Sequence[Any], *, question: Any) -> str:
    """
    Args:
        position: JSON values that say where the page ended.
        question: JSON values of everything that the pages have in common.
    """
    return base64.urlsafe_b64encode(orjson.dumps([_fingerprint(question), *position])).decode().rstrip("=")


def decode_cursor(cursor: str, *, question: Any, parsers: Sequence[Parser]) -> list[Any]:
    """
    Args:
        parsers: One for each part of the position.
    Raises:
        ValidationError: It is none of ours, or another question's.
    """
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        fingerprint, *position = parts if isinstance(parts, list) else [None]
        parsed = [parser(part) for parser, part in zip(parsers, position, strict=True)]
    except (ValueError, TypeError):
        raise ValidationError({"cursor": "expected a cursor that an answer contained"}) from None
    if fingerprint != _fingerprint(question):
        raise ValidationError({"cursor": "belongs to another question: filters, order and range must stay the same"})
    return parsed


def parse_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    # Near either end of the calendar a change of zone, or a step, runs over it.
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError("out of range")
    return moment


def parse_uuid(value: Any) -> str:
    return str(UUID(value))


def parse_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def parse_id(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no id")
    return value


def parse_number(value: Any) -> int | float | None:
    if value is None or isinstance(value, int | float):
        return value
    raise TypeError("no number")


def _fingerprint(question: Any) -> str:
    text = orjson.dumps(question, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()[:FINGERPRINT_CHARACTERS]
