"""
Reads what a client sends, checking every length before it is believed.

The driver's own readers are C code that trusts its server; here the other side may send anything.
"""

from collections.abc import Callable
from struct import Struct

from posthog.clickhouse.embedded.errors import Malformed

MAX_BLOCK_BYTES = 1 << 30
"""ClickHouse's own limit for one compressed frame; no sane block is larger."""
MAX_VARINT_BYTES = 10

UINT64 = Struct("<Q")


class ByteReader:
    """
    A position in a stream of bytes.

    Args:
        fill: Returns some more bytes, at least one; raises EOFError at the end.
    """

    def __init__(self, fill: Callable[[], bytes]) -> None:
        self._fill = fill
        self._buffer = bytearray()
        self._position = 0
        self._is_recording = False

    def peek(self) -> bytes:
        """The next byte, where it was received already; else nothing."""
        return bytes(self._buffer[self._position : self._position + 1])

    def start_recording(self) -> None:
        """Keep what is read from here on."""
        self._forget_read()
        self._is_recording = True

    def take_recording(self) -> bytes:
        """End the recording; returns what was read during it."""
        recorded = bytes(memoryview(self._buffer)[: self._position])
        self._is_recording = False
        self._forget_read()
        return recorded

    def take(self, count: int) -> bytes:
        """Read exactly so many bytes."""
        self._require(count)
        start, self._position = self._position, self._position + count
        return bytes(memoryview(self._buffer)[start : self._position])

    def skip(self, count: int) -> None:
        """Pass over so many bytes."""
        self._require(count)
        self._position += count

    def byte(self) -> int:
        """Read one byte."""
        if self._position == len(self._buffer):
            self._require(1)
        value = self._buffer[self._position]
        self._position += 1
        return value

    def varint(self) -> int:
        """Read a number of variable length, LEB128."""
        result = 0
        for index in range(MAX_VARINT_BYTES):
            byte = self.byte()
            result |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return result
        raise Malformed("a number of more than 10 bytes")

    def uint64(self) -> int:
        """Read a number of eight bytes."""
        return int(UINT64.unpack(self.take(8))[0])

    def text(self, maximum_bytes: int) -> str:
        """Read a string with its length before it."""
        length = self.varint()
        if length > maximum_bytes:
            raise Malformed(f"a text of {length} bytes where {maximum_bytes} is the most")
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise Malformed("a text that is not UTF-8") from None

    def skip_texts(self, count: int) -> None:
        """Pass over so many strings; the one loop that runs once a value, hence the local names."""
        if count > MAX_BLOCK_BYTES:
            raise Malformed(f"a block of {count} strings")
        buffer, position, end = self._buffer, self._position, len(self._buffer)
        for _ in range(count):
            if position < end and (length := buffer[position]) < 0x80 and position + length < end:
                position += length + 1
                continue
            self._position = position
            self.skip(self.varint())
            position, end = self._position, len(buffer)
        self._position = position

    def _require(self, count: int) -> None:
        """Receive until so many bytes follow the position."""
        if self._position + count <= len(self._buffer):
            return
        if not self._is_recording:
            self._forget_read()
        end = self._position + count
        if end > MAX_BLOCK_BYTES:
            raise Malformed(f"a block of {end} bytes or more where {MAX_BLOCK_BYTES} is the most")
        while len(self._buffer) < end:
            self._buffer += self._fill()

    def _forget_read(self) -> None:
        del self._buffer[: self._position]
        self._position = 0
