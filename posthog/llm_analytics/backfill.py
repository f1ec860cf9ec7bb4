"""
Missing calls of a gateway's books → events, down the path of all events: into the inbox, drained by a worker.

Such a row is flagged `$ai_backfilled` and holds what the spend log knows. Its uuid is not the one that the gateway's
own event would have: the log keeps moments in milliseconds, the event in microseconds, and both are part of it.
That each call counts once, however late its own event comes, rests on this order:

1. the calls are recorded (`BackfilledCall`): from here on a drain that meets the own event of one supersedes its copy;
2. every body that arrived before that is waited for: its drain may have begun without the record;
3. what arrived since the books were compared is looked at: calls whose event came meanwhile are left out;
4. the copies go into the inbox, received at the moment of the record.

A crash after 1 leaves records without copies, which change no sum; the next run finds the calls missing and goes on.
Two runs at once make the same copies, which collapse.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import orjson
import zstandard

from posthog.errors import AccountingError
from posthog.llm_analytics.call_matching import match_calls
from posthog.llm_analytics.gateway_bodies import BodySource, Rejection, read_element
from posthog.llm_analytics.inbox import IncomingBody, store_body
from posthog.llm_analytics.reconciliation import LoggedCall, StoredCall
from posthog.llm_analytics.stored_attribution import load_attribution
from posthog.llm_analytics.stored_calls import list_stored_calls
from posthog.llm_analytics.superseding import STARTS_APART
from posthog.llm_usage.rows import Row
from posthog.models import BackfilledCall, Gateway, GatewayCredential, GatewayInboxBody

USER_AGENT = "reconcile_gateway"
PER_STATEMENT = 500
LOOK_EVERY_S = 0.2
CLOCKS_APART = timedelta(minutes=5)
"""By how much the clock of whoever receives may be behind this one."""
OURS_MAY_NOT_HOLD = frozenset({"past_retention"})


class InboxBusy(AccountingError):
    """Bodies of the gateway wait, and a missing call may be among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fillable:
    """
    A missing call, and what it would become.

    Attributes:
        row: None where it would become none.
        obstacle: Why not: a reason code as of rejects; '' where a row can be made.
    """

    call: LoggedCall
    row: Row | None = None
    obstacle: str = ""


class Backfill:
    """Back-fills calls of one credential's gateway, all recorded at one moment."""

    def __init__(self, credential: GatewayCredential, *, now: datetime) -> None:
        """
        Args:
            now: Aware UTC; before the books and ours were read for the comparison.
        """
        self._credential = credential
        self._recorded_at = now
        self._attribution = load_attribution(credential)

    def list_fillable(self, missing: Iterable[LoggedCall]) -> Iterator[Fillable]:
        """What each call would become; those that ours may not hold any more are left out."""
        source = BodySource(attribution=self._attribution, received_at=self._recorded_at, user_agent=USER_AGENT)
        for call in missing:
            outcome = read_element(dict(call.payload), source, 0)
            if isinstance(outcome, Rejection):
                if outcome.code not in OURS_MAY_NOT_HOLD:
                    yield Fillable(call=call, obstacle=outcome.code)
            elif outcome is not None and not self._was_deleted(outcome):
                yield Fillable(call=call, row=outcome)

    def _was_deleted(self, row: Row) -> bool:
        """Deleted events of a team must not come back from the gateway's books."""
        deleted_before = self._attribution.policies[row["team_id"]].events_deleted_before
        return deleted_before is not None and row["timestamp"] < deleted_before

    def fill(self, fillable: Sequence[Fillable], *, timeout_s: float) -> list[LoggedCall]:
        """
        Put the copies into the inbox; returns the calls that were.

        Raises:
            InboxBusy: What arrived before is not drained in time; nothing was put there.
            ClickHouseError: What is held could not be read; nothing was put there.
        """
        calls = [each.call for each in fillable if each.row is not None]
        if not calls:
            return []
        self._record(fillable)
        wait_for_arrived(self._credential.gateway, timeout_s=timeout_s)
        still_missing = match_calls(calls, self._list_arrived_since(calls)).only_logged
        self._store(still_missing)
        return still_missing

    def _record(self, fillable: Iterable[Fillable]) -> None:
        records = [self._build_record(each.call, each.row) for each in fillable if each.row is not None]
        BackfilledCall.objects.bulk_create(
            records,
            batch_size=PER_STATEMENT,
            update_conflicts=True,
            unique_fields=["gateway", "uuid"],
            update_fields=["recorded_at"],
        )

    def _build_record(self, call: LoggedCall, row: Row) -> BackfilledCall:
        return BackfilledCall(
            gateway_id=self._credential.gateway_id,
            response_id=call.response_id,
            call_id=call.call_id,
            is_failure=call.is_failure,
            is_cache_hit=call.is_cache_hit,
            started_at=row["timestamp"],
            team_id=row["team_id"],
            trace_id=row["trace_id"],
            uuid=row["uuid"],
            recorded_at=self._recorded_at,
        )

    def _list_arrived_since(self, calls: Sequence[LoggedCall]) -> Iterator[StoredCall]:
        starts = [call.started_at for call in calls]
        return list_stored_calls(
            self._credential.gateway,
            start=min(starts) - STARTS_APART,
            end=max(starts) + STARTS_APART,
            received_since=self._recorded_at - CLOCKS_APART,
        )

    def _store(self, calls: Iterable[LoggedCall]) -> None:
        remaining = iter(calls)
        while some := list(islice(remaining, PER_STATEMENT)):
            body = orjson.dumps([call.payload for call in some])
            incoming = IncomingBody(
                compressed=zstandard.ZstdCompressor().compress(body),
                body_bytes=len(body),
                content_type="application/json",
                user_agent=USER_AGENT,
            )
            store_body(incoming, credential=self._credential, received_at=self._recorded_at)


def wait_for_arrived(gateway: Gateway, *, timeout_s: float) -> None:
    """
    Wait until every body of the gateway that is in the inbox now has left it.

    Raises:
        InboxBusy: Some are still there after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    bodies = GatewayInboxBody.objects.filter(credential__gateway=gateway)
    last_id = bodies.order_by("-id").values_list("id", flat=True).first() or 0
    while waiting := bodies.filter(id__lte=last_id).count():
        if time.monotonic() > deadline:
            raise InboxBusy(f"{waiting} bodies still wait in the inbox after {timeout_s:g} s; is a worker running?")
        time.sleep(LOOK_EVERY_S)
