"""
Reads a request body in chunks, straight into a zstd frame: a large body is never held twice, or decompressed.

Whatever is wrong with the body is a `BodyRefused` with the HTTP status that says so.
"""

import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import zstandard

from posthog.errors import InvalidEvent

READ_BYTES = 1024 * 1024
"""As much as gunicorn takes from the socket at once; what is asked for in smaller pieces it copies again for each."""
UNFOLDED_BYTES = 256 * 1024
HEAD_BYTES = 16 * 1024
ZSTD = zstandard.ZstdCompressionParameters.from_level(1, window_log=21)
"""
Bodies stay for seconds: level 3 makes them a fifth smaller and takes the sender 2.5 times as long (measured). A window
of 2 MB holds most of them whole: beside the level's own of 512 KB a fifth smaller and an eighth faster (measured).
"""
GZIP_WINDOW_BITS = 31

_local = threading.local()


class BodyRefused(InvalidEvent):
    """The body is not taken; `status` is the HTTP status that tells the sender why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.status = status


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """
    Attributes:
        sent_bytes: Limit of what is sent, compressed or not.
        decoded_bytes: Limit after decompression.
        kept_bytes: Up to this size the decoded body is kept beside its compressed form.
        counted_braces: Where counting braces stops; fewer than that are all there are, and no fewer than objects.
    """

    sent_bytes: int
    decoded_bytes: int
    kept_bytes: int
    counted_braces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedBody:
    """
    A body that was read to its end.

    Attributes:
        decoded: None where it is larger than `kept_bytes`.
        head: Its beginning, decoded.
        braces: How often { occurs in it, in strings or not, counted up to `counted_braces`.
    """

    compressed: bytes | bytearray
    body_bytes: int
    decoded: bytes | None
    head: bytes
    braces: int


Rewrite = Callable[[Iterator[bytes]], Iterator[bytes]]
"""Decoded chunks → the chunks to keep."""


def read_streamed_body(
    stream: Readable,
    *,
    content_length: int | None,
    encoding: str,
    limits: BodyLimits,
    rewrite: Rewrite = iter,
) -> StreamedBody:
    """
    Read the body to its end.

    Args:
        content_length: What the sender announced; None for a chunked body.
        encoding: The Content-Encoding: '', `identity` or `gzip`.
        rewrite: What to make of the body before any of it is kept; default: nothing.
    Raises:
        BodyRefused: 413 too large, 415 unknown encoding, 400 cut short or damaged.
    """
    if content_length is not None and content_length > limits.sent_bytes:
        raise _too_large(limits.sent_bytes)
    decoded_chunks = _decode(_read_chunks(stream, content_length, limits.sent_bytes), encoding)
    compressor = _get_compressor().compressobj()
    compressed = bytearray()
    kept: list[bytes] | None = []
    head = b""
    body_bytes = braces = 0
    for chunk in rewrite(_limit(decoded_chunks, limits.decoded_bytes)):
        body_bytes += len(chunk)
        braces += _count_braces(chunk, limits.counted_braces - braces)
        head = head or bytes(chunk[:HEAD_BYTES])
        if kept is not None and body_bytes <= limits.kept_bytes:
            kept.append(chunk)
        else:
            kept = None
        compressed += compressor.compress(chunk)
    compressed += compressor.flush()
    decoded = b"".join(kept) if kept is not None else None
    return StreamedBody(compressed=compressed, body_bytes=body_bytes, decoded=decoded, head=head, braces=braces)


def _get_compressor() -> zstandard.ZstdCompressor:
    """
    This thread's own, kept, for one body at a time: it takes 3 MB, and memory that is new for every body costs more
    time than compressing it (measured).
    """
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(compression_params=ZSTD)
    kept: zstandard.ZstdCompressor = _local.compressor
    return kept


def read_sent_bytes(stream: Readable, *, content_length: int | None, limit_bytes: int) -> bytes:
    """
    Read the body to its end as it was sent, nothing decoded.

    Raises:
        BodyRefused: 413 too large, 400 cut short.
    """
    if content_length is not None and content_length > limit_bytes:
        raise _too_large(limit_bytes)
    return b"".join(_read_chunks(stream, content_length, limit_bytes))


def _read_chunks(stream: Readable, content_length: int | None, limit_bytes: int) -> Iterator[bytes]:
    sent_bytes = 0
    while content_length is None or sent_bytes < content_length:
        wanted = READ_BYTES if content_length is None else min(READ_BYTES, content_length - sent_bytes)
        chunk = stream.read(wanted)
        if not chunk:
            break
        sent_bytes += len(chunk)
        if sent_bytes > limit_bytes:
            raise _too_large(limit_bytes)
        yield chunk
    if content_length is not None and sent_bytes < content_length:
        message = f"body: expected {content_length} bytes as announced, got {sent_bytes}"
        raise BodyRefused(400, "body_truncated", message)


def _count_braces(chunk: bytes, limit: int) -> int:
    """
    By what is left without them: where they are few, as in calls, a third of the time of `count` (measured). In parts,
    for a chunk may be a whole element, which is not held twice, and where they are many the first part is enough.
    """
    braces = 0
    for start in range(0, len(chunk), READ_BYTES):
        if braces >= limit:
            break
        part = chunk[start : start + READ_BYTES]
        braces += len(part) - len(part.replace(b"{", b""))
    return min(braces, limit)


def _limit(chunks: Iterator[bytes], limit_bytes: int) -> Iterator[bytes]:
    decoded_bytes = 0
    for chunk in chunks:
        decoded_bytes += len(chunk)
        if decoded_bytes > limit_bytes:
            raise _too_large(limit_bytes, "after decompression ")
        yield chunk


def _decode(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        return chunks
    if encoding in ("gzip", "x-gzip"):
        return _gunzip(chunks)
    message = f"Content-Encoding: expected gzip or none, got {encoding[:40]!r}"
    raise BodyRefused(415, "encoding_unknown", message)


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress members in a row, never more than a chunk at a time: a bomb is counted as it unfolds."""
    member: Any = zlib.decompressobj(GZIP_WINDOW_BITS)
    for chunk in chunks:
        pending = chunk
        while pending:
            if member.eof:
                member = zlib.decompressobj(GZIP_WINDOW_BITS)
            try:
                unfolded = member.decompress(pending, UNFOLDED_BYTES)
            except zlib.error as error:
                raise BodyRefused(400, "body_not_gzip", f"body: expected gzip, {error}") from None
            if unfolded:
                yield unfolded
            pending = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise BodyRefused(400, "body_truncated", "body: the gzip stream ends before its end mark")


def _too_large(limit_bytes: int, when: str = "") -> BodyRefused:
    return BodyRefused(413, "body_too_large", f"body: {when}larger than the limit of {limit_bytes} bytes")
