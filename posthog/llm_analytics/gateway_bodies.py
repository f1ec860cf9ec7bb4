"""
One body → rows of `ai_events` and rejections, element by element. Pure: no store, no clock. A gateway's elements are
its payloads, a captured body's are events as the door wrote them; beyond that there is no difference.

An element that cannot become a row is a rejection with its reason; its neighbours are untouched.

A row takes six steps: `prepare_event`, `count_prepared`, `check_prepared`, `request_prepared`, `account_prepared`,
`lay_out_prepared`. To do each for some dozens of elements before the next takes a fifth less time than to do all six
for each (measured): the code stays in the processor's cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_usage.accounting import AccountedEvent, CountedEvent, check_event, count_event, price_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.envelope import Payload, UnreadableEvent, parse_body, parse_element
from posthog.llm_usage.payloads.captured import build_captured_event, keep_captured_numbers
from posthog.llm_usage.payloads.litellm import build_ai_event, find_gateway_team_id, find_gateway_version
from posthog.llm_usage.payloads.private import keep_event_numbers, keep_numbers
from posthog.llm_usage.pricing.request import PriceRequest, read_price_request
from posthog.llm_usage.rows import Row, RowContext, lay_out_row

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK_SKEW_MAX = timedelta(days=1)
UNKNOWN_AGE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySource:
    """
    Where a body came from.

    Attributes:
        received_at: Aware UTC; None skips the checks against the clock (a dry run of an old log).
        offset: The inbox's id of the body; kept in `_offset`.
        user_agent: Of the request; a gateway's names its version.
        is_captured: Its events came with the project token of the attribution's only team, not from a gateway.
    """

    attribution: Attribution
    received_at: datetime | None = None
    offset: int = 0
    user_agent: str = ""
    is_captured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """
    An element that became no row.

    Attributes:
        payload: None where it was not even an object.
        text: What stood there instead; None where that may not be kept.
    """

    position: int
    code: str
    reason: str
    team_id: int | None = None
    payload: Payload | None = None
    text: bytes | None = None


def read_gateway_body(body: bytes, source: BodySource) -> Iterator[Row | Rejection]:
    """
    Turn each element into a row or a rejection, in order. Positions count from 0.

    A body that cannot be read at all is one rejection at position 0.
    """
    try:
        elements = parse_body(body)
    except InvalidBody as error:
        yield Rejection(position=0, code=error.code, reason=str(error))
        return
    outcomes = (read_element(element, source, position) for position, element in enumerate(elements))
    yield from (outcome for outcome in outcomes if outcome is not None)


def read_element(element: Payload | InvalidEvent, source: BodySource, position: int) -> Row | Rejection | None:
    """Turn one element into its row; None where its team had what arrived until then deleted."""
    prepared = prepare_event(element, source, position)
    if not isinstance(prepared, PreparedEvent):
        return prepared
    for step in (count_prepared, check_prepared, request_prepared, account_prepared):
        step(prepared)
    return lay_out_prepared(prepared)


@dataclass(slots=True)
class PreparedEvent:
    """
    An event on its way to a row.

    Attributes:
        payload: What it was made of, as far as it may be kept.
        counted: None until `count_prepared`; `price_request` until `request_prepared`, `accounted` until the last.
    """

    event: AiEvent
    context: RowContext
    payload: Payload
    counted: CountedEvent | None = None
    price_request: PriceRequest | None = None
    accounted: AccountedEvent | None = None


def prepare_event(
    element: Payload | InvalidEvent, source: BodySource, position: int
) -> PreparedEvent | Rejection | None:
    """Find out whose event it is and what it says; None where its team had what arrived until then deleted."""
    if isinstance(element, InvalidEvent):
        return _reject_unreadable(element, source, position)
    gateway_team_id = _find_gateway_team_id(element, source)
    is_private = not source.attribution.may_keep_content(gateway_team_id)
    payload = _keep_numbers(element, source) if is_private else element
    policy: TeamPolicy | None = None
    try:
        policy = source.attribution.find_policy(gateway_team_id)
        if _is_deleted(policy, source.received_at):
            return None
        event = _build_event(payload, policy.team_id, source)
        _check_time(event, policy, source)
        event = keep_event_numbers(event) if is_private else event
        return PreparedEvent(event, _build_context(event, policy, source, position), payload)
    except InvalidEvent as error:
        team_id = policy.team_id if policy else None
        return Rejection(position=position, code=error.code, reason=str(error), team_id=team_id, payload=payload)


def count_prepared(prepared: PreparedEvent) -> PreparedEvent:
    """Read its counts."""
    prepared.counted = count_event(prepared.event)
    return prepared


def check_prepared(prepared: PreparedEvent) -> PreparedEvent:
    """Hold its counts against the rest of the event."""
    assert prepared.counted is not None
    prepared.counted = check_event(prepared.event, prepared.counted)
    return prepared


def request_prepared(prepared: PreparedEvent) -> PreparedEvent:
    """Read what else its price depends on."""
    event, team_prices = prepared.event, prepared.context.team_prices
    prepared.price_request = read_price_request(event.properties, at=event.timestamp, team_prices=team_prices)
    return prepared


def account_prepared(prepared: PreparedEvent) -> PreparedEvent:
    """Price its counts; with that all its numbers are known."""
    assert prepared.counted is not None
    assert prepared.price_request is not None
    prepared.accounted = price_event(prepared.counted, prepared.price_request)
    return prepared


def lay_out_prepared(prepared: PreparedEvent) -> Row | Rejection:
    """The row of an event whose numbers are worked out."""
    event, context = prepared.event, prepared.context
    assert prepared.accounted is not None
    try:
        return lay_out_row(event, prepared.accounted, context)
    except InvalidEvent as error:
        return Rejection(
            position=context.position,
            code=error.code,
            reason=str(error),
            team_id=event.team_id,
            payload=prepared.payload,
        )


def _find_gateway_team_id(element: Payload, source: BodySource) -> str | None:
    return None if source.is_captured else find_gateway_team_id(element)


def _keep_numbers(element: Payload, source: BodySource) -> Payload:
    return keep_captured_numbers(element) if source.is_captured else keep_numbers(element)


def _build_event(payload: Payload, team_id: int, source: BodySource) -> AiEvent:
    if source.is_captured:
        return build_captured_event(payload, team_id)
    return build_ai_event(
        payload,
        team_id=team_id,
        gateway=source.attribution.gateway,
        gateway_version=find_gateway_version(source.user_agent),
    )


def _reject_unreadable(error: InvalidEvent, source: BodySource, position: int) -> Rejection:
    may_be_private = source.attribution.has_private_team
    return Rejection(
        position=position,
        code=error.code,
        reason=str(error),
        team_id=source.attribution.only_team_id,
        text=error.text if isinstance(error, UnreadableEvent) and not may_be_private else None,
    )


def reject_text(rejection: Rejection, text: bytes | None, source: BodySource) -> Rejection:
    """Add to the rejection of one event its team and as much of its text as may be kept."""
    element = parse_element(text, "event") if text is not None else None
    if element is None:
        return replace(rejection, team_id=source.attribution.only_team_id)
    if isinstance(element, InvalidEvent):
        unreadable = _reject_unreadable(element, source, rejection.position)
        return replace(rejection, team_id=unreadable.team_id, text=unreadable.text)
    gateway_team_id = _find_gateway_team_id(element, source)
    payload = element if source.attribution.may_keep_content(gateway_team_id) else _keep_numbers(element, source)
    try:
        team_id = source.attribution.find_policy(gateway_team_id).team_id
    except InvalidEvent:
        team_id = None
    return replace(rejection, team_id=team_id, payload=payload)


def _is_deleted(policy: TeamPolicy, received_at: datetime | None) -> bool:
    deleted_before = policy.events_deleted_before
    return deleted_before is not None and received_at is not None and received_at < deleted_before


def _build_context(event: AiEvent, policy: TeamPolicy, source: BodySource, position: int) -> RowContext:
    return RowContext(
        ingested_at=source.received_at or event.timestamp,
        retention_days=policy.retention_days,
        offset=source.offset,
        position=position,
        team_prices=policy.prices,
    )


def _check_time(event: AiEvent, policy: TeamPolicy, source: BodySource) -> None:
    """
    Refuse a time at which no call of this sender can have happened, and one that retention drops at once.

    Raises:
        InvalidEvent: `timestamp_out_of_range` or `past_retention`.
    """
    age = source.received_at - event.timestamp if source.received_at else UNKNOWN_AGE
    if event.timestamp < EARLIEST or age < -CLOCK_SKEW_MAX:
        raise InvalidEvent(
            "timestamp_out_of_range",
            f"{_name_time(source)}: expected {EARLIEST:%Y-%m-%d} or later and at most one day ahead of the "
            f"receiver's clock, got {event.timestamp:%Y-%m-%dT%H:%M:%SZ}",
        )
    if age > timedelta(days=policy.retention_days):
        raise InvalidEvent(
            "past_retention",
            f"{_name_time(source)}: {event.timestamp:%Y-%m-%d} lies before the team's retention of "
            f"{policy.retention_days} days; raise the retention to keep it",
        )


def _name_time(source: BodySource) -> str:
    return "timestamp" if source.is_captured else "startTime"
