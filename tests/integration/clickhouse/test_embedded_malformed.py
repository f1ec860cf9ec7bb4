"""Whatever bytes a client sends, the worst that happens is the end of its own connection."""

import random
from collections.abc import Iterator
from struct import pack

import pytest
from clickhouse_driver import Client

from posthog.clickhouse.embedded.frames import SIZES, compress
from posthog.clickhouse.embedded.native_blocks import BLOCK_INFO, EMPTY_BLOCK, encode_text, encode_varint
from tests.integration.clickhouse.embedded_server import EmbeddedServer
from tests.integration.clickhouse.wire_bytes import data, hello, query, talk

LZ4, ZSTD = 0x82, 0x90
HUGE = b"\xff" * 9 + b"\x01"
MUTATIONS = 400
INSERT = "INSERT INTO fuzzed (n, s, l, a) VALUES"
BLOCK = (
    encode_varint(4)
    + encode_varint(2)
    + b"".join((encode_text("n"), encode_text("Nullable(Int64)"), b"\x00\x01", pack("<qq", 1, 0)))
    + b"".join((encode_text("s"), encode_text("String"), encode_text("hello"), encode_text("")))
    + b"".join((encode_text("l"), encode_text("LowCardinality(String)"), pack("<qqq", 1, 0x600, 2)))
    + b"".join((encode_text(""), encode_text("key"), pack("<q", 2), b"\x01\x00"))
    + b"".join((encode_text("a"), encode_text("Array(String)"), pack("<qq", 1, 1), encode_text("element")))
)


def conversation(method: int | None = None) -> bytes:
    """One whole, good INSERT."""
    blocks = b"".join(data(block, method=method) for block in (EMPTY_BLOCK, BLOCK, BLOCK, EMPTY_BLOCK))
    return hello() + query(INSERT, is_compressed=method is not None) + blocks


@pytest.fixture
def table(server: EmbeddedServer) -> Iterator[Client]:
    """The table that `INSERT` names, empty."""
    client = server.connect()
    client.execute(
        "CREATE TABLE fuzzed (n Nullable(Int64), s String, l LowCardinality(String), a Array(String)) ENGINE = Memory"
    )
    yield client
    client.execute("DROP TABLE fuzzed")


@pytest.mark.parametrize(
    "method", [pytest.param(None, id="plain"), pytest.param(LZ4, id="lz4"), pytest.param(ZSTD, id="zstd")]
)
def test_the_conversation_that_is_spoiled_below_is_good(
    server: EmbeddedServer, table: Client, method: int | None
) -> None:
    """It stores its rows: so what the others find is their own spoiling."""
    talk(server, conversation(method))
    assert table.execute("SELECT n, s, l, a FROM fuzzed ORDER BY n LIMIT 2 BY n") == [
        (1, "hello", "key", ["element"]),
        (1, "hello", "key", ["element"]),
        (None, "", "", []),
        (None, "", "", []),
    ]


QUERY = hello() + query(INSERT)
COMPRESSED = hello() + query(INSERT, is_compressed=True) + data(EMPTY_BLOCK, method=LZ4)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", id="HTTP"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(HUGE * 100, id="endless numbers"),
        pytest.param(hello(packet=1), id="query before hello"),
        pytest.param(hello(revision=54000), id="old client"),
        pytest.param(hello(user=HUGE), id="endless user"),
        pytest.param(hello(user=b"\x02\xff\xfe"), id="user that is no text"),
        pytest.param(hello() + b"\x07", id="unknown packet"),
        pytest.param(hello() + data(BLOCK), id="data without query"),
        pytest.param(hello() + b"\x01" + HUGE, id="endless query id"),
        pytest.param(hello() + query("SELECT 1")[:-8] + HUGE, id="endless query"),
        pytest.param(hello() + query("SELECT 1") + b"\x04", id="ping for data"),
        pytest.param(QUERY + data(EMPTY_BLOCK, info=b"\x09\x00"), id="block info"),
        pytest.param(QUERY + data(EMPTY_BLOCK) + data(HUGE + b"\x01"), id="endless columns"),
        pytest.param(QUERY + data(EMPTY_BLOCK) + data(b"\x01" + HUGE + BLOCK[2:]), id="endless rows"),
        pytest.param(QUERY + data(EMPTY_BLOCK) + data(b"\x01\x01\x01n\x0bNullable((("), id="type without end"),
        pytest.param(QUERY + data(EMPTY_BLOCK) + data(b"\x01\x01\x01n\x04JSON\x00"), id="type without layout"),
        pytest.param(
            QUERY + data(EMPTY_BLOCK) + data(b"\x01\x01\x01n" + encode_text("Array(" * 5000 + "Int8" + ")" * 5000)),
            id="type without bottom",
        ),
        pytest.param(
            QUERY + data(EMPTY_BLOCK) + data(b"\x01\x01\x01a\x0dArray(String)" + b"\xff" * 8), id="endless array"
        ),
        pytest.param(
            QUERY + data(EMPTY_BLOCK) + data(b"\x01\x02\x01l\x16LowCardinality(String)" + pack("<qqqq", 1, 0, 0, 0)),
            id="keys that never end",
        ),
        pytest.param(COMPRESSED + b"\x02\x00" + b"\x00" * 100, id="wrong checksum"),
        pytest.param(COMPRESSED + b"\x02\x00" + b"\x00" * 16 + SIZES.pack(LZ4, 1 << 31, 1), id="endless frame"),
        pytest.param(COMPRESSED + b"\x02\x00" + compress(LZ4, BLOCK_INFO + b"\xff" * 50), id="garbage in a frame"),
    ],
)
def test_bytes_that_are_not_the_protocol(server: EmbeddedServer, table: Client, said: bytes) -> None:
    """An exception packet, nothing stored, and others are served as before."""
    assert b"DB::NetException: The client sent " in talk(server, said)
    assert table.execute("SELECT count() FROM fuzzed") == [(0,)]
    assert "Traceback" not in server.errors


@pytest.mark.parametrize(
    "method", [pytest.param(None, id="plain"), pytest.param(LZ4, id="lz4"), pytest.param(ZSTD, id="zstd")]
)
def test_a_conversation_spoiled_anywhere(server: EmbeddedServer, table: Client, method: int | None) -> None:
    """Bytes changed, left out and put in, and the end cut off; the seed is fixed, so a failure comes again."""
    choose = random.Random(20261125)
    good = conversation(method)
    for _ in range(MUTATIONS):
        spoiled = bytearray(good)
        for _ in range(choose.randint(1, 4)):
            place = choose.randrange(len(hello()), len(spoiled))
            spoiled[place : place + choose.randint(0, 2)] = choose.randbytes(choose.randint(0, 3))
        talk(server, bytes(spoiled[: choose.choice((len(spoiled), choose.randrange(len(spoiled))))]))
    assert table.execute("SELECT 1") == [(1,)]
    assert "Traceback" not in server.errors
