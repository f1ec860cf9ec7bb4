"""
A gateway's books against ours over a range of time, an hour at once: memory holds one hour's calls of both sides.

The rejects, kept for days and not sorted by when their calls began, are read once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from posthog.encryption import decrypt
from posthog.llm_analytics.gateway_books import GatewayAccess, SpendLog
from posthog.llm_analytics.reconciliation import Comparison, LoggedCall, compare_books, parse_logged_call
from posthog.llm_analytics.stored_calls import list_rejected_calls, list_row_calls
from posthog.llm_analytics.superseding import STARTS_APART
from posthog.models import Gateway

HOUR = timedelta(hours=1)


def find_access(gateway: Gateway, *, default_key: str) -> GatewayAccess:
    """
    How to reach the gateway: what `set_gateway_access` stored.

    Args:
        default_key: The admin key, where none is stored.
    Raises:
        Undecryptable: The stored key was encrypted with one of ENCRYPTION_KEYS that is gone.
    """
    key = decrypt(bytes(gateway.admin_key)).decode() if gateway.admin_key is not None else default_key
    return GatewayAccess(base_url=gateway.base_url, admin_key=key)


def compare_with_books(
    gateway: Gateway, spend_log: SpendLog, *, start: datetime, end: datetime, settled_before: datetime
) -> Iterator[tuple[datetime, Comparison]]:
    """
    Compare hour by hour (UTC), in order; the first and the last as far as they are in the range.

    Raises:
        BooksUnavailable: The gateway did not give its spend log.
        ClickHouseError: Ours could not be read.
    """
    rejected = list(list_rejected_calls(gateway, start=start - STARTS_APART, end=end + STARTS_APART))
    for first, last in _cut(start, end):
        some_before, some_after = first - STARTS_APART, last + STARTS_APART
        rows = list_row_calls(gateway, start=some_before, end=some_after)
        compared = compare_books(
            _list_logged(spend_log, some_before, some_after),
            [*rows, *(call for call in rejected if some_before <= call.started_at < some_after)],
            start=first,
            end=last,
            settled_before=settled_before,
        )
        yield _start_of_hour(first), compared


def _list_logged(spend_log: SpendLog, start: datetime, end: datetime) -> Iterator[LoggedCall]:
    yield from (call for row in spend_log.list_rows(start, end) if (call := parse_logged_call(row)) is not None)


def _cut(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = start.astimezone(UTC)
    while first < end:
        last = min(_start_of_hour(first) + HOUR, end)
        yield first, last
        first = last


def _start_of_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
