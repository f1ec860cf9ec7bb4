"""
Write AWS event stream messages, the binary framing of `converse-stream`.

A message: total length and header length (4 bytes each), CRC-32 of these eight, headers, payload, CRC-32 of
all before it. Integers are big-endian; every header here is a string (value type 7).
Source: Amazon Transcribe developer guide, "Event stream encoding"; the same for all AWS services.
"""

import struct
import zlib

STRING = 7
PRELUDE_BYTES = 12
CRC_BYTES = 4


def encode_event(event_type: str, payload: bytes) -> bytes:
    """Frame one JSON event, e.g. `contentBlockDelta`."""
    headers = b"".join(
        _encode_header(name, value)
        for name, value in (
            (":event-type", event_type),
            (":content-type", "application/json"),
            (":message-type", "event"),
        )
    )
    total_bytes = PRELUDE_BYTES + len(headers) + len(payload) + CRC_BYTES
    lengths = struct.pack(">II", total_bytes, len(headers))
    message = lengths + struct.pack(">I", zlib.crc32(lengths)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def _encode_header(name: str, value: str) -> bytes:
    name_bytes, value_bytes = name.encode(), value.encode()
    return struct.pack(">B", len(name_bytes)) + name_bytes + struct.pack(">BH", STRING, len(value_bytes)) + value_bytes
