"""
A gateway's own books against ours: which calls are missing, which are surplus, how complete each hour is. Pure.

Missing: the books hold a call that was billed, and no event of it was received. Not called missing, for no event was
lost:

- a call that ended within the lag: its event, or its row in the books, is still on the way;
- a failure that used nothing, and the reading of a stored answer: LiteLLM's callbacks do not report every one, and no
  sum holds them;
- LiteLLM's own health checks;
- a call that ours may not hold: its team's retention is over, or its events were deleted.

Surplus: an event that the books do not hold. LiteLLM keeps one row where a call was tried several times and failed,
and none for a call that it knows no price of; so a surplus is listed and is no error.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.llm_analytics.call_matching import Call, Pair, match_calls
from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_number, find_object, find_text
from posthog.llm_usage.payloads.litellm import READ_CALL_TYPES
from posthog.llm_usage.payloads.spend_log import build_payload, is_billed, strip_suffix

HEALTH_CHECK_ALIAS = "litellm-internal-health-check"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall(Call):
    """
    One row of the gateway's books.

    Attributes:
        request_id: The row's key, as it stands there.
        ended_at: Aware UTC; the start where the row names no end.
        is_owed: An event of it must come: it was billed, and is neither a read nor a health check.
        payload: What a back-filled event is made of.
    """

    request_id: str
    ended_at: datetime
    is_owed: bool
    payload: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall(Call):
    """
    One event of ours.

    Attributes:
        uuid: None for a reject: it was received, and became no row.
        ended_at: Aware UTC; the start where nobody measured it.
        call_kind: As in `ai_events`.
    """

    uuid: UUID | None
    ended_at: datetime
    call_kind: str = "inference"
    is_backfilled: bool = False

    @property
    def is_expected_in_books(self) -> bool:
        return self.uuid is not None and not self.is_failure and self.call_kind in BILLED_KINDS


BILLED_KINDS = frozenset({"inference", "gateway_cache_hit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    The calls that began in one range of time, by what became of them.

    Attributes:
        missing: Oldest first.
        surplus: Oldest first.
        not_owed: Calls that only the books hold and that are no loss.
        attempts: Failures, reads and rejects that only we hold.
        recent: Calls of either side that ended within the lag and have no counterpart yet.
    """

    pairs: tuple[Pair[LoggedCall, StoredCall], ...] = ()
    missing: tuple[LoggedCall, ...] = ()
    surplus: tuple[StoredCall, ...] = ()
    not_owed: int = 0
    attempts: int = 0
    recent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HourBooks:
    """One hour (UTC): calls that were received by themselves, back-filled, or are missing; events beyond the books."""

    hour: datetime
    received: int = 0
    backfilled: int = 0
    missing: int = 0
    surplus: int = 0

    @property
    def logged(self) -> int:
        """Calls in the gateway's books that ours should hold."""
        return self.received + self.backfilled + self.missing

    @property
    def completeness(self) -> float | None:
        """Calls that ours hold over those that they should, 0 to 1; None where the books hold none."""
        return (self.received + self.backfilled) / self.logged if self.logged else None


def parse_logged_call(row: JsonObject) -> LoggedCall | None:
    """Read a row of the books; None where it has no id or no start."""
    payload = build_payload(row)
    request_id, started_at = find_text(payload, "id"), find_moment(payload, "startTime")
    if request_id is None or started_at is None:
        return None
    return LoggedCall(
        **describe_call(payload, started_at),
        request_id=request_id,
        ended_at=find_moment(payload, "endTime") or started_at,
        is_owed=_is_owed(payload),
        payload=payload,
    )


def describe_call(payload: JsonObject, started_at: datetime) -> dict[str, Any]:
    """The fields of `Call` that a payload holds, the gateway's callback's or one built from the books."""
    return {
        "response_id": strip_suffix(find_text(payload, "id") or ""),
        "call_id": strip_suffix(find_text(payload, "litellm_call_id") or ""),
        "is_failure": payload.get("status") == "failure",
        "is_cache_hit": payload.get("cache_hit") is True,
        "started_at": started_at,
        "model": find_text(payload, "model") or "",
        "input_tokens": _find_count(payload, "prompt_tokens"),
        "output_tokens": _find_count(payload, "completion_tokens"),
    }


def _find_count(payload: JsonObject, key: str) -> int | None:
    number = find_number(payload, key)
    return int(number) if number else None


def _is_owed(payload: JsonObject) -> bool:
    if find_text(payload, "call_type") in READ_CALL_TYPES:
        return False
    if find_text(find_object(payload, "metadata"), "user_api_key_alias") == HEALTH_CHECK_ALIAS:
        return False
    return payload["status"] != "failure" or is_billed(payload)


def compare_books(
    logged: Iterable[LoggedCall],
    stored: Iterable[StoredCall],
    *,
    start: datetime,
    end: datetime,
    settled_before: datetime,
) -> Comparison:
    """
    Compare both sides' calls that began at or after `start` and before `end`.

    Args:
        logged, stored: Also of some time before and after, so that a pair whose starts differ is not cut apart.
        settled_before: Calls that ended later may still be on the way.
    """
    matches = match_calls(logged, stored)
    only_logged = [call for call in matches.only_logged if start <= call.started_at < end]
    only_stored = [event for event in matches.only_stored if start <= event.started_at < end]
    settled = [call for call in only_logged if call.ended_at < settled_before]
    settled_events = [event for event in only_stored if event.ended_at < settled_before]
    missing = [call for call in settled if call.is_owed]
    surplus = [event for event in settled_events if event.is_expected_in_books]
    return Comparison(
        pairs=tuple(pair for pair in matches.pairs if start <= pair.logged.started_at < end),
        missing=tuple(sorted(missing, key=lambda call: call.started_at)),
        surplus=tuple(sorted(surplus, key=lambda event: event.started_at)),
        not_owed=len(settled) - len(missing),
        attempts=len(settled_events) - len(surplus),
        recent=len(only_logged) - len(settled) + len(only_stored) - len(settled_events),
    )


def count_hour(hour: datetime, compared: Comparison, *, missing: int) -> HourBooks:
    """
    Count the calls of one hour.

    Args:
        missing: Of the missing calls those that ours should hold.
    """
    backfilled = sum(pair.stored.is_backfilled for pair in compared.pairs)
    return HourBooks(
        hour=hour,
        received=len(compared.pairs) - backfilled,
        backfilled=backfilled,
        missing=missing,
        surplus=len(compared.surplus),
    )
