"""
Compressed frames: a checksum, the method, both sizes, the compressed bytes.

Source: ClickHouse's `CompressedReadBufferBase`; the codecs are those of the driver.
"""

from collections.abc import Mapping
from struct import Struct

import zstandard
from clickhouse_cityhash.cityhash import CityHash128
from clickhouse_driver.errors import ErrorCodes
from clickhouse_driver.protocol import CompressionMethodByte
from lz4 import block as lz4

from posthog.clickhouse.embedded.byte_reader import MAX_BLOCK_BYTES, ByteReader
from posthog.clickhouse.embedded.errors import Malformed

CHECKSUM = Struct("<QQ")
SIZES = Struct("<BII")
NOT_COMPRESSED = 0x02
FRAME_BYTES = 1 << 20
METHODS: dict[str, int] = {
    "LZ4": CompressionMethodByte.LZ4,
    "LZ4HC": CompressionMethodByte.LZ4,
    "ZSTD": CompressionMethodByte.ZSTD,
}
"""Values of ClickHouse's setting `network_compression_method` → the method's byte."""
LOW_64 = (1 << 64) - 1


def find_method(settings: Mapping[str, tuple[str, bool]]) -> int:
    """The method that a query's settings ask for; LZ4 unless they do."""
    name, _ = settings.get("network_compression_method", ("LZ4", False))
    return METHODS.get(name.upper(), METHODS["LZ4"])


def read_frame(reader: ByteReader) -> bytes:
    """Read one frame; returns what was compressed in it."""
    high, low = CHECKSUM.unpack(reader.take(CHECKSUM.size))
    head = reader.take(SIZES.size)
    method, frame_bytes, plain_bytes = SIZES.unpack(head)
    if not SIZES.size <= frame_bytes <= MAX_BLOCK_BYTES or plain_bytes > MAX_BLOCK_BYTES:
        raise Malformed(f"a frame of {frame_bytes} bytes, {plain_bytes} decompressed")
    body = reader.take(frame_bytes - SIZES.size)
    if CityHash128(head + body) != (high << 64) + low:
        raise Malformed("a frame with a wrong checksum")
    plain = decompress(method, body, plain_bytes)
    if not plain or len(plain) != plain_bytes:
        raise Malformed(f"a frame that announces {plain_bytes} bytes and holds {len(plain)}")
    return plain


def decompress(method: int, body: bytes, plain_bytes: int) -> bytes:
    """Undo the compression, never making more than was announced."""
    try:
        if method == CompressionMethodByte.LZ4:
            return bytes(lz4.decompress(body, uncompressed_size=plain_bytes))
        if method == CompressionMethodByte.ZSTD:
            if zstandard.frame_content_size(body) > plain_bytes:
                raise Malformed("a frame that holds more than it announces")
            return zstandard.ZstdDecompressor().decompress(body, max_output_size=plain_bytes)
    except (lz4.LZ4BlockError, zstandard.ZstdError) as error:
        raise Malformed(f"a frame that cannot be decompressed: {error}") from None
    if method == NOT_COMPRESSED:
        return body
    raise Malformed(f"a frame of the unknown method {method:#x}", ErrorCodes.UNKNOWN_COMPRESSION_METHOD)


def compress(method: int, plain: bytes) -> bytes:
    """The frames of a block."""
    return b"".join(
        _compress_frame(method, plain[start : start + FRAME_BYTES]) for start in range(0, len(plain), FRAME_BYTES)
    )


def _compress_frame(method: int, plain: bytes) -> bytes:
    if method == CompressionMethodByte.ZSTD:
        body = zstandard.ZstdCompressor(level=1).compress(plain)
    else:
        body = lz4.compress(plain, store_size=False)
    frame = SIZES.pack(method, SIZES.size + len(body), len(plain)) + body
    checksum = CityHash128(frame)
    return CHECKSUM.pack(checksum >> 64, checksum & LOW_64) + frame
