"""
A body that broke every drain that held it is halved until the event that breaks them is alone.

The ranges still to do stand on the inbox row and are written before the work begins, so it makes no difference
whether a drain fails with an error or its process is killed: the attempts of the first range were counted when
it was claimed. Bodies are cut without decoding them: cutting cannot run into what the event runs into.

Attempts: LLM_GATEWAY_MAX_ATTEMPTS for the whole body, one for each range of it, two for an event alone. Then
the event is a reject, with what may be kept of it; where even that fails twice, it is rejected unread.
"""

from posthog.llm_analytics.gateway_bodies import Rejection
from posthog.llm_analytics.inbox_elements import count_elements
from posthog.models import GatewayInboxBody

ATTEMPTS_OF_A_RANGE = 1
ATTEMPTS_OF_AN_EVENT = 2
ATTEMPTS_TO_GIVE_WAY = 2
"""How often a worn-out body may be looked into before it is rejected unread."""
WHOLE_BODY = -1

Range = tuple[int, int]


def is_worn_out(body: GatewayInboxBody, *, max_attempts: int) -> bool:
    """True where the attempt that is beginning would be one too many; `attempts` counts it already."""
    return body.attempts > _attempts_allowed(body, max_attempts)


def halve(body: GatewayInboxBody) -> list[Range]:
    """
    The ranges to do when the first is cut in two; empty where it is one event, which cannot be cut.

    A body of one event becomes that event's range, so that it is named as what it is.
    """
    ranges = list_ranges(body)
    if not ranges:
        events = count_elements(body)
        if events <= 1:
            return [(0, 1)]
        ranges = [(0, events)]
    (start, end), *rest = ranges
    middle = (start + end) // 2
    return [(start, middle), (middle, end), *rest] if end - start > 1 else []


def list_ranges(body: GatewayInboxBody) -> list[Range]:
    """The pending ranges as they were stored; empty: the whole body, never halved."""
    return [(start, end) for start, end in body.pending_ranges]


def reject_event(body: GatewayInboxBody) -> Rejection:
    """The rejection of the event that is left, or of the body that was never cut."""
    ranges = list_ranges(body)
    return Rejection(
        position=ranges[0][0] if ranges else WHOLE_BODY,
        code="event_unprocessable" if ranges else "body_unprocessable",
        reason=f"{body.attempts - 1} attempts failed, last: {body.last_error or 'the worker died'}",
    )


def is_unreadable(body: GatewayInboxBody, *, max_attempts: int) -> bool:
    """True where looking into the worn-out body failed, too, as often as that is tried."""
    return body.attempts > _attempts_allowed(body, max_attempts) + ATTEMPTS_TO_GIVE_WAY


def _attempts_allowed(body: GatewayInboxBody, max_attempts: int) -> int:
    ranges = list_ranges(body)
    if not ranges:
        return max_attempts
    start, end = ranges[0]
    return ATTEMPTS_OF_A_RANGE if end - start > 1 else ATTEMPTS_OF_AN_EVENT
