"""
A provider's books as a CSV file, for providers without an API that tells them.

The header names `day` (YYYY-MM-DD, or a moment with its zone), `model` (may be left out where a file is about all),
and any of the kinds, in our words: `input_tokens`, `uncached_input_tokens`, `cache_read_input_tokens`,
`cache_creation_input_tokens`, `cache_creation_{5m,30m,1h,12h}_input_tokens`, `output_tokens`, `reasoning_tokens`,
`total_cost_usd`. Other columns are not read. An empty cell is a kind that the line does not tell. Lines of one day and
model add up.

What may be read in two ways is refused: a line with more or fewer cells than the header (an unquoted `1,234` moves all
cells behind it, a download that broke off ends within a line), a header that is there twice, and a count with three
decimals (`1.000`).
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TextIO

from ee.reconciliation.answer_fields import BooksUnreadable
from ee.reconciliation.kinds import COST, KINDS, Amount, BookLine

NAMES = ("day", "model", *KINDS)
Columns = Mapping[str, str]
"""Our name → the file's header."""
MAY_BE_THOUSANDS = re.compile(r"[.]\d{3}(?!\d)")


def find_columns(header: list[str], chosen: Columns) -> dict[str, str]:
    """
    Which column holds what.

    Args:
        chosen: Headers that are not our own names.
    Raises:
        BooksUnreadable: A column is missing, or there is nothing to compare.
    """
    columns = {name: chosen.get(name, name) for name in NAMES if chosen.get(name, name) in header}
    for name in ("day", *chosen):
        if name not in columns:
            raise BooksUnreadable(f"header: expected a column {chosen.get(name, name)!r} for {name}")
    for column in columns.values():
        if header.count(column) > 1:
            raise BooksUnreadable(f"header: expected one column {column!r}, got {header.count(column)}")
    if not any(kind in columns for kind in KINDS):
        raise BooksUnreadable(f"header: expected one or more of {', '.join(KINDS)}")
    return columns


def read_csv_books(file: TextIO, chosen: Columns) -> tuple[frozenset[str], list[BookLine]]:
    """
    The kinds that the file tells, and its lines.

    Raises:
        BooksUnreadable: The line and the column are named.
    """
    reader = csv.DictReader(file, strict=True)
    try:
        columns = find_columns(list(reader.fieldnames or ()), chosen)
        lines = list(_read_lines(reader, columns))
    except (csv.Error, UnicodeDecodeError) as error:
        raise BooksUnreadable(f"line {reader.line_num}: expected CSV in UTF-8, got {error}") from None
    return frozenset(columns) & frozenset(KINDS), lines


def _read_lines(reader: "csv.DictReader[str]", columns: Columns) -> Iterator[BookLine]:
    for row in reader:
        where = f"line {reader.line_num}"
        # DictReader keeps surplus cells under None, and fills those that are missing with None.
        if None in row or None in row.values():
            raise BooksUnreadable(f"{where}: expected {len(reader.fieldnames or ())} cells as in the header")
        cells = {name: row[header].strip() for name, header in columns.items()}
        figures = {kind: _read_amount(kind, cells[kind], where) for kind in KINDS if kind in cells}
        yield BookLine(day=_read_day(cells["day"], where), model=cells.get("model", ""), figures=figures)


def _read_day(text: str, where: str) -> date:
    try:
        if len(text) == len("2026-01-01"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BooksUnreadable(f"{where}: day: expected YYYY-MM-DD, got {text[:40]!r}") from None
    if moment.tzinfo is None:
        raise BooksUnreadable(f"{where}: day: expected YYYY-MM-DD or a moment with its zone, got {text[:40]!r}")
    return moment.astimezone(UTC).date()


def _read_amount(kind: str, text: str, where: str) -> Amount | None:
    if not text:
        return None
    rule = "a number" if kind == COST else "a whole number >= 0"
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    is_whole = amount.is_finite() and amount >= 0 and amount == amount.to_integral_value()
    if kind != COST and MAY_BE_THOUSANDS.search(text):
        is_whole = False
    if not amount.is_finite() or (kind != COST and not is_whole):
        raise BooksUnreadable(f"{where}: {kind}: expected {rule}, got {text[:40]!r}")
    return amount if kind == COST else int(amount)
