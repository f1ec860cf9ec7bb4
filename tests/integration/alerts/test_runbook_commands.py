"""Every command of the runbook, run against stores that hold what it is about."""

import gzip
import json
import shlex
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from ee.models import ProviderReconciliation
from ee.reconciliation.comparison import BooksComparison
from ee.reconciliation.history import keep_reconciliation
from posthog.models import AccountingAlert, Gateway, OrganizationMembership, User
from tests.factories import make_payload
from tests.integration.alerts.stored_alerts import open_alert
from tests.integration.alerts.stored_hours import HOUR, THIS_HOUR, store_hours
from tests.integration.factories import GatewaySetup, list_ai_events
from tests.local_server import LocalServer
from tests.provider_books import KEY as PROVIDER_KEY
from tests.provider_books import BooksApi
from tests.spend_log_api import SpendLogApi
from tests.unit.alerts.test_runbook import COMMAND_LINES

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("private_cache")]

OWNER = "ada@example.com"
STORELESS = {"refresh_prices", "list_flags"}
"""They need packages of their own, or nothing: their own tests run them."""
LOOKING = {"check_ai_accounting", "reconcile_gateway", "reconcile_provider", "gateway_completeness", "verify_rollups"}
"""They say 1 where they find something."""


@pytest.fixture
def world(setup: GatewaySetup, receiver: LocalServer, settings: Settings) -> Iterator[GatewaySetup]:
    """Some calls, an alert, a member, the gateway's own books, and a provider's that were compared once."""
    store_hours(setup, THIS_HOUR - HOUR, 1, calls=3)
    open_alert(setup)
    user = User.objects.create_user(OWNER)
    OrganizationMembership.objects.create(user=user, organization=setup.gateway.organization, level="owner")
    settings.LLM_GATEWAY_ADMIN_KEY = "sk-admin"
    settings.ANTHROPIC_ADMIN_KEY = PROVIDER_KEY
    keep_reconciliation(make_reconciliation(), BooksComparison(kinds=(), lines=()))
    with SpendLogApi([], key="sk-admin") as books, BooksApi().serve() as provider:
        settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{each.port}" for each in (receiver, provider)]
        settings.ANTHROPIC_ADMIN_URL = f"http://127.0.0.1:{provider.port}"
        Gateway.objects.filter(pk=setup.gateway.pk).update(base_url=books.url)
        yield setup


def make_reconciliation() -> ProviderReconciliation:
    day = THIS_HOUR.date()
    return ProviderReconciliation(
        provider="anthropic", source="api", start=day, end=day + 24 * HOUR, compared_at=THIS_HOUR, threshold=Decimal(99)
    )


def fill(line: str, setup: GatewaySetup, receiver: LocalServer, log: Path) -> list[str]:
    values = {
        "EVENT": str(next(iter(list_ai_events(setup.alpha)))["uuid"]),
        "TEAM": str(setup.alpha.id),
        "ALERT": str(AccountingAlert.objects.get().pk),
        "URL": f"http://127.0.0.1:{receiver.port}/hook",
        "EMAIL": OWNER,
        "MODEL": "gpt-4o",
        "FILE": str(log),
        "RECONCILIATION": str(ProviderReconciliation.objects.get().pk),
    }
    return [values.get(argument, argument) for argument in shlex.split(line)]


def run(name: str, *arguments: str) -> int:
    """The exit code; 1 is said by commands that found something."""
    try:
        call_command(name, *arguments, stdout=StringIO(), stderr=StringIO())
    except SystemExit as end:
        return int(str(end.code))
    return 0


@pytest.mark.parametrize("line", sorted({line for line in COMMAND_LINES if line.split()[0] not in STORELESS}))
def test_command_does_what_it_is_there_for(
    world: GatewaySetup, receiver: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """It ends without an error; 1 only where it looks for faults."""
    monkeypatch.setattr("sys.stdin", StringIO("R0UT1NG\n"))
    log = tmp_path / "log.json.gz"
    log.write_bytes(gzip.compress(json.dumps(make_payload()).encode()))
    if line.startswith("set_alert_destination"):
        run("add_alert_destination", "--kind", "email", "--name", "mail", "--address", OWNER)
    name, *arguments = fill(line, world, receiver, log)
    assert run(name, *arguments) in ((0, 1) if name in LOOKING else (0,))


def test_price_of_a_team_prices_stored_calls(world: GatewaySetup) -> None:
    """An unpriced model has its cost, exactly, once history is derived again."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) - HOUR
    store_hours(world, start, 1, calls=1, team=world.beta, model="openai/nobody-knows", response_cost=0)
    (row,) = list_ai_events(world.beta)
    assert (row["total_cost_usd"], row["integrity_flags"].count("unpriced_model")) == (None, 1)
    team = str(world.beta.id)
    rates = ("--input", "2.50", "--output", "10", "--cache-read", "1.25")
    assert run("set_team_price", "--team", team, "--model", "nobody-knows", *rates) == 0
    days = (start.date().isoformat(), (start + 48 * HOUR).date().isoformat())
    run("renormalize_ai_events", "--start", days[0], "--end", days[1], "--team", team)
    (row,) = list_ai_events(world.beta)
    assert row["total_cost_usd"] == pytest.approx((40 * 2.5 + 60 * 1.25 + 20 * 10) / 1e6)
    assert "unpriced_model" not in row["integrity_flags"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--input", "1"], "--input, --output: expected both"),
        (["--input", "-1", "--output", "1"], "--input: expected dollars"),
    ],
)
def test_bad_price_is_refused(world: GatewaySetup, arguments: list[str], fault: str) -> None:
    """By the argument's name."""
    with pytest.raises(CommandError, match=fault):
        run("set_team_price", "--team", str(world.alpha.id), "--model", "m", *arguments)
