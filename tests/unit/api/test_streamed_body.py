"""A request body, read in chunks into a zstd frame."""

import gzip
import io
import zlib
from dataclasses import replace

import pytest
import zstandard

from posthog.api.streamed_body import READ_BYTES, BodyLimits, BodyRefused, StreamedBody, read_streamed_body

LIMITS = BodyLimits(sent_bytes=1_000_000, decoded_bytes=2_000_000, kept_bytes=1_000, counted_braces=5)


def read(body: bytes, encoding: str = "", content_length: int | None = None) -> StreamedBody:
    return read_streamed_body(io.BytesIO(body), content_length=content_length, encoding=encoding, limits=LIMITS)


@pytest.mark.parametrize("content_length", [pytest.param(11, id="announced"), pytest.param(None, id="chunked")])
def test_body_is_stored_as_sent(content_length: int | None) -> None:
    """The frame holds exactly what was sent."""
    body = read(b'[{"id": 1}]', content_length=content_length)
    assert zstandard.ZstdDecompressor().decompressobj().decompress(body.compressed) == b'[{"id": 1}]'
    assert (body.body_bytes, body.decoded) == (11, b'[{"id": 1}]')


def test_gzip_is_decoded_member_by_member() -> None:
    """Concatenated gzip members are one body."""
    assert read(gzip.compress(b"[1,") + gzip.compress(b"2]"), "gzip").decoded == b"[1,2]"


def test_large_body_is_not_kept_decoded() -> None:
    """Past the limit only the compressed form is held."""
    body = read(b"x" * 1_001)
    assert (body.body_bytes, body.decoded) == (1_001, None)


@pytest.mark.parametrize(
    ("body", "encoding", "content_length", "status", "code"),
    [
        pytest.param(b"x", "", 1_000_001, 413, "body_too_large", id="announced-too-large"),
        pytest.param(b"x" * 1_000_001, "", None, 413, "body_too_large", id="sent-too-large"),
        pytest.param(gzip.compress(b"0" * 2_000_001), "gzip", None, 413, "body_too_large", id="gzip-bomb"),
        pytest.param(b"abc", "", 4, 400, "body_truncated", id="shorter-than-announced"),
        pytest.param(gzip.compress(b"abc" * 99)[:-9], "gzip", None, 400, "body_truncated", id="gzip-cut-short"),
        pytest.param(b"not gzip", "gzip", None, 400, "body_not_gzip", id="not-gzip"),
        pytest.param(b"", "gzip", None, 400, "body_truncated", id="gzip-empty"),
        pytest.param(zlib.compress(b"x"), "br", None, 415, "encoding_unknown", id="unknown-encoding"),
    ],
)
def test_body_is_refused_with_the_reason(
    body: bytes, encoding: str, content_length: int | None, status: int, code: str
) -> None:
    """What cannot be taken is refused with the status that says why."""
    with pytest.raises(BodyRefused) as refused:
        read(body, encoding, content_length)
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    ("body", "braces"),
    [
        pytest.param(b"[7]", 0, id="none"),
        pytest.param(b'{"a": "{"}{', 3, id="in-texts-too"),
        pytest.param(b"{" * 9, LIMITS.counted_braces, id="no-more-than-asked-for"),
    ],
)
def test_braces_are_counted_up_to_a_number(body: bytes, braces: int) -> None:
    """Whoever asks for a number of them learns whether there are as many."""
    assert read(body).braces == braces


def test_refused_body_leaves_nothing_to_the_next() -> None:
    """One thread compresses all its bodies with the same compressor; this one broke off with a chunk in it."""
    with pytest.raises(BodyRefused):
        read(b"x" * 300_000 + b"y" * 200_000, content_length=600_000)
    with pytest.raises(BodyRefused):
        read(gzip.compress(b"z" * 900_000)[:-9], "gzip")
    assert zstandard.ZstdDecompressor().decompressobj().decompress(read(b"[7]").compressed) == b"[7]"


def test_braces_are_counted_through_the_chunks() -> None:
    """A large body comes in several."""
    assert read(gzip.compress((b"{" + b" " * 300_000) * 4), "gzip").braces == 4


def test_braces_are_counted_within_a_large_chunk() -> None:
    """A rewritten body comes in chunks as large as its elements."""
    body = (b"{" + b" " * (READ_BYTES // 2)) * 3
    read_whole = read_streamed_body(
        io.BytesIO(body),
        content_length=len(body),
        encoding="",
        limits=replace(LIMITS, sent_bytes=len(body)),
        rewrite=lambda chunks: iter([b"".join(chunks)]),
    )
    assert read_whole.braces == 3
