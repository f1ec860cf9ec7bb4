"""CSV that every program reads alike, and in which nothing is a formula."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ee.exports.csv_text import to_cell, write_csv


def test_lines_are_those_of_rfc_4180() -> None:
    """CRLF, quotes doubled, line breaks inside quotes."""
    text = "".join(write_csv(["a", "b"], [['say "hi"', "x,y"], ["two\r\nlines", None]]))
    assert text == 'a,b\r\n"say ""hi""","x,y"\r\n"two\r\nlines",\r\n'


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    """But for the apostrophe in front of what might be a formula."""
    text = "".join(write_csv(["a", "b"], rows))
    read = list(csv.reader(StringIO(text, newline="")))
    assert read[1:] == [[to_cell(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "＝1", "|calc", "%0a"])
def test_text_that_might_be_a_formula_is_marked_as_text(text: str) -> None:
    """In front stands an apostrophe."""
    assert to_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        pytest.param(None, "", id="none"),
        pytest.param(0, "0", id="zero"),
        pytest.param(-5, "-5", id="negative-count"),
        pytest.param(Decimal("-0.000000000000000001"), "-0.000000000000000001", id="negative-amount"),
        pytest.param(Decimal("1E+3"), "1000", id="no-exponent"),
        pytest.param(Decimal("1.500"), "1.5", id="no-trailing-zeros"),
        pytest.param(Decimal("0E-18"), "0", id="zero-amount"),
        pytest.param(True, "true", id="boolean"),
        pytest.param(date(2026, 1, 31), "2026-01-31", id="day"),
        pytest.param("gpt-4.1=x", "gpt-4.1=x", id="harmless-text"),
    ],
)
def test_values_are_written_out(value: Any, cell: str) -> None:
    """Numbers are never marked."""
    assert to_cell(value) == cell
