"""What the server must know of a statement's text: whether an INSERT waits for data, and where its FORMAT stands."""

import re
from dataclasses import dataclass

COMMENTS = r"(?>\s+|--[^\n]*\n|/\*(?>.*?\*/))*+"
IDENTIFIER = r"(?:[A-Za-z_]\w*|`(?:[^`\\]|\\.)+`)"

AWAITS_DATA = re.compile(rf"{COMMENTS}INSERT\s.*\b(?:VALUES|FORMAT\s+\w+)\s*;?\s*", re.IGNORECASE | re.DOTALL)
CANONICAL_INSERT = re.compile(
    rf"(?P<head>INSERT INTO (?P<table>{IDENTIFIER}(?:\.{IDENTIFIER})?)(?: \((?P<columns>.*)\))?(?: SETTINGS .*)?)"
    r" FORMAT \w+"
)
FIRST_WORD = re.compile(rf"{COMMENTS}(\w+)")
FORMAT_AT_END = re.compile(r" FORMAT \w+(?P<settings> SETTINGS .*)?\Z", re.DOTALL)
HAS_MORE = re.compile(r"\bFORMAT\s+\w|--|/\*|;", re.IGNORECASE)
END = re.compile(r"[\s;]+\Z")
SESSION_STATEMENTS = frozenset({"SET", "USE"})
READING_STATEMENTS = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "CHECK"})


@dataclass(frozen=True, slots=True)
class Insert:
    """
    An INSERT whose data follows.

    Attributes:
        head: The statement up to its FORMAT.
        sample: A query with the columns that the data must have.
    """

    head: str
    sample: str


def awaits_data(text: str) -> bool:
    """Whether it is an INSERT whose data the client sends after it; an inline VALUES list ends in a bracket."""
    return AWAITS_DATA.fullmatch(text) is not None


def parse_insert(canonical: str) -> Insert | None:
    """
    Args:
        canonical: As ClickHouse's formatQuerySingleLine writes it.
    Returns:
        None for an INSERT into a function or from a SELECT.
    """
    match = CANONICAL_INSERT.fullmatch(canonical)
    return match and Insert(match["head"], f"SELECT {match['columns'] or '*'} FROM {match['table']}")


def first_word(text: str) -> str:
    """In capitals; '' for a statement that begins otherwise."""
    match = FIRST_WORD.match(text)
    return match[1].upper() if match else ""


def changes_session(text: str) -> bool:
    """Whether it may leave other settings behind."""
    return first_word(text) in SESSION_STATEMENTS


def is_reading(text: str) -> bool:
    """Whether it has a result even where that has no rows."""
    return first_word(text) in READING_STATEMENTS


def may_have_more(text: str) -> bool:
    """Whether there may be comments, a FORMAT or a second statement; a string that reads like one counts too."""
    return HAS_MORE.search(text) is not None


def without_format(canonical: str) -> str:
    """The canonical text without its FORMAT: a client formats what it shows, the wire has one format."""
    return FORMAT_AT_END.sub(lambda match: match["settings"] or "", canonical)


def without_end(text: str) -> str:
    """The text without the semicolon that ends it."""
    return END.sub("", text)
