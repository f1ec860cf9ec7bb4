"""
Reads what an SDK posts, however it is wrapped: plain, gzip or deflate; JSON, base64 of it, or a form with it in `data`.

Browsers say `compression=gzip-js` in the query instead of a header, or nothing: gzip is known by its first bytes.
LZ-string, which only SDKs of before 2021 send, is refused by name.

The project token stands in the body, so anybody's body is parsed. What that may cost is bounded before it: by the size
after decompression, and by the number of objects and arrays: an empty one takes thirty times the memory of its text.
"""

import binascii
import zlib
from base64 import b64decode
from http import HTTPStatus
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest

from posthog.api.chunked_stream import open_body
from posthog.api.streamed_body import BodyRefused, read_sent_bytes
from posthog.errors import InvalidBody

GZIP_MAGIC = b"\x1f\x8b"
WINDOW_BITS = {"gzip": 31, "zlib": 15, "raw": -15}
PLAIN, GZIP, DEFLATE = frozenset({"", "identity"}), frozenset({"gzip", "x-gzip", "gzip-js"}), frozenset({"deflate"})
WRAPPERS = frozenset({"base64", "b64"})
FORM = "application/x-www-form-urlencoded"
MAX_OPENED = 2_000_000
"""Brackets and braces of a body, in texts or not: one for ten bytes of the largest, where calls have one for thirty."""


def read_capture_body(request: HttpRequest) -> bytes:
    """
    Read a request's body to its end and unfold it; returns JSON text, as far as it is any.

    Raises:
        BodyRefused: 413 too large or too many objects, 415 unknown encoding, 400 cut short or damaged.
        InvalidBody: A form without `data`.
    """
    body = read_decoded_body(request)
    _require_known(request.GET.get("compression", "").lower())
    if (request.content_type or "").lower() == FORM or body.startswith(b"data="):
        body = _read_form(body)
    unwrapped = _unwrap(body)
    _require_few_objects(unwrapped)
    return unwrapped


def read_decoded_body(request: HttpRequest) -> bytes:
    """
    Read a request's body to its end and decompress it.

    Raises:
        BodyRefused: As `read_capture_body`.
    """
    stream, content_length = open_body(request)
    sent = read_sent_bytes(stream, content_length=content_length, limit_bytes=settings.CAPTURE_MAX_BODY_BYTES)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in DEFLATE:
        return _inflate(sent, "zlib" if _is_zlib(sent) else "raw")
    if encoding in GZIP or (encoding in PLAIN and sent.startswith(GZIP_MAGIC)):
        return _inflate(sent, "gzip")
    if encoding not in PLAIN:
        message = f"Content-Encoding: expected gzip, deflate or none, got {encoding[:40]!r}"
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "encoding_unknown", message)
    return sent


def _require_known(compression: str) -> None:
    if compression not in PLAIN | GZIP | DEFLATE | WRAPPERS:
        message = f"compression: expected gzip-js, base64 or none, got {compression[:40]!r}"
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "compression_unknown", message)


def _read_form(body: bytes) -> bytes:
    form = parse_qs(body.decode("utf-8", "replace"))
    _require_known(form.get("compression", [""])[0].lower())
    data = form.get("data", [""])[0]
    if not data:
        raise InvalidBody("form_without_data", "data: expected the event as JSON or base64, got nothing")
    # In a form a plus sign stands for a blank; base64 has plus signs and no blanks.
    return (data if data.lstrip().startswith(("{", "[")) else data.replace(" ", "+")).encode()


def _unwrap(body: bytes) -> bytes:
    """Undo base64 where the body is no JSON, and what was compressed inside it."""
    text = body.strip()
    if not text or text.startswith((b"{", b"[", b"\xef\xbb\xbf")):
        return text
    try:
        unwrapped = b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return text
    return _inflate(unwrapped, "gzip") if unwrapped.startswith(GZIP_MAGIC) else unwrapped


def _require_few_objects(text: bytes) -> None:
    if text.count(b"{") + text.count(b"[") > MAX_OPENED:
        message = f"body: expected at most {MAX_OPENED} objects and arrays"
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_objects", message)


def _is_zlib(body: bytes) -> bool:
    """Whether a deflate stream has its header (RFC 1950); some clients leave it out."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _inflate(body: bytes, wrapping: str) -> bytes:
    """Decompress, never further than the limit: a bomb is refused as it unfolds."""
    limit = settings.CAPTURE_MAX_DECOMPRESSED_BYTES
    unfolded, pending = bytearray(), body
    while pending:
        member = zlib.decompressobj(WINDOW_BITS[wrapping])
        try:
            unfolded += member.decompress(pending, limit + 1 - len(unfolded))
        except zlib.error as error:
            raise BodyRefused(HTTPStatus.BAD_REQUEST, "body_not_compressed", f"body: {error}") from None
        if len(unfolded) > limit:
            message = f"body: after decompression larger than the limit of {limit} bytes"
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", message)
        if not member.eof:
            raise BodyRefused(HTTPStatus.BAD_REQUEST, "body_truncated", "body: the compressed stream breaks off")
        pending = member.unused_data if wrapping == "gzip" else b""
    return bytes(unfolded)
