"""What the receiver said to a body, and what it means for the events in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus

REFUSALS = frozenset({400, 413, 415, 422})
DENIALS = frozenset({401, 403})
LATER = frozenset({408, 425, 429})


class Meaning(Enum):
    """
    STORED: the receiver has the events. REFUSED: it will never take this body. DENIED: it does not take this
    credential. LATER: it cannot now. UNKNOWN: nothing that a webhook of ours says; is the URL right?
    """

    STORED = "stored"
    REFUSED = "refused"
    DENIED = "denied"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """
    The answer to one request.

    Attributes:
        status: None where there was none: no connection, or it broke, or the time was over.
        text: The body's beginning, or the error's name.
        retry_after_s: What the receiver asked for; None where it did not.
    """

    status: int | None
    text: str = ""
    retry_after_s: float | None = None

    @property
    def meaning(self) -> Meaning:
        if self.status is None or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or self.status in LATER:
            return Meaning.LATER
        if self.status == HTTPStatus.ACCEPTED:
            return Meaning.STORED
        if self.status in REFUSALS:
            return Meaning.REFUSED
        return Meaning.DENIED if self.status in DENIALS else Meaning.UNKNOWN


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """
    Seconds to wait, from seconds or an HTTP date; None where neither can be read.

    Args:
        now: Unix seconds.
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.fromtimestamp(now, UTC)).total_seconds())
