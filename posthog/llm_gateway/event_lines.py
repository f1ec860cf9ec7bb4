"""
Payload → the line that is spooled and sent: ASCII JSON, with the shipper's numbering as its first member.

    {"posthog_shipper":{"id":"<uuid>","sequence":12,"accepted_at":"2026-11-18T09:30:00.120Z"},"id":"chatcmpl-…",…}

What JSON cannot say becomes what it can (models their fields, times ISO 8601, the rest its text); a payload that
refers to itself or is nested past all reason is cut there. NaN and Infinity stay: the receiver reads them.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

SHIPPER_KEY = "posthog_shipper"
DEEPEST = 100
CIRCULAR = "<circular reference>"
TOO_DEEP = "<too deep>"


def encode_line(payload: Mapping[str, Any], *, shipper_id: str, sequence: int, accepted_at: float) -> bytes:
    """
    The event's line.

    Args:
        accepted_at: Unix seconds.
    """
    moment = datetime.fromtimestamp(accepted_at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    numbering = {"id": shipper_id, "sequence": sequence, "accepted_at": moment}
    return splice_member(SHIPPER_KEY, numbering, into=encode_json(payload))


def splice_member(name: str, value: Mapping[str, Any], *, into: bytes) -> bytes:
    """Put a member first into an object that is JSON already."""
    member = f"{{{json.dumps(name)}:".encode() + encode_json(value)
    rest = into[1:]
    return member + rest if rest == b"}" else member + b"," + rest


def encode_json(value: object) -> bytes:
    """ASCII without a line break; never raises for what Python objects can hold."""
    try:
        return _dump(value)
    except (ValueError, RecursionError):
        return _dump(_cut(value, above=()))


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), skipkeys=True, default=_to_plain).encode()


def _to_plain(value: object) -> object:
    try:
        return _describe(value)
    except Exception:  # noqa: BLE001 - foreign objects may raise anything when asked what they are
        return f"<{type(value).__name__}>"


def _describe(value: object) -> object:
    dump_model = getattr(value, "model_dump", None)
    if callable(dump_model):
        return dump_model()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(value)} bytes>"
    return str(value)


def _cut(value: object, *, above: tuple[int, ...]) -> object:
    """Copy containers down to where they repeat one above them, or to the deepest level."""
    if isinstance(value, (str, int, float)) or value is None:
        return value
    if id(value) in above:
        return CIRCULAR
    if len(above) >= DEEPEST:
        return TOO_DEEP
    within = (*above, id(value))
    if isinstance(value, Mapping):
        return {str(key): _cut(item, above=within) for key, item in list(value.items())}
    if isinstance(value, (list, tuple)):
        return [_cut(item, above=within) for item in value]
    return _cut(_to_plain(value), above=within)
