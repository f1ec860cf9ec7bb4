"""The embedded server's reading of bytes: lengths are checked, blocks and frames are found to their end."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.clickhouse.embedded.byte_reader import MAX_BLOCK_BYTES, ByteReader
from posthog.clickhouse.embedded.column_bytes import parse_column
from posthog.clickhouse.embedded.errors import Malformed, ServerError, parse_engine_error
from posthog.clickhouse.embedded.frames import METHODS, compress, find_method, read_frame
from posthog.clickhouse.embedded.native_blocks import (
    EMPTY_BLOCK,
    encode_header,
    encode_text,
    encode_varint,
    read_block,
    split_blocks,
)

LZ4, ZSTD = METHODS["LZ4"], METHODS["ZSTD"]


def make_reader(data: bytes, piece_bytes: int = 1 << 20) -> ByteReader:
    """A reader that receives the data in pieces, then the end."""
    pieces: Iterator[bytes] = (data[start : start + piece_bytes] for start in range(0, len(data), piece_bytes))

    def fill() -> bytes:
        try:
            return next(pieces)
        except StopIteration:
            raise EOFError from None

    return ByteReader(fill)


@settings(deadline=None)
@given(number=st.integers(min_value=0, max_value=2**64 - 1), piece_bytes=st.integers(min_value=1, max_value=9))
def test_a_number_comes_back(number: int, piece_bytes: int) -> None:
    """However its bytes arrive."""
    assert make_reader(encode_varint(number), piece_bytes).varint() == number


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=300)), piece_bytes=st.integers(min_value=1, max_value=400))
def test_skipped_texts_leave_what_follows(texts: list[str], piece_bytes: int) -> None:
    """Short and long lengths, cut anywhere."""
    reader = make_reader(b"".join(map(encode_text, texts)) + b"end", piece_bytes)
    reader.skip_texts(len(texts))
    assert reader.take(3) == b"end"


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=50), min_size=1), piece_bytes=st.integers(min_value=1, max_value=60))
def test_a_block_is_taken_as_it_is(texts: list[str], piece_bytes: int) -> None:
    """Its bytes unchanged, its rows counted, the next one untouched."""
    head = encode_varint(1) + encode_varint(len(texts)) + encode_text("name") + encode_text("String")
    block = head + b"".join(map(encode_text, texts))
    reader = make_reader(block + block + EMPTY_BLOCK, piece_bytes)
    assert [read_block(reader) for _ in range(3)] == [(block, len(texts)), (block, len(texts)), (EMPTY_BLOCK, 0)]


def test_a_result_in_one_piece_is_split() -> None:
    """One block after the other; no bytes are no blocks."""
    block = encode_varint(1) + encode_varint(2) + encode_text("n") + encode_text("UInt8") + b"\x01\x02"
    header = encode_header([("n", "UInt8")])
    assert list(split_blocks(block + header + block)) == [(block, 2), (header, 0), (block, 2)]
    assert list(split_blocks(b"")) == []


@pytest.mark.parametrize("method", [LZ4, ZSTD])
@settings(deadline=None)
@given(plain=st.binary(min_size=1, max_size=5000), repeats=st.integers(min_value=1, max_value=500))
def test_frames_come_back(method: int, plain: bytes, repeats: int) -> None:
    """Also where the block needs several."""
    plain *= repeats
    reader = make_reader(compress(method, plain))
    found = b""
    while len(found) < len(plain):
        found += read_frame(reader)
    assert found == plain


@pytest.mark.parametrize("method", [LZ4, ZSTD])
def test_a_frame_with_one_wrong_bit_is_refused(method: int) -> None:
    """Wherever it is: the checksum covers everything, itself aside."""
    frame = compress(method, b"what was meant" * 10)
    for place in range(len(frame)):
        spoiled = bytearray(frame)
        spoiled[place] ^= 1
        with pytest.raises((Malformed, EOFError)):
            read_frame(make_reader(bytes(spoiled)))


def test_the_query_chooses_the_method() -> None:
    """LZ4 unless it names another that there is."""
    assert find_method({}) == LZ4
    assert find_method({"network_compression_method": ("zstd", False)}) == ZSTD
    assert find_method({"network_compression_method": ("BROTLI", False)}) == LZ4


@pytest.mark.parametrize(
    "type_",
    [
        "",
        "Unknown",
        "JSON",
        "Array()",
        "Nullable(",
        "FixedString(x)",
        "Decimal(77, 1)",
        "Array(" * 200 + ")" * 200,
        "Tuple",
    ],
)
def test_a_type_without_known_layout_is_refused(type_: str) -> None:
    """By an error, whatever is wrong with it."""
    with pytest.raises(ServerError):
        parse_column(type_)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encode_varint(MAX_BLOCK_BYTES + 1), id="long text"),
        pytest.param(b"\xff" * 11, id="long number"),
        pytest.param(b"\x02\xff\xfe", id="no text"),
    ],
)
def test_a_length_is_checked_before_it_is_believed(data: bytes) -> None:
    """Nothing is allocated or waited for."""
    with pytest.raises(Malformed):
        make_reader(data).text(100)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("Code: 60. DB::Exception: No table. (UNKNOWN_TABLE)", 60, "DB::Exception: No table. (UNKNOWN_TABLE)"),
        ("Streaming query failed: Code: 241. DB::Exception: a\nb", 241, "DB::Exception: a\nb"),
        ("Another statement is active", 1002, "DB::Exception: Another statement is active"),
    ],
)
def test_the_engines_error_keeps_its_code(text: str, code: int, message: str) -> None:
    """Without a code it is the binding's own fault: UNKNOWN_EXCEPTION."""
    error = parse_engine_error(text)
    assert (error.code, str(error)) == (code, message)
