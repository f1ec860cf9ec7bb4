"""Owning, muting, accepting: what each changes, who did it, and what may not be done."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from posthog.llm_analytics.alerts.acts import ActRefused, accept, mute, set_owner
from posthog.models import AccountingAlert, AuditEntry, OrganizationMembership, User
from tests.integration.alerts.stored_alerts import open_alert
from tests.integration.alerts.stored_hours import HOUR, NOW, THIS_HOUR, UNCACHED, list_changes, look, store_hours
from tests.integration.factories import GatewaySetup

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

ACTOR = "ada@example.com"
PAST_HOURS = 60


@pytest.fixture
def alert(setup: GatewaySetup) -> AccountingAlert:
    return open_alert(setup)


@pytest.fixture
def member(setup: GatewaySetup) -> User:
    user = User.objects.create_user(ACTOR)
    OrganizationMembership.objects.create(user=user, organization=setup.gateway.organization, level="member")
    return user


def test_each_act_leaves_an_entry_and_a_line_of_history(alert: AccountingAlert, member: User) -> None:
    """With who did it."""
    set_owner(alert, member, actor=ACTOR, now=NOW)
    mute(alert, NOW + HOUR, actor=ACTOR, now=NOW)
    accept(alert, actor=ACTOR, now=NOW)
    alert.refresh_from_db()
    assert (alert.owner, alert.muted_until, alert.state, alert.accepted_at) == (member, NOW + HOUR, "accepted", NOW)
    assert list_changes(alert) == ["opened", "owned", "muted", "accepted"]
    entries = AuditEntry.objects.order_by("id").values_list("action", "actor", "organization")
    organization = alert.organization_id
    assert list(entries) == [(f"accounting_alert_{act}", ACTOR, organization) for act in ("owned", "muted", "accepted")]


def test_stranger_cannot_own(alert: AccountingAlert) -> None:
    """Only members see it."""
    with pytest.raises(ActRefused, match="owner: expected a member"):
        set_owner(alert, User.objects.create_user("x@example.com"), actor=ACTOR, now=NOW)


def test_muting_ends_in_the_future(alert: AccountingAlert) -> None:
    """Or is taken back."""
    with pytest.raises(ActRefused, match="a time to come"):
        mute(alert, NOW, actor=ACTOR, now=NOW)
    assert mute(alert, None, actor=ACTOR, now=NOW).muted_until is None


def test_only_an_open_alert_is_accepted(alert: AccountingAlert) -> None:
    """Once."""
    accept(alert, actor=ACTOR, now=NOW)
    with pytest.raises(ActRefused, match="is accepted; only an open one"):
        accept(alert, actor=ACTOR, now=NOW)


def test_accepted_level_is_the_new_normal(setup: GatewaySetup) -> None:
    """It is not opened again while it is learned; once it is, what was usual before would be news."""
    store_hours(setup, THIS_HOUR - HOUR * (PAST_HOURS + 1), PAST_HOURS)
    look(setup, NOW - HOUR)
    store_hours(setup, THIS_HOUR - HOUR, 1, usage=UNCACHED)
    look(setup)
    for alert in AccountingAlert.objects.filter(state="open"):
        accept(alert, actor=ACTOR, now=NOW + timedelta(minutes=1))
    store_hours(setup, THIS_HOUR, PAST_HOURS, usage=UNCACHED)
    assert look(setup, NOW + HOUR) == []
    assert look(setup, NOW + HOUR * PAST_HOURS) == []
    assert set(AccountingAlert.objects.values_list("state", flat=True)) == {"accepted"}


def test_accepted_alert_that_gets_worse_is_open_again(setup: GatewaySetup) -> None:
    """Accepted was one flagged call in ten, not every one."""
    alert = open_alert(setup, seen=0.1, usual=0.0, accepted_at=NOW, state="accepted")
    store_hours(setup, THIS_HOUR - HOUR, 1, usage={})
    assert ("worsened", alert.check_name) in look(setup)
    alert.refresh_from_db()
    assert (alert.state, alert.seen, alert.accepted_at) == ("open", 1.0, None)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("set_accounting_alert", *arguments, stdout=out)
    return out.getvalue().strip()


def test_command_does_the_same(alert: AccountingAlert, member: User) -> None:
    """In one call, as the system's user."""
    said = run("--alert", str(alert.pk), "--owner", "Ada@example.com", "--mute-until", "2099-01-01", "--accept")
    assert said == (
        "flag_share usage_missing_on_success (accepted), owner ada@example.com, muted until 2099-01-01 00:00 UTC"
    )
    assert set(AuditEntry.objects.values_list("actor", flat=True).distinct()) != {ACTOR}
    listed = StringIO()
    call_command("list_accounting_alerts", "--state", "accepted", stdout=listed)
    assert str(alert.pk) in listed.getvalue()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--alert", "x"], "--alert: there is no alert 'x'"),
        (["--alert", "{id}", "--owner", "no@example.com"], "--owner: there is no user"),
        (["--alert", "{id}", "--mute-until", "2020-01-01"], "until: expected a time to come"),
    ],
)
def test_command_names_what_is_wrong(alert: AccountingAlert, arguments: list[str], fault: str) -> None:
    """By the argument's name."""
    with pytest.raises(CommandError, match=fault):
        run(*(argument.format(id=alert.pk) for argument in arguments))
