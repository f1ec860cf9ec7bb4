"""The same lines in every format, nothing lost on the way."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO

import pyarrow.parquet as pq
import pytest

from ee.exports.formats import FORMATS, PIECE_LINES
from ee.exports.lines import NAMES, Line
from ee.exports.parquet import GROUP_LINES
from posthog.models import Organization
from tests.unit.ee.exports.export_lines import make_line

TINY = Decimal("0.000000000000000001")
LINES = [
    make_line(input_tokens=10**15, total_cost_usd=Decimal("12345678901234567890.123456789012345678")),
    make_line(model="=evil()", input_tokens=0, output_tokens=None, total_cost_usd=TINY),
]


def write(name: str, lines: list[Line]) -> bytes:
    return b"".join(FORMATS[name].write(lines, Organization(name="Acme")))


def test_csv_keeps_every_digit() -> None:
    """0 is 0, None is empty."""
    rows = list(csv.DictReader(StringIO(write("csv", LINES).decode(), newline="")))
    assert list(rows[0]) == list(NAMES)
    assert [row["total_cost_usd"] for row in rows] == ["12345678901234567890.123456789012345678", f"{TINY:f}"]
    assert [(row["model"], row["input_tokens"], row["output_tokens"]) for row in rows] == [
        ("claude-sonnet-5", str(10**15), ""),
        ("'=evil()", "0", ""),
    ]


def test_json_is_one_object_a_line() -> None:
    """Amounts are text, counts are numbers."""
    read = [json.loads(line) for line in write("json", LINES).splitlines()]
    assert [list(line) for line in read] == [list(NAMES)] * 2
    assert (read[1]["total_cost_usd"], read[1]["input_tokens"], read[1]["output_tokens"]) == (f"{TINY:f}", 0, None)
    assert (read[0]["day"], read[0]["model"]) == ("2026-02-03", "claude-sonnet-5")


def test_parquet_is_read_back_as_it_was() -> None:
    """Decimals, dates and nulls are of their own type."""
    table = pq.read_table(BytesIO(write("parquet", LINES)))
    assert table.to_pylist() == LINES


@pytest.mark.parametrize("name", FORMATS)
def test_no_lines_are_a_whole_file(name: str) -> None:
    """A header, or nothing; never a broken one."""
    written = write(name, [])
    if name == "parquet":
        assert pq.read_table(BytesIO(written)).num_rows == 0
    else:
        assert written.count(b"\r\n") == (0 if name == "json" else 1)


@pytest.mark.parametrize("name", FORMATS)
def test_pieces_come_before_the_last_line_is_read(name: str) -> None:
    """Whatever is held back is a few pieces, not the file."""
    taken = 0

    def give() -> Iterator[Line]:
        nonlocal taken
        for _ in range(5 * GROUP_LINES):
            taken += 1
            yield LINES[0]

    pieces = FORMATS[name].write(give(), Organization(name="Acme"))
    assert next(pieces)
    assert taken <= max(GROUP_LINES, PIECE_LINES) + 1
