"""A gateway's books against ours, without either."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from posthog.llm_analytics.reconciliation import (
    Comparison,
    HourBooks,
    LoggedCall,
    StoredCall,
    compare_books,
    count_hour,
    parse_logged_call,
)
from tests.spend_rows import make_spend_row

HOUR = datetime(2026, 11, 24, 10, tzinfo=UTC)
STARTED_AT = datetime(2026, 11, 24, 10, 0, 56, 778000, tzinfo=UTC)
EVENT = UUID(int=1)


def make_logged(**fields: Any) -> LoggedCall:
    call = parse_logged_call(make_spend_row(**fields))
    assert call is not None
    return call


def make_stored(**fields: Any) -> StoredCall:
    defaults: dict[str, Any] = {
        **{"response_id": "chatcmpl-1", "call_id": "call-1", "is_failure": False, "is_cache_hit": False},
        **{"started_at": STARTED_AT, "ended_at": STARTED_AT + timedelta(seconds=1), "uuid": EVENT},
    }
    return StoredCall(**defaults | fields)


def compare(logged: list[LoggedCall], stored: list[StoredCall], *, lag: timedelta = timedelta(0)) -> Comparison:
    end = HOUR + timedelta(hours=1)
    return compare_books(logged, stored, start=HOUR, end=end, settled_before=end - lag)


def test_a_call_without_its_event_is_missing() -> None:
    """It is in the books and nowhere else."""
    compared = compare([make_logged()], [])
    assert [call.request_id for call in compared.missing] == ["chatcmpl-1"]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"status": "failure", "completion_tokens": 0, "spend": 0.0}, id="refused, its prompt estimated"),
        pytest.param({"call_type": "aget_responses"}, id="a stored answer, read again"),
        pytest.param({"metadata": {"user_api_key_alias": "litellm-internal-health-check"}}, id="a health check"),
    ],
)
def test_what_nobody_was_billed_for_is_not_owed(fields: dict[str, Any]) -> None:
    """No event need come of it, so it is not missing."""
    compared = compare([make_logged(**fields)], [])
    assert (compared.missing, compared.not_owed) == ((), 1)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"status": "failure", "spend": 0.01, "completion_tokens": 0}, id="a failure that cost something"),
        pytest.param({"status": "failure", "spend": 0.0}, id="a failure midway"),
        pytest.param({"cache_hit": "True", "spend": 0.0}, id="the gateway's own cache"),
    ],
)
def test_what_was_served_is_owed(fields: dict[str, Any]) -> None:
    """A loss of these would be a loss."""
    assert len(compare([make_logged(**fields)], []).missing) == 1


def test_a_call_that_ended_within_the_lag_is_not_judged() -> None:
    """Its event, or its row, may be on the way."""
    ended_at = HOUR + timedelta(minutes=55)
    logged, stored = make_logged(endTime=ended_at.isoformat()), make_stored(call_id="call-2", ended_at=ended_at)
    compared = compare([logged], [stored], lag=timedelta(minutes=10))
    assert (compared.missing, compared.surplus, compared.recent) == ((), (), 2)


def test_calls_outside_the_range_only_help_to_match() -> None:
    """A failure begins a little earlier in the books: its pair is not cut apart at the hour."""
    earlier = make_logged(startTime="2026-11-24T09:59:59.999+00:00")
    compared = compare([earlier], [make_stored(started_at=HOUR)])
    assert compared == Comparison()
    assert compare([earlier], []).missing == ()


@pytest.mark.parametrize(
    ("fields", "is_surplus"),
    [
        pytest.param({}, True, id="an event"),
        pytest.param({"is_failure": True}, False, id="an attempt that failed"),
        pytest.param({"call_kind": "read"}, False, id="a read"),
        pytest.param({"uuid": None}, False, id="a reject"),
    ],
)
def test_an_event_without_its_call_is_surplus(fields: dict[str, Any], is_surplus: bool) -> None:
    """Unless LiteLLM keeps no row of such."""
    compared = compare([], [make_stored(**fields)])
    assert (len(compared.surplus), compared.attempts) == (is_surplus, not is_surplus)


def test_a_reject_was_received() -> None:
    """As with the shippers' numbers: its reason is known, it is not lost."""
    assert count_hour(HOUR, compare([make_logged()], [make_stored(uuid=None)]), missing=0).received == 1


def test_an_hour_is_complete_by_what_is_held() -> None:
    """Copies count as held, and are told."""
    logged = [make_logged(request_id=f"r{n}", litellm_call_id=f"c{n}") for n in range(4)]
    stored = [make_stored(response_id=f"r{n}", call_id=f"c{n}", is_backfilled=n == 0) for n in range(3)]
    compared = compare(logged, stored)
    hour = count_hour(HOUR, compared, missing=len(compared.missing))
    assert hour == HourBooks(hour=HOUR, received=2, backfilled=1, missing=1)
    assert (hour.logged, hour.completeness) == (4, 0.75)


def test_an_hour_without_calls_has_no_completeness() -> None:
    """Unknown is not 100 %."""
    assert HourBooks(hour=HOUR, surplus=1).completeness is None


def test_a_row_without_identity_is_no_call() -> None:
    """Nothing could be compared with it."""
    assert parse_logged_call(make_spend_row(startTime="soon")) is None
