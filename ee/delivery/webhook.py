"""
A report as a signed POST.

    Idempotency-Key: <uuid>                 the same at each attempt of this version to this destination
    X-PostHog-Timestamp: 1795473656         unix seconds of the attempt
    X-PostHog-Signature: v1=<hex of hmac_sha256(secret, timestamp + "." + body)>

A receiver checks the signature over the bytes received, refuses old timestamps, and takes each key once.
"""

from datetime import datetime

import orjson

from ee.delivery.contents import Contents, to_json
from posthog.delivery.http_answer import require_success
from posthog.llm_gateway.signature import sign_body
from posthog.outbound_http import OutboundRequest

USER_AGENT = "posthog-llm-accounting"


def send_webhook(contents: Contents, *, now: datetime) -> None:
    """
    Raises:
        DeliveryFailed: The receiver has not taken it.
        Undecryptable: The signing secret cannot be opened.
    """
    destination = contents.delivery.destination
    body = orjson.dumps(to_json(contents))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Idempotency-Key": str(contents.delivery.idempotency_key),
        **sign_body(body, secret=destination.open_secret(), timestamp=int(now.timestamp())),
    }
    require_success(OutboundRequest(url=destination.address, headers=headers, body=body))
