"""Hours of calls as rows of `ai_events`, and looks at them at given times."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from posthog.llm_analytics.alerts.looking import look_at
from posthog.llm_analytics.changed_hours import find_hours, mark_changed
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.models import AccountingAlert, AccountingAlertChange, Team
from tests.factories import USAGE_OBJECT, make_payload
from tests.integration.factories import GatewaySetup
from tests.integration.llm_analytics.stored_rows import store

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 18, 12, 6, tzinfo=UTC)  # a Wednesday
THIS_HOUR = NOW.replace(minute=0)
CALLS = 60
"""Of an hour: more than a block."""
UNCACHED = {name: value for name, value in USAGE_OBJECT.items() if name != "prompt_tokens_details"}


def store_hours(
    setup: GatewaySetup, first: datetime, hours: int, *, calls: int = CALLS, team: Team | None = None, **fields: Any
) -> None:
    """
    Store calls of consecutive hours, evenly spread.

    Args:
        fields: Of the payload; `usage` is its usage object, `received_after` how long after its begin it
            arrived; calls of another `twin` are others, with the same response ids of the provider.
    """
    rows = list(_make_rows(setup, team or setup.alpha, first, hours, calls, fields))
    store(rows)
    mark_changed(find_hours(rows), now=NOW)


def look(setup: GatewaySetup, now: datetime = NOW) -> list[tuple[str, str]]:
    """Look once; kind and check of what changed."""
    changes = look_at(setup.gateway.organization, now=now).changes
    return [(change.kind, change.alert.check_name) for change in changes]


def list_alerts() -> list[tuple[str, str, str]]:
    """Check, figure and state of every alert, in the order in which they were opened."""
    alerts = AccountingAlert.objects.order_by("opened_at", "check_name", "figure")
    return [(alert.check_name, alert.figure, str(alert.state)) for alert in alerts]


def list_changes(alert: AccountingAlert) -> list[str]:
    return [str(change.kind) for change in AccountingAlertChange.objects.filter(alert=alert).order_by("id")]


def _make_rows(
    setup: GatewaySetup, team: Team, first: datetime, hours: int, calls: int, fields: dict[str, Any]
) -> Iterator[Row]:
    fields = dict(fields)
    received_after = fields.pop("received_after", timedelta(seconds=2))
    usage, twin = fields.pop("usage", USAGE_OBJECT), fields.pop("twin", "")
    for number in range(hours * calls):
        started_at = first + HOUR * (number // calls) + HOUR / calls * (number % calls)
        payload = make_payload(
            id=f"r-{team.id}-{started_at.timestamp()}",
            litellm_call_id=f"c-{number}-{twin}",
            startTime=started_at.timestamp(),
            endTime=started_at.timestamp() + 1,
            completionStartTime=None,
            metadata={"usage_object": dict(usage)},
            **fields,
        )
        event = build_ai_event(payload, team_id=team.id, gateway=setup.gateway.name)
        received_at = started_at + received_after
        yield build_row(event, RowContext(ingested_at=received_at, retention_days=3650, offset=number))
