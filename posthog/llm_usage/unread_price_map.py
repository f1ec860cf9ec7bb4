"""
Decodes JSON of events but for the part of LiteLLM's that nobody reads: the entry of its price map for the model,
`model_map_information.model_map_value`, nearly half of a payload's text and more than half of what decoding it takes.

The text of an entry is the same in every call of a model. One that was seen before is recognized byte by byte, and a
mark is decoded in its place. Every mark must turn up where an entry stands in a payload; there the entry's text takes
its place again, as a fragment that is written as it came. Else the whole text is decoded as it is.
"""

import json
import secrets
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

INFORMATION, VALUE = "model_map_information", "model_map_value"
KEYS: Final = (b'"model_map_value": ', b'"model_map_value":')
"""As LiteLLM writes it before an object, with Python's separators or the shortest."""
MAX_TEXT_BYTES: Final = 8 * 1024 * 1024
"""Of larger texts no second one is made, for they may be one large event."""
PREFIX_BYTES: Final = 96
"""Of an entry's text: so much tells the entries of most models apart, but not a model's under prices of its own."""
MAX_ALIKE: Final = 8
MAX_PREFIXES: Final = 128
MAX_ENTRY_BYTES: Final = 16 * 1024
"""With both of the above, 16 MB are remembered at most; LiteLLM's entries have 3 to 8 kB."""
MAX_FRESH: Final = 8
"""Of one text: to read an entry for the first time takes some times as long as to decode it."""
MARK: Final = f"\x00{secrets.token_hex(16)}"
"""Nobody outside the process knows it, and so no text holds it."""
_MARK_TEXT: Final = orjson.dumps(MARK)
_DECODER: Final = json.JSONDecoder()


class _Entry(NamedTuple):
    text: bytes
    fragment: orjson.Fragment


_known: dict[bytes, tuple[_Entry, ...]] = {}
"""Entries by how they begin, the newest first."""


def decode_events(text: bytes) -> Any:
    """
    Decode JSON; where it is an event or an array of events, their models' entries may be `orjson.Fragment`.

    Raises:
        orjson.JSONDecodeError: As for the whole text.
    """
    fresh: list[_Entry] = []
    marked_text, entries = _mark_entries(text, fresh) if len(text) <= MAX_TEXT_BYTES else (text, [])
    if not entries:
        return orjson.loads(text)
    try:
        decoded = orjson.loads(marked_text)
    except orjson.JSONDecodeError:
        return orjson.loads(text)  # its error tells the place in what was sent
    marked = [found for event in _list_events(decoded) if (found := _find_marked(event)) is not None]
    if len(marked) != len(entries):
        return orjson.loads(text)
    for information, entry in zip(marked, entries, strict=True):
        information[VALUE] = entry.fragment
    for entry in fresh:  # not before: what a client writes elsewhere is no model's
        _remember(entry)
    return decoded


def _mark_entries(text: bytes, fresh: list[_Entry]) -> tuple[bytes, list[_Entry]]:
    """The text with a mark for each entry, and the entries in their order; those that were not known are added."""
    parts: list[bytes | memoryview] = []
    entries: list[_Entry] = []
    view = memoryview(text)
    taken_to = at = 0
    key = _choose_key(text)
    while (at := text.find(key, at)) >= 0:
        at += len(key)
        if text[at : at + 1] != b"{":
            continue
        entry = _recognize(text, at, fresh)
        if entry is None and len(fresh) < MAX_FRESH and (entry := _read_entry(text, at)) is not None:
            fresh.append(entry)
        if entry is not None:
            entries.append(entry)
            parts += (view[taken_to:at], _MARK_TEXT)
            taken_to = at = at + len(entry.text)
    return b"".join((*parts, view[taken_to:])) if entries else text, entries


def _choose_key(text: bytes) -> bytes:
    """Its longer form if that is how the text has it first."""
    spaced, short = KEYS
    at = text.find(short)
    return spaced if text.startswith(spaced, at) else short


def _recognize(text: bytes, at: int, fresh: list[_Entry]) -> _Entry | None:
    for entry in (*_known.get(text[at : at + PREFIX_BYTES], ()), *fresh):
        if text.startswith(entry.text, at):
            return entry
    return None


def _read_entry(text: bytes, at: int) -> _Entry | None:
    """Find where the object ends; None for what is too large, or no JSON."""
    try:
        # A character a byte, so that the end is one of bytes. Brackets and quotes are the same in UTF-8.
        _, end = _DECODER.raw_decode(text[at : at + MAX_ENTRY_BYTES].decode("latin-1"))
        entry = text[at : at + end]
        orjson.loads(entry)  # which takes less than `json` does
    except (ValueError, RecursionError):
        return None
    return _Entry(entry, orjson.Fragment(entry))


def _remember(entry: _Entry) -> None:
    if len(_known) >= MAX_PREFIXES:
        _known.clear()
    prefix = entry.text[:PREFIX_BYTES]
    _known[prefix] = (entry, *_known.get(prefix, ()))[:MAX_ALIKE]


def _list_events(decoded: Any) -> Iterator[Any]:
    return iter(decoded) if isinstance(decoded, list) else iter((decoded,))


def _find_marked(event: Any) -> dict[str, Any] | None:
    information = event.get(INFORMATION) if isinstance(event, dict) else None
    return information if isinstance(information, dict) and information.get(VALUE) == MARK else None
