"""
How many bytes a column of a native block takes: enough to find a block's end without making Python values.

A column is its prefix, then its data; both only where the block has rows. Layouts as in ClickHouse's
`SerializationLowCardinality`, `SerializationArray` and so on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

from clickhouse_driver.columns.util import get_inner_columns, get_inner_columns_with_types
from clickhouse_driver.errors import ErrorCodes

from posthog.clickhouse.embedded.byte_reader import MAX_BLOCK_BYTES, UINT64, ByteReader
from posthog.clickhouse.embedded.errors import Malformed, ServerError

FIXED_WIDTHS = {
    **dict.fromkeys(("Int8", "UInt8", "Bool", "Enum8", "Nothing"), 1),
    **dict.fromkeys(("Int16", "UInt16", "Date", "Enum16", "BFloat16"), 2),
    **dict.fromkeys(("Int32", "UInt32", "Float32", "Date32", "DateTime", "IPv4", "Decimal32", "Time"), 4),
    **dict.fromkeys(("Int64", "UInt64", "Float64", "DateTime64", "Decimal64", "Time64"), 8),
    **dict.fromkeys(("Int128", "UInt128", "UUID", "IPv6", "Decimal128"), 16),
    **dict.fromkeys(("Int256", "UInt256", "Decimal256"), 32),
}
DECIMAL_WIDTHS = ((9, 4), (18, 8), (38, 16), (76, 32))
POINT = "Tuple(Float64, Float64)"
GEOMETRIES = {
    "Point": POINT,
    **dict.fromkeys(("Ring", "LineString"), f"Array({POINT})"),
    **dict.fromkeys(("Polygon", "MultiLineString"), f"Array(Array({POINT}))"),
    "MultiPolygon": f"Array(Array(Array({POINT})))",
}
TYPE_NAME = re.compile(r"\w+")
HAS_OWN_KEYS = 1 << 9
KEYS_VERSION_BYTES = 8
MAX_DEPTH = 100


class Column(Protocol):
    """The layout of one type."""

    def skip_prefix(self, reader: ByteReader) -> None:
        """Pass over what is written once a block."""

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        """Pass over the values."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values of one width."""

    width: int

    def skip_prefix(self, reader: ByteReader) -> None:
        pass

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        reader.skip(rows * self.width)


class Text:
    """Strings, each with its length before it."""

    def skip_prefix(self, reader: ByteReader) -> None:
        pass

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        reader.skip_texts(rows)


@dataclass(frozen=True, slots=True)
class Nullable:
    """A byte a row that says whether it is NULL, then all values."""

    inner: Column

    def skip_prefix(self, reader: ByteReader) -> None:
        self.inner.skip_prefix(reader)

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        reader.skip(rows)
        self.inner.skip_data(reader, rows)


@dataclass(frozen=True, slots=True)
class LowCardinality:
    """Groups of rows: the distinct values, then one key a row; NULL is a key, so the values are never Nullable."""

    values: Column

    def skip_prefix(self, reader: ByteReader) -> None:
        reader.skip(KEYS_VERSION_BYTES)

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        while rows > 0:
            layout = reader.uint64()
            if layout & HAS_OWN_KEYS:
                self.values.skip_data(reader, reader.uint64())
            group_rows = reader.uint64()
            if not 0 < group_rows <= rows:
                raise Malformed(f"a group of {group_rows} keys where {rows} rows are left")
            reader.skip(group_rows << (layout & 3))
            rows -= group_rows


@dataclass(frozen=True, slots=True)
class Array:
    """Where each row's elements end, then all elements."""

    inner: Column

    def skip_prefix(self, reader: ByteReader) -> None:
        self.inner.skip_prefix(reader)

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        if rows:
            ends = reader.take(8 * rows)
            self.inner.skip_data(reader, int(UINT64.unpack_from(ends, 8 * (rows - 1))[0]))


@dataclass(frozen=True, slots=True)
class Columns:
    """A tuple: each element as a column of its own."""

    inner: tuple[Column, ...]

    def skip_prefix(self, reader: ByteReader) -> None:
        for column in self.inner:
            column.skip_prefix(reader)

    def skip_data(self, reader: ByteReader, rows: int) -> None:
        for column in self.inner:
            column.skip_data(reader, rows)


@lru_cache(maxsize=1024)
def parse_column(type_: str) -> Column:
    """
    The layout of a type.

    Raises:
        ServerError: A type whose layout is not known here.
    """
    depth = max(accumulate((sign == "(") - (sign == ")") for sign in type_), default=0)
    if depth > MAX_DEPTH:
        raise ServerError(ErrorCodes.TOO_DEEP_RECURSION, f"DB::Exception: a type {depth} levels deep")
    return _parse(type_)


def _parse(type_: str) -> Column:
    match = TYPE_NAME.match(type_)
    name = match[0] if match else ""
    inner = type_[len(name) + 1 : -1]
    if name in GEOMETRIES:
        return _parse(GEOMETRIES[name])
    if name in FIXED_WIDTHS:
        return Fixed(FIXED_WIDTHS[name])
    if name.startswith("Interval"):
        return Fixed(8)
    parse = COMPOSED.get(name)
    if parse is None or (inner == "" and name != "String"):
        raise ServerError(ErrorCodes.NOT_IMPLEMENTED, f"DB::Exception: the embedded server takes no data of {type_}")
    return parse(inner)


def _parse_fixed_text(inner: str) -> Column:
    if not inner.isdecimal() or int(inner) > MAX_BLOCK_BYTES:
        raise Malformed(f"FixedString({inner})")
    return Fixed(int(inner))


def _parse_decimal(inner: str) -> Column:
    digits = inner.partition(",")[0].strip()
    for most_digits, width in DECIMAL_WIDTHS:
        if digits.isdecimal() and int(digits) <= most_digits:
            return Fixed(width)
    raise Malformed(f"Decimal({inner})")


def _parse_keyed(inner: str) -> Column:
    values = _parse(inner)
    return LowCardinality(values.inner if isinstance(values, Nullable) else values)


def _parse_all(types: Iterable[str]) -> Columns:
    return Columns(tuple(_parse(type_.strip()) for type_ in types))


def _parse_named(inner: str) -> Columns:
    return _parse_all(type_ for _, type_ in get_inner_columns_with_types(inner))


def _parse_last(inner: str) -> Column:
    return _parse(get_inner_columns_with_types(inner)[-1][1].strip())


COMPOSED = {
    "String": lambda inner: Text(),
    "FixedString": _parse_fixed_text,
    "Decimal": _parse_decimal,
    "Nullable": lambda inner: Nullable(_parse(inner)),
    "LowCardinality": _parse_keyed,
    "Array": lambda inner: Array(_parse(inner)),
    "Tuple": _parse_named,
    "Nested": lambda inner: Array(_parse_named(inner)),
    "Map": lambda inner: Array(_parse_all(get_inner_columns(inner))),
    "SimpleAggregateFunction": _parse_last,
}
