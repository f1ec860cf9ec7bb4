"""The protocol's bytes, written by hand: for what no driver would send."""

import socket

from posthog.clickhouse.embedded.client_packets import REVISION
from posthog.clickhouse.embedded.frames import compress
from posthog.clickhouse.embedded.native_blocks import BLOCK_INFO, encode_text, encode_varint
from stack.system import LOOPBACK
from tests.integration.clickhouse.embedded_server import PASSWORD, USER, EmbeddedServer

ANSWER_TIMEOUT_S = 60


def hello(*, packet: int = 0, revision: int = REVISION, user: bytes = encode_text(USER)) -> bytes:
    """The first packet."""
    versions = b"".join(map(encode_varint, (20, 10, revision)))
    return encode_varint(packet) + encode_text("fuzz") + versions + encode_text("") + user + encode_text(PASSWORD)


def query(text: str, *, is_compressed: bool = False) -> bytes:
    """A query without client info or settings."""
    flags = encode_varint(2) + encode_varint(int(is_compressed))
    return encode_varint(1) + encode_text("") + b"\x00" + encode_text("") + encode_text("") + flags + encode_text(text)


def data(block: bytes, *, method: int | None = None, info: bytes = BLOCK_INFO) -> bytes:
    """A block, in a frame where there is a method."""
    body = info + block
    return encode_varint(2) + encode_text("") + (body if method is None else compress(method, body))


def talk(server: EmbeddedServer, said: bytes) -> bytes:
    """Say it, hang up, and hear the answer to its end."""
    with socket.create_connection((LOOPBACK, server.port), timeout=ANSWER_TIMEOUT_S) as connection:
        answer = bytearray()
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                answer += piece
        except ConnectionError:  # the server hung up with bytes of ours unread
            pass
        return bytes(answer)
