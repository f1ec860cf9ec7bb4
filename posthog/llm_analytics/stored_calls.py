"""
What we hold of a gateway's calls: rows of `ai_events`, and events that were received and rejected.

Back-filled rows that were superseded are not among them: their own event is. Those that were superseded as repetitions
are: the gateway's books have them, too, and they must not be back-filled.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from posthog.clickhouse.client import query_rows
from posthog.encryption import Undecryptable
from posthog.llm_analytics.gateway_bodies import CLOCK_SKEW_MAX
from posthog.llm_analytics.reconciliation import StoredCall, describe_call
from posthog.llm_analytics.rejected_content import open_content
from posthog.llm_analytics.superseding import SUPERSEDED_KIND
from posthog.llm_usage.envelope import parse_element
from posthog.llm_usage.payloads.fields import find_moment
from posthog.llm_usage.payloads.litellm import classify_call
from posthog.llm_usage.payloads.spend_log import is_backfilled, strip_suffix
from posthog.models import Gateway, RejectedEvent, Team

ROWS_SQL = """
    SELECT
        uuid, timestamp, call_kind, is_error, latency, input_tokens, output_tokens,
        ifNull(generation_id, '') AS response_id, ifNull(gateway_call_id, '') AS call_id,
        JSONExtractString(properties, '$ai_gateway_model') AS model,
        JSONExtractBool(properties, '$ai_backfilled') AS is_backfilled
    FROM ai_events FINAL
    WHERE team_id IN %(team_ids)s AND timestamp >= %(start)s AND timestamp < %(end)s
        AND gateway = %(gateway)s AND NOT (call_kind = %(superseded)s AND is_backfilled)
        AND ingested_at >= %(received_since)s
"""
EVER = datetime(1970, 1, 2, tzinfo=UTC)


def list_stored_calls(
    gateway: Gateway, *, start: datetime, end: datetime, received_since: datetime = EVER
) -> Iterator[StoredCall]:
    """
    Every event of the gateway whose call began in the range, `end` excluded, and that was received since.

    Raises:
        ClickHouseError: The store could not be read.
    """
    yield from list_row_calls(gateway, start=start, end=end, received_since=received_since)
    yield from list_rejected_calls(gateway, start=start, end=end, received_since=received_since)


def list_row_calls(
    gateway: Gateway, *, start: datetime, end: datetime, received_since: datetime = EVER
) -> Iterator[StoredCall]:
    """
    Those of them that are rows.

    Raises:
        ClickHouseError: The store could not be read.
    """
    team_ids = list(Team.objects.filter(organization=gateway.organization_id).values_list("id", flat=True))
    if not team_ids:
        return
    moments = {"start": start, "end": end, "received_since": received_since}
    names = {"gateway": gateway.name, "superseded": SUPERSEDED_KIND}
    yield from map(_build_call, query_rows(ROWS_SQL, {"team_ids": team_ids, **names, **moments}))


def _build_call(row: Mapping[str, Any]) -> StoredCall:
    return StoredCall(
        response_id=strip_suffix(row["response_id"]),
        call_id=strip_suffix(row["call_id"]),
        is_failure=bool(row["is_error"]),
        is_cache_hit=row["call_kind"] == "gateway_cache_hit",
        started_at=row["timestamp"],
        model=row["model"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        uuid=row["uuid"],
        ended_at=row["timestamp"] + timedelta(seconds=row["latency"] or 0),
        call_kind=row["call_kind"],
        is_backfilled=bool(row["is_backfilled"]),
    )


def list_rejected_calls(
    gateway: Gateway, *, start: datetime, end: datetime, received_since: datetime = EVER
) -> Iterator[StoredCall]:
    """Those that were rejected and wait for their replay; the replayed ones are rows."""
    # No call is received before it began, clocks aside.
    first = max(start - CLOCK_SKEW_MAX, received_since)
    rejects = RejectedEvent.objects.filter(gateway=gateway, replayed_at=None, received_at__gte=first)
    for reject in rejects.order_by("id").iterator(chunk_size=500):
        call = _read_reject(reject)
        if call is not None and start <= call.started_at < end:
            yield call


def _read_reject(reject: RejectedEvent) -> StoredCall | None:
    try:
        text = open_content(reject)
    except Undecryptable:
        return None
    payload = parse_element(text, "event") if text else None
    started_at = find_moment(payload, "startTime") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or started_at is None:
        return None
    return StoredCall(
        **describe_call(payload, started_at),
        uuid=None,
        ended_at=find_moment(payload, "endTime") or started_at,
        call_kind=classify_call(payload),
        is_backfilled=is_backfilled(payload),
    )
