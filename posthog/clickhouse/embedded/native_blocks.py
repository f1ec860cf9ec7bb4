"""Native blocks: a table's piece of columns, on the wire after a block info, in chDB's results without one."""

from collections.abc import Iterator

from posthog.clickhouse.embedded.byte_reader import ByteReader
from posthog.clickhouse.embedded.column_bytes import Column, parse_column
from posthog.clickhouse.embedded.errors import Malformed, ServerError

MAX_COLUMNS = 100_000
MAX_NAME_BYTES = 1 << 20
BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
"""No overflow row (field 1), no bucket (field 2: -1), end."""
EMPTY_BLOCK = b"\x00\x00"
"""No columns, no rows: the end of the data, in both directions."""


def skip_block_info(reader: ByteReader) -> None:
    """Pass over the two fields that only servers among themselves use."""
    widths = {1: 1, 2: 4}
    while field := reader.varint():
        if field not in widths:
            raise Malformed(f"field {field} in a block info")
        reader.skip(widths[field])


def read_block(reader: ByteReader) -> tuple[bytes, int]:
    """
    Read one block as it is.

    Returns:
        Its bytes and its rows; `EMPTY_BLOCK` has none.
    """
    reader.start_recording()
    _, rows = _skip_block(reader)
    return reader.take_recording(), rows


def _skip_block(reader: ByteReader) -> tuple[list[tuple[str, str]], int]:
    """Pass over one block; returns the columns' names and types, and the rows."""
    column_count, rows = reader.varint(), reader.varint()
    if column_count > MAX_COLUMNS:
        raise Malformed(f"a block of {column_count} columns")
    columns = []
    for _ in range(column_count):
        name, type_ = reader.text(MAX_NAME_BYTES), reader.text(MAX_NAME_BYTES)
        columns.append((name, type_))
        column = _parse_column(type_)
        if rows:
            column.skip_prefix(reader)
            column.skip_data(reader, rows)
    return columns, rows


def _parse_column(type_: str) -> Column:
    try:
        return parse_column(type_)
    except ServerError as error:
        raise Malformed(f"a column of the type {type_}", error.code) from error


def split_blocks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The blocks of a result that chDB gave in one piece."""
    if data:
        reader = _read_bytes(data)
        yield read_block(reader)
        while reader.peek():
            yield read_block(reader)


def describe_block(block: bytes) -> list[tuple[str, str]]:
    """Names and types of a block's columns; raises Malformed where a type's layout is not known."""
    columns, _ = _skip_block(_read_bytes(block))
    return columns


def _read_bytes(data: bytes) -> ByteReader:
    pieces = iter((data,))

    def fill() -> bytes:
        try:
            return next(pieces)
        except StopIteration:
            raise EOFError("the result ends within a block") from None

    return ByteReader(fill)


def encode_varint(number: int) -> bytes:
    """LEB128."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def encode_text(text: str) -> bytes:
    """The length, then UTF-8."""
    data = text.encode(errors="replace")
    return encode_varint(len(data)) + data


def encode_header(columns: list[tuple[str, str]]) -> bytes:
    """A block without rows that tells names and types."""
    fields = [encode_text(field) for column in columns for field in column]
    return encode_varint(len(columns)) + encode_varint(0) + b"".join(fields)
