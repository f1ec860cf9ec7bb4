"""
Parquet, a row group at a time.

Written by pyarrow, which is installed with the embedded ClickHouse anyway. It takes 56 MB of memory once it is
imported, so nothing but a Parquet export imports this module.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ee.exports.lines import COLUMNS, ColumnType, Line

GROUP_LINES = 20_000

TYPES: dict[ColumnType, Any] = {
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "id": pa.int64(),
    "text": pa.string(),
    "count": pa.int64(),
    "amount": pa.decimal128(38, 18),
}


class _Sink:
    """A file that only grows; what was written since the last look is taken out of it."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, chunk: Any) -> int:
        self._written.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The generator ends with it."""

    def take(self) -> bytes:
        written, self._written = b"".join(self._written), []
        return written


def write_parquet(lines: Iterable[Line]) -> Iterator[bytes]:
    """The file in pieces, one a row group; amounts are decimals with 18 digits after the point."""
    schema = pa.schema([pa.field(name, TYPES[kind]) for name, kind in COLUMNS])
    sink = _Sink()
    remaining = iter(lines)
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        while group := list(islice(remaining, GROUP_LINES)):
            columns = [pa.array([line[field.name] for line in group], field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            yield sink.take()
    yield sink.take()
