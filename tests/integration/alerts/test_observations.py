"""What is read from the stores is what was sent; each check sees its fault in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from posthog.llm_analytics.alerts.looking import look_at
from posthog.llm_analytics.alerts.observations import list_team_ids
from posthog.llm_analytics.alerts.series_hours import read_series_hours
from posthog.llm_integrity.findings import Finding
from posthog.llm_integrity.tallies import Hour, Series
from posthog.models import AccountingAlert, GatewayArrivalHour, ShipperReceipt
from tests.integration.alerts.stored_hours import HOUR, NOW, THIS_HOUR, UNCACHED, look, store_hours
from tests.integration.factories import GatewaySetup, deliver, make_call

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

SERIES = Series("main", "openai", "gpt-4o", False)
UNKNOWN_MODEL: dict[str, Any] = {"model": "openai/nobody-knows", "response_cost": 0}
UNSTORABLE: dict[str, Any] = {"model": "openai/no\x00body", "response_cost": 0}
FAILED: dict[str, Any] = {
    "status": "failure",
    "error_information": {"error_class": "RateLimitError", "error_code": "429"},
}


def read(setup: GatewaySetup, hours: int = 1) -> dict[Series, list[Hour]]:
    team_ids = list_team_ids(setup.gateway.organization)
    return read_series_hours(team_ids, start=THIS_HOUR - HOUR * hours, end=THIS_HOUR, now=NOW)


def find(setup: GatewaySetup, check: str, now: Any = NOW) -> list[Finding]:
    """Findings of one check, nothing kept."""
    look = look_at(setup.gateway.organization, now=now, is_dry_run=True)
    return [finding for finding in look.open if finding.check == check]


def test_tally_is_the_sum_of_the_calls(setup: GatewaySetup) -> None:
    """Of all teams, each call once; failed ones, cache hits and other hours are not in it."""
    start = THIS_HOUR - HOUR
    for _ in range(2):
        store_hours(setup, start, 1, calls=4)
    store_hours(setup, start, 1, calls=2, team=setup.beta, usage=UNCACHED)
    store_hours(setup, start, 1, calls=3, twin="failed", **FAILED)
    store_hours(setup, start, 1, calls=3, twin="hit", cache_hit=True)
    store_hours(setup, start - HOUR, 1, calls=5)
    ((series, (hour,)),) = read(setup).items()
    tally = hour.tally
    assert (series, hour.hour, tally.calls, tally.flags) == (SERIES, start, 6, tally.flags)
    assert (tally.reported["input_tokens"], tally.reported["cache_read_input_tokens"]) == (6, 4)
    cached = tally.quotients["cache_read_ratio"]
    assert (cached.calls, cached.total, cached.squares) == pytest.approx((4, 4 * 0.6, 4 * 0.36))
    cost = tally.quotients["cost_per_token"]
    assert (cost.calls, cost.mean) == pytest.approx((6, 0.000375 / 120))
    assert (tally.costless_calls, tally.unpriced_calls) == (0, 0)


def test_streams_are_series_of_their_own(setup: GatewaySetup) -> None:
    """So are calls of nobody's gateway."""
    store_hours(setup, THIS_HOUR - HOUR, 1, calls=1)
    store_hours(setup, THIS_HOUR - HOUR, 1, calls=1, twin="stream", stream=True)
    assert set(read(setup)) == {SERIES, SERIES._replace(is_stream=True)}


def test_another_organizations_gateway_of_the_same_name_is_another(setup: GatewaySetup) -> None:
    """Its faults are not ours."""
    from_elsewhere = GatewaySetup(setup.gateway, setup.alpha, setup.beta, setup.credential, setup.token)
    store_hours(from_elsewhere, THIS_HOUR - HOUR, 1, **UNKNOWN_MODEL)
    other = type(setup.gateway.organization).objects.create(name="other")
    assert look_at(other, now=NOW).open == []
    assert len(find(setup, "unpriced_model")) == 1


def test_unpriced_model_is_found(setup: GatewaySetup) -> None:
    """By a single call; the calls that show it are named."""
    store_hours(setup, THIS_HOUR - HOUR, 1, calls=1, **UNKNOWN_MODEL)
    assert look(setup) == [("opened", "unpriced_model")]
    assert len(AccountingAlert.objects.get().evidence["events"]) == 1


def test_silent_gateway_is_found(setup: GatewaySetup) -> None:
    """And its team; a body that waits in the inbox is our own silence."""
    store_hours(setup, THIS_HOUR - timedelta(days=9), 9 * 24 - 6, calls=4)
    subjects = {finding.subject.gateway for finding in find(setup, "source_silent")}
    assert subjects == {"main", None}
    deliver(setup, [make_call(1)], at=NOW - HOUR)
    assert find(setup, "source_silent") == []


@pytest.mark.parametrize(
    ("received_after", "figure"), [(timedelta(minutes=-10), "ahead"), (timedelta(hours=2), "behind")]
)
def test_skewed_clock_is_found(setup: GatewaySetup, received_after: timedelta, figure: str) -> None:
    """By the time of arrival."""
    store_hours(setup, THIS_HOUR - 8 * HOUR, 4, received_after=received_after)
    assert look(setup) == [("opened", "clock_skewed")]
    alert = AccountingAlert.objects.get()
    assert (alert.figure, alert.gateway, len(alert.evidence["events"])) == (figure, "main", 5)


def test_calls_that_are_reported_twice_are_found(setup: GatewaySetup) -> None:
    """Under ids of their own, with the same response id."""
    for twin in ("one", "other"):
        store_hours(setup, THIS_HOUR - HOUR, 1, twin=twin)
    assert look(setup) == [("opened", "calls_repeated")]
    alert = AccountingAlert.objects.get()
    assert (alert.seen, len(alert.evidence["events"])) == (0.5, 5)


def test_arrivals_are_counted_once_and_kept(setup: GatewaySetup) -> None:
    """The last hours again, for what came late."""
    store_hours(setup, THIS_HOUR - 3 * HOUR, 3, calls=2)
    look(setup)
    store_hours(setup, THIS_HOUR - HOUR, 1, calls=2, twin="late")
    look(setup, NOW + timedelta(minutes=5))
    assert list(GatewayArrivalHour.objects.order_by("hour").values_list("calls", flat=True)) == [2, 2, 4]


def test_missing_numbers_are_found(setup: GatewaySetup) -> None:
    """Of a durable shipper."""
    hour = THIS_HOUR - 3 * HOUR
    for first in (1, 21):
        ShipperReceipt.objects.create(
            gateway=setup.gateway,
            shipper_id="00000000-0000-4000-8000-000000000001",
            hour=hour,
            first_sequence=first,
            last_sequence=first + 9,
            received_at=hour,
        )
    (missing,) = find(setup, "events_missing")
    assert (missing.subject.gateway, missing.calls, missing.since) == ("main", 30, hour)
    deliver(setup, [make_call(1)], at=timezone.now())
    assert find(setup, "events_missing") == []


def test_name_that_postgres_cannot_hold_is_looked_at(setup: GatewaySetup) -> None:
    """A caller's NUL would end every look at the organization, at once and when it is learned from."""
    store_hours(setup, THIS_HOUR - 30 * HOUR, 30, calls=2, **UNSTORABLE)
    assert ("opened", "unpriced_model") in look(setup)
    assert find(setup, "unpriced_model", NOW + HOUR)[0].subject.model == "no�body"
