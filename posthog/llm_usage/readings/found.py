"""
What a usage object says, before anybody decides what it means: `Found`, filled by `collect`.

A usage object is walked once. A `Words` table says what each key stands for: the name of a count, a table for the
object below it, a function for anything else, or nothing (`IGNORED`). What no table knows is an unknown key, if its
value holds anything that could be a count: times, names and fractions of a cent are nobody's tokens.

- A count is an integer from 0 to `MAX_COUNT`, its text, a whole float, or `{"total": n}`. `null` is "not reported".
  Anything else, an object of counts without their total as well, raises `implausible_value` (or `negative_value`) and
  counts as not reported.
- A figure that stands in several places is one figure: the largest is meant, for a zero often only says that one of
  the places was not filled. Two that differ and are not zero raise `witness_mismatch`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from posthog.llm_usage.integrity import IMPLAUSIBLE_VALUE, NEGATIVE_VALUE, UNKNOWN_USAGE_KEY, WITNESS_MISMATCH
from posthog.llm_usage.payloads.fields import NUMBER, OBJECT

MAX_COUNT = 10**12
"""A trillion: no call is that large, and sums of such counts fit a 64-bit column."""

MAX_DEPTH = 8
MAX_DIGITS = 40
"""Longer text is no count; Python refuses to read thousands of digits."""

IGNORED = ""
"""The meaning of keys that say nothing about counts: times, ids, prices of parts."""


class Found:
    """
    Attributes:
        counts: Count by its name in the `Words` tables; absent where not reported.
        flags: Integrity flags raised while reading.
        unknown_keys: Keys that no table knows, in their order.
        derived: How a count came about that no key reports as it stands; by its name.
        iterations: Anthropic's; see there.
        cost_usd: The provider's own charge.
    """

    __slots__ = ("cost_usd", "counts", "derived", "flags", "iterations", "service_tier", "unknown_keys")

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.flags: set[str] = set()
        self.unknown_keys: list[str] = []
        self.derived: dict[str, str] = {}
        self.iterations: list[Mapping[Any, Any]] = []
        self.service_tier: str | None = None
        self.cost_usd: Decimal | None = None

    def add(self, name: str, count: int) -> None:
        """Add to a count that is reported in pieces."""
        added = self.counts.get(name, 0) + count
        if added <= MAX_COUNT:
            self.counts[name] = added
        else:
            self.flags.add(IMPLAUSIBLE_VALUE)

    def add_all(self, other: "Found") -> None:
        """Add the counts of one of several objects that make up a whole."""
        for name, count in other.counts.items():
            self.add(name, count)
        self.flags |= other.flags
        self.unknown_keys += other.unknown_keys

    def derive(self, name: str, count: int, how: str) -> None:
        """Set a count that follows from others, and say how."""
        self.counts[name] = count
        self.derived[name] = how

    def note(self, name: str, count: int) -> None:
        """Note one report of a count; of several the largest stays."""
        known = self.counts.get(name)
        if known is None or count > known:
            self.counts[name] = count
        if known and count and known != count:
            self.flags.add(WITNESS_MISMATCH)


Handler = Callable[[Any, Found], None]


class Words(dict[str, "str | Words | Handler"]):
    """
    Key → meaning of one kind of object.

    Attributes:
        read_list: Reads the list that some providers write in place of the object.
        is_open: The object holds other things too; what the table does not know is nobody's concern.
    """

    read_list: Handler | None = None
    is_open: bool = False


def collect(source: Mapping[Any, Any], words: Words, found: Found, depth: int = 0) -> None:
    """Walk one object; never raises."""
    if words.is_open:
        source = {key: source[key] for key in words if key in source}
    counts, find_meaning = found.counts, words.get
    for key, value in source.items():
        if value is None:
            continue
        meaning = find_meaning(key)
        if isinstance(meaning, str):
            if not meaning:
                continue
            is_plain = value.__class__ is int and 0 <= value <= MAX_COUNT
            if not is_plain or counts.setdefault(meaning, value) != value:
                _note_count(meaning, value, found)
        elif meaning is None:
            note_unknown(key, value, found)
        elif isinstance(meaning, Words):
            _descend(value, meaning, found, depth)
        else:
            meaning(value, found)


def _note_count(name: str, value: Any, found: Found) -> None:
    if isinstance(value, OBJECT):
        _note_parts(name, value, found)
        if value.get("total") is None and _may_hold_count(value):
            found.flags.add(IMPLAUSIBLE_VALUE)  # a whole that nobody can name is lost
        value = value.get("total")
    count = None if value is None else parse_count(value, found.flags)
    if count is not None:
        found.note(name, count)


def _note_parts(name: str, value: Mapping[Any, Any], found: Found) -> None:
    """Vercel's AI SDK writes a whole and its parts as one object."""
    for key, part in NESTED_PARTS.get(name, NO_PARTS).items():
        count = None if value.get(key) is None else parse_count(value[key], found.flags)
        if count is not None:
            found.note(part, count)


NO_PARTS: Mapping[str, str] = {}
NESTED_PARTS: Mapping[str, Mapping[str, str]] = {
    "input": {"cacheRead": "cache_read", "cacheWrite": "cache_write"},
    "output": {"reasoning": "reasoning"},
}


def _descend(value: Any, words: Words, found: Found, depth: int) -> None:
    if isinstance(value, OBJECT):
        if depth < MAX_DEPTH:
            collect(value, words, found, depth + 1)
    elif isinstance(value, list) and words.read_list is not None:
        words.read_list(value, found)
    elif value:
        found.flags.add(IMPLAUSIBLE_VALUE)


def note_unknown(key: Any, value: Any, found: Found) -> None:
    """Note a key that nobody understands, if its value may hold a count."""
    if _may_hold_count(value):
        found.flags.add(UNKNOWN_USAGE_KEY)
        found.unknown_keys.append(key if isinstance(key, str) else repr(key)[:80])


def _may_hold_count(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Whether there is a whole number in it, also as text; in a list only in its objects, for vectors are no counts."""
    if isinstance(value, bool) or depth == 0:
        return False
    if isinstance(value, OBJECT):
        return any(_may_hold_count(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return any(_may_hold_count(item, depth - 1) for item in value if isinstance(item, OBJECT))
    if isinstance(value, str):
        return value.isdecimal()
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def read_each(words: Words) -> Handler:
    """A reader of a list of objects whose counts add up."""

    def read(value: Any, found: Found) -> None:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping):
                one = Found()
                collect(item, words, one)
                found.add_all(one)

    return read


def parse_count(value: Any, flags: set[str]) -> int | None:
    """One count; None, with the reason added to `flags`, for anything that is none."""
    number = _to_number(value)
    if number is not None and number < 0:
        flags.add(NEGATIVE_VALUE)
        return None
    if number is None or number > MAX_COUNT or number != number // 1:
        flags.add(IMPLAUSIBLE_VALUE)
        return None
    return int(number)


def _to_number(value: Any) -> int | float | None:
    """Also numbers as text; None for NaN, infinity and everything that is no number."""
    if isinstance(value, str) and len(value) <= MAX_DIGITS:
        try:
            value = int(value) if value.isdecimal() else float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, NUMBER):
        return None
    return value if value - value == 0 else None
