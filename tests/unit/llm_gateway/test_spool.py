"""The file format: what is written is read, what is torn or changed is told apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.llm_gateway.spool import HEADER, Record, encode_record, read_records, read_sequence

RECORDS = [Record(1, b'{"id":"a"}'), Record(2, b'{"id":"bb"}'), Record(7, b'{"id":"ccc"}')]
WHOLE = b"".join(map(encode_record, RECORDS))


def test_records_are_read_as_written() -> None:
    """Every record comes back, in order, holes in the sequence included."""
    scan = read_records(WHOLE)
    assert scan.records == RECORDS
    assert (scan.damaged_bytes, scan.torn_bytes) == (0, 0)


def test_sequence_is_read_without_the_body() -> None:
    """The header alone tells a record's sequence."""
    assert read_sequence(encode_record(RECORDS[2])) == 7


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_torn_tail_costs_only_the_torn_record(length: int) -> None:
    """Cut anywhere, the whole records before the cut are read and the rest is a tail."""
    scan = read_records(WHOLE[:length])
    assert scan.records == RECORDS[: len(scan.records)]
    assert sum(map(len, map(encode_record, scan.records))) + scan.torn_bytes == length
    assert scan.damaged_bytes == 0


@pytest.mark.parametrize(
    "offset", range(len(encode_record(RECORDS[0])), len(encode_record(RECORDS[0])) + HEADER.size + 11)
)
def test_changed_byte_costs_one_record(offset: int) -> None:
    """Whatever byte of a record changes, its neighbours are still read."""
    changed = bytearray(WHOLE)
    changed[offset] ^= 0x10
    scan = read_records(bytes(changed))
    assert scan.records == [RECORDS[0], RECORDS[2]]
    assert scan.damaged_bytes == len(encode_record(RECORDS[1]))


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    """Bytes that hold no record are a tail as long as they are."""
    scan = read_records(data)
    assert scan.records == []
    assert scan.torn_bytes == len(data)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary(max_size=60).filter(bytes.isascii)), max_size=8),
    st.binary(max_size=40),
)
def test_records_are_found_behind_rubbish(records: list[tuple[int, bytes]], rubbish: bytes) -> None:
    """Rubbish before whole records hides none of them."""
    written = [Record(*each) for each in records]
    assert read_records(rubbish + b"".join(map(encode_record, written))).records == written
