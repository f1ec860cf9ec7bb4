"""
What an SDK's request says: the project token, the events, and the client's clock when it sent them. Pure.

Three shapes: `{"batch": [...]}`, one event, and an array of events. The token stands in the body (`api_key`, `token`),
in the query, in the `Authorization` header, or in each event, where all must name the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from posthog.errors import InvalidBody, ProjectTokenUnknown
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.payloads.captured_identity import TOKENS, find_sent_moment
from posthog.llm_usage.payloads.fields import find_object, find_text

TOKEN_KEYS = ("api_key", "token")
SENT_AT_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """
    Attributes:
        token: Without the blanks that a copied one may have around it; '' where none is named.
        events: As they were sent.
        sent_at: Aware UTC; None where the client does not say.
    """

    token: str
    events: list[Any]
    sent_at: datetime | None


def parse_capture_request(body: bytes, *, query: Mapping[str, str], authorization: str = "") -> CaptureRequest:
    """
    Read a request.

    Args:
        body: Decoded JSON text.
        query: The address's parameters.
        authorization: The header; '' where there is none.
    Raises:
        InvalidBody: Not JSON, or none of the three shapes.
        ProjectTokenUnknown: Its events name several tokens.
    """
    if not body:
        raise InvalidBody("body_empty", "body: expected JSON, got nothing")
    envelope = parse_json(body.removeprefix(b"\xef\xbb\xbf"))
    events = _list_events(envelope)
    named = envelope if isinstance(envelope, Mapping) else {}
    token = find_text(named, *TOKEN_KEYS) or find_text(query, *TOKEN_KEYS) or read_bearer(authorization)
    return CaptureRequest(
        token=(token or _find_events_token(events)).strip(),
        events=events,
        sent_at=find_sent_moment(named, "sent_at") or _find_query_moment(query),
    )


def read_bearer(authorization: str) -> str:
    """The token of `Bearer <token>`; '' for anything else."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _list_events(envelope: Any) -> list[Any]:
    if isinstance(envelope, Mapping) and "batch" in envelope:
        events = envelope["batch"]
        if not isinstance(events, list):
            raise InvalidBody("batch_not_array", f"batch: expected an array, got {type(events).__name__}")
    elif isinstance(envelope, Mapping) and "event" in envelope:
        events = [envelope]
    elif isinstance(envelope, list):
        events = envelope
    else:
        raise InvalidBody("body_not_events", "body: expected an event, an array of events, or `batch`")
    return events


def _find_events_token(events: Iterable[Any]) -> str:
    tokens = {token for event in events if isinstance(event, Mapping) for token in _list_tokens(event)}
    if len(tokens) > 1:
        raise ProjectTokenUnknown("project_tokens_differ", "token: expected one for all events of a request")
    return tokens.pop() if tokens else ""


def _list_tokens(event: Mapping[str, Any]) -> Iterator[str]:
    for source in (event, find_object(event, "properties")):
        yield from (token for key in TOKENS if (token := find_text(source, key)) is not None)


def _find_query_moment(query: Mapping[str, str]) -> datetime | None:
    """Browsers send the milliseconds as `_`; a count of seconds there is an old SDK's, and is not used."""
    moment = find_sent_moment(query, "_")
    return moment if moment is not None and moment >= SENT_AT_EARLIEST and "." not in query["_"] else None
