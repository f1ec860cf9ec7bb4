"""
The spool's file format: records one after the other, each able to prove that it is whole.

    magic 4 bytes | body length u32 | sequence u64 | CRC-32 u32 | body        (little-endian)

The CRC covers length, sequence and body. Bodies are ASCII, so the magic's first byte is never in one: a reader
that met damage finds the next whole record. Bytes that no whole record follows are a torn tail, which is how a
write looks that the machine did not finish; nobody was promised what it holds.
"""

import struct
import zlib
from dataclasses import dataclass, field

MAGIC = b"\xd5PH1"
HEADER = struct.Struct("<4sIQI")
_SEALED = struct.Struct("<IQ")
MAX_BODY_BYTES = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Record:
    """One event as it lies in the spool; `body` is one line of JSON without its newline."""

    sequence: int
    body: bytes


@dataclass(slots=True)
class Scan:
    """
    What a segment's bytes hold.

    Attributes:
        records: The whole ones, in the order of writing.
        damaged_bytes: Bytes between whole records that are none: the medium, or somebody, changed them.
        torn_bytes: Bytes behind the last whole record.
    """

    records: list[Record] = field(default_factory=list)
    damaged_bytes: int = 0
    torn_bytes: int = 0


def encode_record(record: Record) -> bytes:
    """The record's bytes, header first."""
    return HEADER.pack(MAGIC, len(record.body), record.sequence, _checksum(record.sequence, record.body)) + record.body


def read_records(data: bytes) -> Scan:
    """Find every whole record, before and behind damage; never raises."""
    scan = Scan()
    offset, unread = 0, 0
    while (offset := data.find(MAGIC, offset)) >= 0:
        record = _read_record(data, offset)
        if record is None:
            offset += 1
            continue
        scan.records.append(record)
        scan.damaged_bytes += offset - unread
        unread = offset = offset + HEADER.size + len(record.body)
    scan.torn_bytes = len(data) - unread
    return scan


def _read_record(data: bytes, offset: int) -> Record | None:
    if len(data) - offset < HEADER.size:
        return None
    _, length, sequence, checksum = HEADER.unpack_from(data, offset)
    start = offset + HEADER.size
    body = data[start : start + length]
    if len(body) != length or _checksum(sequence, body) != checksum:
        return None
    return Record(sequence, body)


def _checksum(sequence: int, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(_SEALED.pack(len(body), sequence)))


def read_sequence(encoded: bytes) -> int:
    """The sequence of one encoded record."""
    sequence: int = HEADER.unpack_from(encoded)[2]
    return sequence
