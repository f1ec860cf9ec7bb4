"""
CSV as RFC 4180 writes it: CRLF, a comma between cells, quotes where needed; UTF-8. Pure.

Spreadsheets take text that begins with =, +, - or @ (also behind a tab or a return) for a formula, and names of
models, teams and keys are whatever somebody wrote. Such text gets an apostrophe in front, which says "text" there;
numbers are left alone. Source: OWASP, CSV Injection (read 2026-11).
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any

from posthog.decimal_text import format_decimal

MAY_BE_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠|%]")


class _Line:
    """What of a file `csv.writer` uses: it hands each line over instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The header, then a line a row; nothing is kept in between."""
    writer: Any = csv.writer(_Line(), lineterminator="\r\n")
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([to_cell(value) for value in row])


def to_cell(value: Any) -> str:
    """None is an empty cell; decimals are written out, without an exponent."""
    return WRITERS.get(type(value), str)(value)


def _write_text(text: str) -> str:
    # Nearly every text begins with a letter or a digit, and is spared the pattern.
    is_harmless = text == "" or (text[0].isalnum() and text[0].isascii())
    return text if is_harmless or not MAY_BE_FORMULA.match(text) else f"'{text}"


WRITERS: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _: "",
    bool: lambda value: "true" if value else "false",
    Decimal: format_decimal,
    date: date.isoformat,
    datetime: datetime.isoformat,
    str: _write_text,
}
"""By type, looked up once a cell: an export of a million lines has tens of millions of them."""
