"""What the server says: hello, pong, blocks, progress, exceptions, the end of a result."""

import socket
from struct import Struct

from clickhouse_driver import defines
from clickhouse_driver.protocol import ServerPacketTypes

from posthog.clickhouse.embedded.client_packets import REVISION
from posthog.clickhouse.embedded.errors import ServerError
from posthog.clickhouse.embedded.frames import compress
from posthog.clickhouse.embedded.native_blocks import BLOCK_INFO, encode_text, encode_varint

SERVER_NAME = "ClickHouse"
CODE = Struct("<i")
NO_TABLE_NAME = b"\x00"


class PacketWriter:
    """
    Sends packets to one client, each at once.

    Args:
        revision: The lower of the client's and the server's, once the hello is known.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.revision = REVISION
        self._method: int | None = None

    def compress_with(self, method: int | None) -> None:
        """How the blocks of the next result are compressed; None leaves them plain."""
        self._method = method

    def hello(self, *, version: tuple[int, int, int], timezone: str) -> None:
        """Greet; the version is the engine's."""
        major, minor, patch = version
        self._send(
            ServerPacketTypes.HELLO,
            encode_text(SERVER_NAME),
            *(encode_varint(number) for number in (major, minor, REVISION)),
            *(encode_text(text) for text in (timezone, SERVER_NAME)),
            encode_varint(patch),
        )

    def pong(self) -> None:
        self._send(ServerPacketTypes.PONG)

    def block(self, data: bytes) -> None:
        """Send one block."""
        body = BLOCK_INFO + data
        framed = body if self._method is None else compress(self._method, body)
        self._send(ServerPacketTypes.DATA, NO_TABLE_NAME, framed)

    def progress(self, *, rows: int = 0, size_bytes: int = 0, total_rows: int = 0, written_rows: int = 0) -> None:
        """What was done since the last of these packets."""
        numbers = [rows, size_bytes, total_rows]
        if self.revision >= defines.DBMS_MIN_REVISION_WITH_CLIENT_WRITE_INFO:
            numbers += [written_rows, 0]
        self._send(ServerPacketTypes.PROGRESS, *map(encode_varint, numbers))

    def profile(self, *, rows: int, blocks: int, size_bytes: int) -> None:
        """The result's size; whether a LIMIT cut it is not known."""
        limit = b"\x00" + encode_varint(0) + b"\x00"
        self._send(ServerPacketTypes.PROFILE_INFO, *map(encode_varint, (rows, blocks, size_bytes)), limit)

    def exception(self, error: ServerError) -> None:
        """Refuse; the stack trace stays empty, nothing is nested."""
        texts = ("DB::Exception", str(error), "")
        self._send(ServerPacketTypes.EXCEPTION, CODE.pack(error.code), *map(encode_text, texts), b"\x00")

    def end_of_stream(self) -> None:
        self._send(ServerPacketTypes.END_OF_STREAM)

    def _send(self, packet: int, *parts: bytes) -> None:
        self._connection.sendall(b"".join((encode_varint(packet), *parts)))
