"""
An optional proof that a body is the sender's own and of this moment: HMAC-SHA256 under the credential's secret.

    X-PostHog-Timestamp: 1795473656                       unix seconds
    X-PostHog-Signature: v1=<hex of hmac_sha256(secret, timestamp + "." + body)>

The body is the bytes as sent, before gzip is undone; they are hashed while they stream in. Several signatures may
stand in the header, separated by commas: one must fit. A signed request can be repeated within the window; the
events in it still count once. The sender's side is `posthog/llm_gateway/signature.py`.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings

from posthog.api.streamed_body import Readable
from posthog.encryption import decrypt
from posthog.errors import CredentialUnknown
from posthog.models import GatewayCredential

TIMESTAMP_HEADER = "X-PostHog-Timestamp"
SIGNATURE_HEADER = "X-PostHog-Signature"
VERSION = "v1="
LONGEST_TIMESTAMP = 12


class SignedStream:
    """A body that is hashed as it is read; `require_match` after its end."""

    def __init__(self, stream: Readable, *, secret: bytes, timestamp: str, signatures: list[str]) -> None:
        self._stream = stream
        self._signatures = signatures
        self._mac = hmac.new(secret, f"{timestamp}.".encode(), sha256)

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self._mac.update(chunk)
        return chunk

    def require_match(self) -> None:
        """
        Raises:
            CredentialUnknown: `signature_mismatch`: no signature is that of what was read.
        """
        expected = self._mac.hexdigest()
        matches = [hmac.compare_digest(signature.encode(), expected.encode()) for signature in self._signatures]
        if not any(matches):
            raise CredentialUnknown("signature_mismatch", f"{SIGNATURE_HEADER}: is not that of the body received")


def open_signed_stream(
    stream: Readable, headers: Mapping[str, str], credential: GatewayCredential, *, now: datetime
) -> SignedStream | None:
    """
    Begin to check a request's signature; None where the credential asks for none and none was sent.

    Raises:
        CredentialUnknown: `signature_missing`, `signature_malformed`, or `signature_expired`: its timestamp is
            further from now than LLM_GATEWAY_SIGNATURE_WINDOW_S.
    """
    timestamp, header = headers.get(TIMESTAMP_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
    if credential.signing_secret is None or not (header or credential.is_signature_required):
        return None
    if not header:
        raise CredentialUnknown("signature_missing", f"{SIGNATURE_HEADER}: this credential's bodies must be signed")
    _require_fresh(timestamp, now=now)
    signatures = [part.strip().removeprefix(VERSION) for part in header.split(",") if part.strip().startswith(VERSION)]
    if not signatures:
        raise CredentialUnknown("signature_malformed", f"{SIGNATURE_HEADER}: expected `{VERSION}<hex>`")
    secret = decrypt(bytes(credential.signing_secret))
    return SignedStream(stream, secret=secret, timestamp=timestamp, signatures=signatures)


def _require_fresh(timestamp: str, *, now: datetime) -> None:
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > LONGEST_TIMESTAMP:
        raise CredentialUnknown("signature_malformed", f"{TIMESTAMP_HEADER}: expected unix seconds")
    window = timedelta(seconds=settings.LLM_GATEWAY_SIGNATURE_WINDOW_S)
    if abs(now.timestamp() - int(timestamp)) > window.total_seconds():
        message = f"{TIMESTAMP_HEADER}: further than {window.total_seconds():g} s from the receiver's clock"
        raise CredentialUnknown("signature_expired", message)
