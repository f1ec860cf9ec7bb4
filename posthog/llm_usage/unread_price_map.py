"""
Decodes JSON of events without the part of LiteLLM's that nobody reads: the entry of its price map for the model,
`model_map_information.model_map_value`, nearly half of a payload's text and more than half of what decoding it takes.

The text of an entry is the same in every call of a model. One that was decoded before is recognized byte by byte and
left out of what is decoded, with a mark in its place. Every mark must turn up where an entry stands in a payload;
else the text is decoded as it is, so nothing but such an entry is ever missing.
"""

import json
from typing import Any, Final

import orjson

INFORMATION, VALUE = "model_map_information", "model_map_value"
KEYS: Final = (b'"model_map_value": ', b'"model_map_value":')
"""As LiteLLM writes it before an object, with Python's separators or the shortest."""
PREFIX_BYTES: Final = 96
"""Of an entry's text: so much tells the entries of most models apart, but not a model's under prices of its own."""
MAX_ALIKE: Final = 8
MAX_ENTRY_BYTES: Final = 64 * 1024
MAX_KNOWN: Final = 512
"""Beginnings of entries that are remembered, with some kilobytes each; then all are forgotten."""
MAX_LEARNED: Final = 8
"""Of one text: to read an entry for the first time takes some times as long as to decode it."""
MARK: Final = "\x00price map\x00"
_MARK_TEXT: Final = orjson.dumps(MARK)
_DECODER: Final = json.JSONDecoder()

_known: dict[bytes, tuple[bytes, ...]] = {}
"""Texts of entries by how they begin, the newest first."""


def decode_events(text: bytes) -> Any:
    """
    Decode JSON; where it is an event or an array of events, without their models' entries of the price map.

    Raises:
        orjson.JSONDecodeError: As for the whole text.
    """
    shortened, entries = _leave_out(text)
    if not entries:
        return orjson.loads(text)
    try:
        decoded = orjson.loads(shortened)
    except orjson.JSONDecodeError:
        return orjson.loads(text)  # its error tells the place in what was sent
    removed = sum(map(_remove_mark, decoded)) if isinstance(decoded, list) else _remove_mark(decoded)
    return decoded if removed == entries else orjson.loads(text)


def _leave_out(text: bytes) -> tuple[bytes, int]:
    """The text with a mark for each known entry, and how many there are."""
    parts: list[bytes | memoryview] = []
    view = memoryview(text)
    taken_to = at = learned = 0
    key = _choose_key(text)
    while (at := text.find(key, at)) >= 0:
        at += len(key)
        if text[at : at + 1] != b"{":
            continue
        entry = _recognize(text, at)
        if entry is None and learned < MAX_LEARNED:
            learned += 1
            entry = _learn(text, at)
        if entry is not None:
            parts += (view[taken_to:at], _MARK_TEXT)
            taken_to = at = at + len(entry)
    if not parts:
        return text, 0
    parts.append(view[taken_to:])
    return b"".join(parts), len(parts) // 2


def _choose_key(text: bytes) -> bytes:
    """Its longer form if that is how the text has it first."""
    spaced, short = KEYS
    at = text.find(short)
    return spaced if text.startswith(spaced, at) else short


def _recognize(text: bytes, at: int) -> bytes | None:
    for entry in _known.get(text[at : at + PREFIX_BYTES], ()):
        if text.startswith(entry, at):
            return entry
    return None


def _learn(text: bytes, at: int) -> bytes | None:
    """Find where the object ends and remember it; None for what is too large, or no JSON."""
    try:
        # A character a byte, so that the end is one of bytes. Brackets and quotes are the same in UTF-8.
        _, end = _DECODER.raw_decode(text[at : at + MAX_ENTRY_BYTES].decode("latin-1"))
        entry = text[at : at + end]
        orjson.loads(entry)  # which takes less than `json` does
    except (ValueError, RecursionError):
        return None
    if len(_known) >= MAX_KNOWN:
        _known.clear()
    prefix = entry[:PREFIX_BYTES]
    _known[prefix] = (entry, *_known.get(prefix, ()))[:MAX_ALIKE]
    return entry


def _remove_mark(event: Any) -> bool:
    information = event.get(INFORMATION) if isinstance(event, dict) else None
    if not isinstance(information, dict) or information.get(VALUE) != MARK:
        return False
    del information[VALUE]
    return True
