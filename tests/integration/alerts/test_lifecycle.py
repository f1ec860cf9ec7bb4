"""Alerts: opened once, updated, resolved by themselves; nothing is said of what was not judged."""

from datetime import timedelta

import pytest

from posthog.models import AccountingAlert, AccountingAlertChange, AccountingCheck
from tests.integration.alerts.stored_hours import (
    HOUR,
    NOW,
    THIS_HOUR,
    UNCACHED,
    list_alerts,
    list_changes,
    look,
    store_hours,
)
from tests.integration.factories import GatewaySetup

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

PAST_HOURS = 60
VANISHED = ("field_vanished", "cache_read_input_tokens")


@pytest.fixture
def past(setup: GatewaySetup) -> GatewaySetup:
    """Two and a half good days, looked at and learned from; they end an hour ago."""
    store_hours(setup, THIS_HOUR - HOUR * (PAST_HOURS + 1), PAST_HOURS)
    assert look(setup, NOW - HOUR) == []
    AccountingCheck.objects.update(learned_at=None)
    return setup


def test_good_hours_open_nothing(past: GatewaySetup) -> None:
    """Whatever is usual."""
    store_hours(past, THIS_HOUR - HOUR, 1)
    assert (look(past), list_alerts()) == ([], [])


def test_vanished_count_opens_an_alert_once(past: GatewaySetup) -> None:
    """With the figures, the first wrong hour and calls of it; a second look only updates it."""
    store_hours(past, THIS_HOUR - HOUR, 1, usage=UNCACHED)
    assert ("opened", "field_vanished") in look(past)
    alert = AccountingAlert.objects.get(check_name="field_vanished", figure="cache_read_input_tokens")
    assert (alert.seen, alert.usual, alert.since, alert.severity) == (0.0, 1.0, THIS_HOUR - HOUR, "critical")
    assert (alert.gateway, alert.model, alert.organization) == ("main", "gpt-4o", past.gateway.organization)
    assert len(alert.evidence["events"]) == 5
    before = list_alerts()
    assert look(past, NOW + timedelta(minutes=5)) == []
    assert list_alerts() == before
    alert.refresh_from_db()
    assert (alert.updated_at, alert.opened_at) == (NOW + timedelta(minutes=5), NOW)


def test_alert_resolves_when_the_count_is_back(past: GatewaySetup) -> None:
    """By itself; the next fault of the same kind is another alert."""
    store_hours(past, THIS_HOUR - HOUR, 1, usage=UNCACHED)
    look(past)
    store_hours(past, THIS_HOUR, 1)
    assert ("resolved", "field_vanished") in look(past, NOW + HOUR)
    alert = AccountingAlert.objects.get(check_name="field_vanished", figure="cache_read_input_tokens")
    assert (alert.state, alert.resolved_at, list_changes(alert)) == ("resolved", NOW + HOUR, ["opened", "resolved"])
    store_hours(past, THIS_HOUR + HOUR, 1, usage=UNCACHED)
    look(past, NOW + 2 * HOUR)
    states = [state for check, figure, state in list_alerts() if (check, figure) == VANISHED]
    assert states == ["resolved", "open"]


def test_what_was_not_judged_stays(past: GatewaySetup) -> None:
    """Too few calls say neither that it is wrong nor that it is right."""
    store_hours(past, THIS_HOUR - HOUR, 1, usage=UNCACHED)
    look(past)
    before = list_alerts()
    later = NOW + timedelta(days=4)
    look(past, later)
    assert [line for line in list_alerts() if line[0] != "source_silent"] == before


def test_what_was_not_judged_for_a_week_ends(past: GatewaySetup) -> None:
    """Without a word that it is right."""
    store_hours(past, THIS_HOUR - HOUR, 1, usage=UNCACHED)
    look(past)
    assert ("resolved", "field_vanished") in look(past, NOW + timedelta(days=8))
    (ended,) = AccountingAlertChange.objects.filter(
        kind="resolved", alert__check_name="field_vanished", alert__figure="cache_read_input_tokens"
    )
    assert ended.details == {"is_right": False}
