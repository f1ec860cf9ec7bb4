"""
How much of a rejected event is kept: what LLM_GATEWAY_REJECT_CONTENT says.

`stripped` keeps what attributes, counts and prices the call, and nothing that was said in it. `encrypted` keeps
all of it, closed with ENCRYPTION_KEYS. Events of private teams come here with their numbers alone, whichever, and so
do calls that the gateway turned away: what it reports as their key's hash may be the key itself.
"""

from datetime import datetime

import orjson
import zstandard
from django.conf import settings

from posthog.encryption import decrypt, encrypt
from posthog.llm_analytics.gateway_bodies import Rejection
from posthog.llm_usage.envelope import Payload, parse_element
from posthog.llm_usage.payloads.captured import keep_captured_numbers
from posthog.llm_usage.payloads.litellm import classify_call
from posthog.llm_usage.payloads.stripped import dump_stripped
from posthog.models import GatewayInboxBody, InboxSource, RejectedEvent

REASON_MAX_CHARS = 500

Format = RejectedEvent.Format


def close_content(rejection: Rejection, *, source: str = InboxSource.GATEWAY) -> tuple[bytes | None, str]:
    """What of the event to store, and in which format."""
    if settings.LLM_GATEWAY_REJECT_CONTENT == "encrypted":
        whole = _dump_whole(rejection, source)
        return (encrypt(_compress(whole)), Format.ENCRYPTED) if whole else (None, Format.NOTHING)
    stripped = _dump_stripped(rejection, source)
    return (_compress(stripped), Format.STRIPPED) if stripped else (None, Format.NOTHING)


def build_reject(body: GatewayInboxBody, rejection: Rejection, *, now: datetime) -> RejectedEvent:
    """The reject as it will stand in Postgres, unsaved."""
    event, event_format = close_content(rejection, source=body.source)
    return RejectedEvent(
        source=body.source,
        credential=body.credential,
        gateway=body.credential.gateway if body.credential is not None else None,
        team_id=rejection.team_id,
        batch_id=body.batch_id,
        position=rejection.position,
        reason_code=rejection.code,
        reason=rejection.reason.replace("\x00", "�")[:REASON_MAX_CHARS],
        event=event,
        event_format=event_format,
        received_at=body.received_at,
        rejected_at=now,
    )


def open_content(reject: RejectedEvent) -> bytes | None:
    """
    The event's JSON text as far as it was kept; None where nothing was.

    Raises:
        Undecryptable: It was encrypted with a key that is no longer configured.
    """
    if reject.event is None:
        return None
    kept = bytes(reject.event)
    closed = decrypt(kept) if reject.event_format == Format.ENCRYPTED else kept
    return zstandard.ZstdDecompressor().decompressobj().decompress(closed)


def _dump_whole(rejection: Rejection, source: str) -> bytes | None:
    if rejection.payload is None:
        return rejection.text
    if source == InboxSource.GATEWAY and classify_call(rejection.payload) == "rejected":
        return _strip(rejection.payload, source)
    try:
        return orjson.dumps(rejection.payload, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # nested deeper than it can be written again
        return _strip(rejection.payload, source)


def _dump_stripped(rejection: Rejection, source: str) -> bytes | None:
    """An event of which only the text is known is parsed; what is no event has nothing to strip."""
    payload = rejection.payload
    if payload is None and rejection.text is not None:
        parsed = parse_element(rejection.text, "event")
        payload = parsed if isinstance(parsed, dict) else None
    return _strip(payload, source) if payload is not None else None


def _strip(payload: Payload, source: str) -> bytes | None:
    if source == InboxSource.GATEWAY:
        return dump_stripped(payload)
    return orjson.dumps(keep_captured_numbers(payload), option=orjson.OPT_NON_STR_KEYS)


def _compress(text: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(text)
