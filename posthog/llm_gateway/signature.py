"""
The optional signature of a request: proof of the sender and of the time, for receivers that ask for it.

    X-PostHog-Timestamp: <Unix seconds>
    X-PostHog-Signature: v1=<hex HMAC-SHA256(secret, timestamp + "." + body)>

The body is signed as it is sent, compressed.
"""

import hashlib
import hmac

TIMESTAMP_HEADER = "X-PostHog-Timestamp"
SIGNATURE_HEADER = "X-PostHog-Signature"


def sign_body(body: bytes, *, secret: str, timestamp: int) -> dict[str, str]:
    """The two headers."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {TIMESTAMP_HEADER: str(timestamp), SIGNATURE_HEADER: f"v1={digest}"}
