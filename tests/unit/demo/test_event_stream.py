"""The AWS event stream encoder, read back by a decoder that shares nothing with it."""

import struct
import zlib

import pytest

from demo.event_stream import encode_event

GOLDEN = bytes.fromhex(
    "0000006300000051a7dcb3960b3a6576656e742d7479706507000b6d65737361676553746f700d3a636f6e74656e742d"
    "747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b7d6c"
    "401bbd"
)
"""`messageStop` with payload `{}`; botocore 1.44.8's decoder reads it as such."""


def decode(message: bytes) -> tuple[dict[str, str], bytes]:
    total_bytes, header_bytes, prelude_crc = struct.unpack_from(">III", message)
    assert total_bytes == len(message)
    assert prelude_crc == zlib.crc32(message[:8])
    assert struct.unpack(">I", message[-4:])[0] == zlib.crc32(message[:-4])
    return read_headers(message[12 : 12 + header_bytes]), message[12 + header_bytes : -4]


def read_headers(data: bytes) -> dict[str, str]:
    headers, at = {}, 0
    while at < len(data):
        name_end = at + 1 + data[at]
        value_type, value_bytes = struct.unpack_from(">BH", data, name_end)
        assert value_type == 7
        value_end = name_end + 3 + value_bytes
        headers[data[at + 1 : name_end].decode()] = data[name_end + 3 : value_end].decode()
        at = value_end
    return headers


def test_message_matches_recorded_bytes() -> None:
    """A message is, byte for byte, what AWS's own decoder accepts."""
    assert encode_event("messageStop", b"{}") == GOLDEN


@pytest.mark.parametrize("payload", [b"", b"{}", "{„€“}".encode(), b"x" * 70_000])
def test_message_survives_decoding(payload: bytes) -> None:
    """Lengths, checksums, headers and payload come back as they were."""
    headers, decoded = decode(encode_event("contentBlockDelta", payload))
    assert decoded == payload
    assert headers == {
        ":event-type": "contentBlockDelta",
        ":content-type": "application/json",
        ":message-type": "event",
    }
