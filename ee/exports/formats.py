"""Lines → a file in one of the formats, in pieces; what was handed over is not kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from itertools import islice
from typing import Any, cast

import orjson

from ee.exports import focus
from ee.exports.csv_text import write_csv
from ee.exports.lines import NAMES, Line
from posthog.decimal_text import format_decimal
from posthog.models import Organization

PIECE_LINES = 500
"""Lines that are handed over together: a piece a line would spend the time on pieces."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file; `write` takes lines of one organization."""

    media_type: str
    suffix: str
    write: Callable[[Iterable[Line], Organization], Iterator[bytes]]


def _write_csv(lines: Iterable[Line], organization: Organization) -> Iterator[bytes]:
    return join_pieces(write_csv(NAMES, ([line[name] for name in NAMES] for line in lines)))


def _write_focus(lines: Iterable[Line], organization: Organization) -> Iterator[bytes]:
    return join_pieces(write_csv(focus.COLUMNS, focus.build_rows(lines, organization)))


def _write_json(lines: Iterable[Line], organization: Organization) -> Iterator[bytes]:
    """One object a line; amounts as decimal text, so that no digit is lost on the way."""
    ordered = ({name: _to_json(line[name]) for name in NAMES} for line in lines)
    return join_pieces(orjson.dumps(line).decode() + "\n" for line in ordered)


def _write_parquet(lines: Iterable[Line], organization: Organization) -> Iterator[bytes]:
    # Imported here for its weight, see there.
    write = import_module("ee.exports.parquet").write_parquet
    return cast("Iterator[bytes]", write(lines))


FORMATS = {
    "csv": Format("text/csv; charset=utf-8; header=present", "csv", _write_csv),
    "json": Format("application/x-ndjson", "ndjson", _write_json),
    "parquet": Format("application/vnd.apache.parquet", "parquet", _write_parquet),
    "focus": Format("text/csv; charset=utf-8; header=present", "focus.csv", _write_focus),
}


def join_pieces(texts: Iterator[str]) -> Iterator[bytes]:
    while piece := list(islice(texts, PIECE_LINES)):
        yield "".join(piece).encode()


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format_decimal(value)
    return value.isoformat() if isinstance(value, date) else value
