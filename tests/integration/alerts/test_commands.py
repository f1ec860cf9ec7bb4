"""`check_ai_accounting`, its beat task, its metrics, and the commands of destinations."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from posthog.clickhouse.client import ClickHouseError, close_connection
from posthog.llm_analytics.alerts.acts import accept
from posthog.llm_analytics.alerts.observations import LATENESS
from posthog.llm_analytics.changed_hours import floor_hour
from posthog.models import AccountingAlert, AccountingCheck, AlertDestination, AuditEntry, Organization, Team
from posthog.tasks.ai_accounting_check import check_ai_accounting
from tests.integration.alerts.stored_hours import HOUR, store_hours
from tests.integration.alerts.test_observations import UNKNOWN_MODEL
from tests.integration.api.test_metrics import measure
from tests.integration.factories import GatewaySetup
from tests.local_server import LocalServer

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("private_cache")]


def store_unpriced(setup: GatewaySetup) -> None:
    """In the last hour that is looked at, by the real clock."""
    store_hours(setup, floor_hour(timezone.now() - LATENESS) - HOUR, 1, calls=2, **UNKNOWN_MODEL)


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output."""
    out = StringIO()
    try:
        call_command("check_ai_accounting", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as fault:
        return fault.returncode, str(fault)
    return 0, out.getvalue()


@pytest.fixture
def clickhouse_away(settings: Settings) -> Iterator[None]:
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    yield
    close_connection()
    settings.CLICKHOUSE_PORT = port


def test_all_is_right(setup: GatewaySetup) -> None:
    """Exit code 0."""
    assert run() == (0, "1 organizations looked at, nothing wrong\n")


def test_what_is_wrong_is_said(setup: GatewaySetup) -> None:
    """In words a stranger understands, with exit code 1; the second look opens nothing new."""
    store_unpriced(setup)
    code, said = run()
    assert (code, said.splitlines()[0]) == (
        1,
        f"CRITICAL Nobody knows the price of nobody-knows of openai, not streamed, by gateway main "
        f"({setup.gateway.organization.name})",
    )
    assert "docs/runbook.md#unpriced_model" in said
    code, line = run("--json", "--organization", setup.gateway.organization.name)
    assert (code, json.loads(line)["check"], json.loads(line)["seen"]) == (1, "unpriced_model", 2.0)
    assert AccountingAlert.objects.count() == 1


def test_dry_run_changes_nothing(setup: GatewaySetup) -> None:
    """It only says."""
    store_unpriced(setup)
    assert run("--dry-run")[0] == 1
    assert not AccountingAlert.objects.exists()
    assert not AccountingCheck.objects.exists()


def test_dry_run_says_what_is_far_worse_than_what_was_accepted(setup: GatewaySetup) -> None:
    """As the next look would."""
    store_unpriced(setup)
    run()
    alert = AccountingAlert.objects.get()
    accept(alert, actor="ada", now=timezone.now())
    assert run("--dry-run")[0] == 0
    alert.evidence["worst"]["seen"] = 0.5
    AccountingAlert.objects.update(evidence=alert.evidence)
    assert run("--dry-run")[0] == 1


def test_unknown_organization_is_not_wrong_figures(setup: GatewaySetup) -> None:
    """Exit code 2: nobody looked."""
    assert run("--organization", "nobody") == (2, "--organization: there is none named 'nobody'")


def test_nobody_can_tell_while_the_store_is_away(setup: GatewaySetup, clickhouse_away: Any) -> None:
    """Exit code 2; no alert is opened or resolved on a guess."""
    code, said = run()
    assert (code, said.partition(":")[0]) == (2, "could not look")


def test_beat_task_looks_and_tells(setup: GatewaySetup, receiver: LocalServer) -> None:
    """In one run; a second one has nothing to tell."""
    call_command("add_alert_destination", "--kind", "slack", "--name", "ops", "--address", url(receiver))
    store_unpriced(setup)
    check_ai_accounting()
    check_ai_accounting()
    assert len(receiver.requests) == 1
    measured = measure()
    assert measured["ai_accounting_open_alerts", "unpriced_model", "critical"] == 1
    assert timezone.now().timestamp() - measured["ai_accounting_checked_timestamp_seconds",] < 60


def test_beat_task_fails_loudly(setup: GatewaySetup, clickhouse_away: Any) -> None:
    """What could not be looked at is no success."""
    with pytest.raises(ClickHouseError):
        check_ai_accounting()


def test_unusable_organization_keeps_no_other_from_being_looked_at(setup: GatewaySetup, receiver: LocalServer) -> None:
    """The task fails, after the others were looked at and told."""
    broken = Organization.objects.create(name="0 comes first")
    Team.objects.create(organization=broken, name="t")
    AccountingCheck.objects.create(organization=broken, learned_at=timezone.now(), expected=[{"series": "none"}])
    organization = setup.gateway.organization.name
    call_command(
        "add_alert_destination", "--kind", "slack", "--name", "ops", "--address", url(receiver),
        "--organization", organization,
    )  # fmt: skip
    store_unpriced(setup)
    with pytest.raises(KeyError, match="shares"):
        check_ai_accounting()
    assert len(receiver.requests) == 1


def url(receiver: LocalServer) -> str:
    return f"http://127.0.0.1:{receiver.port}/hook"


def test_destinations_are_added_listed_and_switched(
    setup: GatewaySetup, receiver: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signing secret is shown once; no address appears anywhere."""
    secret, listed = StringIO(), StringIO()
    add = ("add_alert_destination", "--organization", setup.gateway.organization.name)
    call_command(*add, "--kind", "webhook", "--name", "hook", "--address", url(receiver), stdout=secret)
    monkeypatch.setattr("sys.stdin", StringIO("R0UT1NG\n"))
    call_command(*add, "--kind", "pagerduty", "--name", "pager", "--routing-key-stdin")
    call_command("set_alert_destination", "--destination", "hook", "--enabled", "off", stdout=StringIO())
    call_command("list_alert_destinations", stdout=listed)
    assert secret.getvalue().startswith("phs_")
    assert AlertDestination.objects.get(name="pager").open_secret() == "R0UT1NG"
    assert AlertDestination.objects.get(name="pager").open_address() == "https://events.pagerduty.com/v2/enqueue"
    assert "off" in next(line for line in listed.getvalue().splitlines() if "hook" in line)
    assert "127.0.0.1" not in listed.getvalue() + str(list(AuditEntry.objects.values_list("details", flat=True)))
    assert AuditEntry.objects.filter(action__startswith="alert_destination_").count() == 3


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--kind", "slack", "--address", "http://10.0.0.1/x"], "address: url: expected https://"),
        (["--kind", "email", "--address", "nobody"], "address: expected one e-mail address"),
        (["--kind", "pagerduty"], "routing_key: expected one for PagerDuty"),
    ],
)
def test_bad_destination_is_refused(setup: GatewaySetup, arguments: list[str], fault: str) -> None:
    """By the name of what is wrong."""
    with pytest.raises(CommandError, match=fault):
        call_command("add_alert_destination", "--name", "x", *arguments)
