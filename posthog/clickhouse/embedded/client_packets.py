"""What a client says: hello, queries with their settings, blocks of data."""

from collections.abc import Mapping
from dataclasses import dataclass

from clickhouse_driver import defines
from clickhouse_driver.clientinfo import ClientInfo
from clickhouse_driver.protocol import ClientPacketTypes

from posthog.clickhouse.embedded.byte_reader import ByteReader
from posthog.clickhouse.embedded.errors import Malformed
from posthog.clickhouse.embedded.frames import read_frame
from posthog.clickhouse.embedded.native_blocks import read_block, skip_block_info

REVISION = defines.DBMS_MIN_REVISION_WITH_PARALLEL_REPLICAS
"""54453: the newest whose blocks are byte for byte what chDB's format Native reads and writes."""
OLDEST_CLIENT_REVISION = defines.DBMS_MIN_REVISION_WITH_SETTINGS_SERIALIZED_AS_STRINGS
MAX_HELLO_TEXT_BYTES = 1 << 16
MAX_QUERY_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first packet."""

    client_name: str
    revision: int
    database: str
    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    One statement.

    Attributes:
        settings: Of this statement only, as text; name → (value, whether an unknown name is an error).
        is_compressed: Whether blocks travel in frames, both ways.
    """

    text: str
    settings: Mapping[str, tuple[str, bool]]
    is_compressed: bool


def read_hello(reader: ByteReader) -> Hello:
    """
    Raises:
        Malformed: Something else came first, or a client too old to be served.
    """
    if (packet := reader.varint()) != ClientPacketTypes.HELLO:
        raise Malformed(f"packet {packet} before its hello")
    client_name = reader.text(MAX_HELLO_TEXT_BYTES)
    _skip_varints(reader, 2)  # version
    revision = reader.varint()
    if revision < OLDEST_CLIENT_REVISION:
        raise Malformed(f"revision {revision} of the protocol; {OLDEST_CLIENT_REVISION} is the oldest served")
    database, user, password = (reader.text(MAX_HELLO_TEXT_BYTES) for _ in range(3))
    return Hello(client_name=client_name, revision=revision, database=database, user=user, password=password)


def read_query(reader: ByteReader, revision: int) -> Query:
    """
    Read a query after its packet number.

    Args:
        revision: The lower of the client's and the server's.
    """
    reader.text(MAX_HELLO_TEXT_BYTES)  # query id
    _skip_client_info(reader, revision)
    settings = {}
    while name := reader.text(MAX_HELLO_TEXT_BYTES):
        is_important = bool(reader.byte() & 1)
        settings[name] = (reader.text(MAX_QUERY_BYTES), is_important)
    if revision >= defines.DBMS_MIN_REVISION_WITH_INTERSERVER_SECRET:
        reader.text(MAX_HELLO_TEXT_BYTES)
    reader.varint()  # stage: always to completion
    is_compressed = bool(reader.varint())
    return Query(text=reader.text(MAX_QUERY_BYTES), settings=settings, is_compressed=is_compressed)


def _skip_client_info(reader: ByteReader, revision: int) -> None:
    """The client's account of itself; nothing here depends on it."""
    if reader.byte() == ClientInfo.QueryKind.NO_QUERY:
        return
    _skip_texts(reader, 3)  # initial user, query id, address
    if revision >= defines.DBMS_MIN_PROTOCOL_VERSION_WITH_INITIAL_QUERY_START_TIME:
        reader.skip(8)
    if (interface := reader.byte()) != ClientInfo.Interface.TCP:
        raise Malformed(f"interface {interface} in a query")
    _skip_texts(reader, 3)  # system user, host, client name
    _skip_varints(reader, 3)  # version, revision
    _skip_texts(reader, 1)  # quota key
    if revision >= defines.DBMS_MIN_PROTOCOL_VERSION_WITH_DISTRIBUTED_DEPTH:
        _skip_varints(reader, 1)
    _skip_varints(reader, 1)  # version patch
    if revision >= defines.DBMS_MIN_REVISION_WITH_OPENTELEMETRY and reader.byte():
        reader.skip(16 + 8)  # trace id, span id
        _skip_texts(reader, 1)
        reader.skip(1)
    if revision >= defines.DBMS_MIN_REVISION_WITH_PARALLEL_REPLICAS:
        _skip_varints(reader, 3)


def _skip_texts(reader: ByteReader, count: int) -> None:
    for _ in range(count):
        reader.text(MAX_HELLO_TEXT_BYTES)


def _skip_varints(reader: ByteReader, count: int) -> None:
    for _ in range(count):
        reader.varint()


class DataReader:
    """
    The blocks that belong to one query.

    Args:
        reader: The connection.
        is_compressed: As the query said.
    """

    def __init__(self, reader: ByteReader, *, is_compressed: bool) -> None:
        self._packets = reader
        self._blocks = ByteReader(lambda: read_frame(reader)) if is_compressed else reader

    def read(self) -> tuple[bytes, int] | None:
        """
        Read the next packet.

        Returns:
            A block's bytes and rows, None for a cancellation.
        Raises:
            Malformed: Neither came.
        """
        packet = self._packets.varint()
        if packet == ClientPacketTypes.CANCEL:
            return None
        if packet != ClientPacketTypes.DATA:
            raise Malformed(f"packet {packet} where data belongs")
        self._packets.text(MAX_HELLO_TEXT_BYTES)  # external table's name
        skip_block_info(self._blocks)
        return read_block(self._blocks)
