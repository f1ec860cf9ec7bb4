"""A provider's books disagree: an alert is opened, told, updated and resolved, as of every other check."""

import json
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ee.models import ProviderReconciliation
from posthog.llm_analytics.alerts.acts import accept
from posthog.llm_analytics.alerts.destinations import NewAlertDestination, add_alert_destination
from posthog.llm_analytics.alerts.looking import look_at
from posthog.llm_analytics.alerts.messages import tell_alert
from posthog.llm_analytics.alerts.outbox import deliver_due, plan_deliveries
from posthog.models import AccountingAlert, Team
from tests.integration.ee.reconciliation.provider_calls import DAYS, NOW, store_claude
from tests.integration.usage_report.report_events import make_team
from tests.local_server import LocalServer
from tests.provider_books import ANTHROPIC_USAGE, BooksApi

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

SOON = timedelta(minutes=5)
HALVED = {"completion_tokens": 350, "total_tokens": 3550}


def compare(*arguments: str, provider: str = "anthropic") -> None:
    with suppress(SystemExit):  # its code says whether they agree, and so do the alerts
        call_command("reconcile_provider", "--provider", provider, *DAYS, *arguments, stdout=StringIO())


def look(team: Team, looks: int = 0) -> list[tuple[str, str, str]]:
    """Kind, check and figure of what changes in a look, `looks` looks after the first."""
    changes = look_at(team.organization, now=NOW + looks * SOON).changes
    return [(change.kind, change.alert.check_name, change.alert.figure) for change in changes]


def list_open() -> list[tuple[str, str]]:
    alerts = AccountingAlert.objects.filter(check_name="provider_disagrees", state="open").order_by("figure")
    return [(alert.figure, alert.severity) for alert in alerts]


def test_disagreement_opens_an_alert_with_its_evidence(team: Team, books: BooksApi) -> None:
    """Both figures, the day, the model, the likely cause, the command that has all of it, and the runbook's section."""
    store_claude(team, usage=HALVED)
    compare()
    assert ("opened", "provider_disagrees", "output_tokens") in look(team)
    alert = AccountingAlert.objects.get(check_name="provider_disagrees")
    assert (alert.severity, alert.seen, alert.usual, alert.calls) == ("critical", 0.5, 0.995, 1)
    assert (alert.provider, alert.gateway, f"{alert.since:%Y-%m-%d %H:%M}") == ("anthropic", None, "2026-04-01 00:00")
    told = tell_alert(alert)
    assert told["title"] == "output_tokens: our sums and the books of the provider anthropic disagree"
    kept = ProviderReconciliation.objects.get()
    for part in (
        "Agreement 50.0000% over 1 calls of ours; at least 99.5000% is due. Since 2026-04-01 00:00 UTC.",
        "the provider's books have 700, calls of all organizations here have 350.",
        "2026-04-01, claude-sonnet-4-5: theirs 700, ours 350 (no rule explains it: look at the calls",
        f"`bin/manage list_provider_reconciliations --id {kept.id}`",
    ):
        assert part in told["evidence"]
    assert told["runbook"] == "docs/runbook.md#provider_disagrees"


def test_second_look_only_updates_it(team: Team, books: BooksApi) -> None:
    store_claude(team, usage=HALVED)
    compare()
    look(team)
    assert (look(team, 1), list_open()) == ([], [("output_tokens", "critical")])
    assert AccountingAlert.objects.get(check_name="provider_disagrees").updated_at == NOW + SOON


def test_newer_books_that_agree_resolve_it(team: Team, books: BooksApi) -> None:
    """By themselves; what is updated shows the newest comparison."""
    store_claude(team, usage=HALVED)
    compare()
    look(team)
    store_claude(team)
    compare()
    assert ("resolved", "provider_disagrees", "output_tokens") in look(team, 1)
    assert list_open() == []


def test_the_whole_speaks_for_its_parts(team: Team, books: BooksApi) -> None:
    """Calls that bypassed the gateway lack every kind of input: that is said once."""
    books.reports[ANTHROPIC_USAGE][0]["results"] *= 2
    store_claude(team)
    compare()
    look(team)
    assert list_open() == [("input_tokens", "critical"), ("output_tokens", "critical")]


def test_part_alone_is_a_warning(team: Team, books: BooksApi) -> None:
    """The input agrees, its lifetimes do not."""
    store_claude(team, usage={"prompt_tokens_details": {"cached_tokens": 200, "cache_creation_tokens": 1500}})
    compare()
    look(team)
    assert list_open() == [
        ("cache_creation_1h_input_tokens", "warning"),
        ("cache_creation_5m_input_tokens", "warning"),
    ]


def test_organization_hears_of_its_own_books_alone(team: Team, books: BooksApi) -> None:
    """What was compared for all is the oldest organization's, whose instance it is."""
    other = make_team("Beta")
    compare()
    compare("--organization", other.organization.name, provider="anthropic")
    ProviderReconciliation.objects.filter(organization=None).update(provider="openai")
    look(team)
    look(other)
    alerts = AccountingAlert.objects.filter(check_name="provider_disagrees").values_list("organization", "provider")
    assert set(alerts) == {(team.organization_id, "openai"), (other.organization_id, "anthropic")}


def test_file_of_a_provider_without_an_api_is_judged_alike(team: Team, books: BooksApi, tmp_path: Path) -> None:
    """It opens an alert, and a file that agrees ends it."""
    file = tmp_path / "books.csv"
    file.write_text("day,model,output_tokens\n2026-04-01,m-1,700\n")
    compare("--csv", str(file), provider="acme")
    look(team)
    assert list_open() == [("output_tokens", "critical")]
    store_claude(team, custom_llm_provider="acme", model="acme/m-1")
    compare("--csv", str(file), provider="acme")
    look(team, 1)
    assert list_open() == []


def test_accepted_disagreement_is_quiet_until_it_is_far_worse(team: Team, books: BooksApi) -> None:
    """A known blind spot is declared once."""
    store_claude(team, usage={"completion_tokens": 600, "total_tokens": 3800})
    compare()
    look(team)
    accept(AccountingAlert.objects.get(check_name="provider_disagrees"), actor="test", now=NOW + SOON / 2)
    assert look(team, 1) == []
    store_claude(team, usage={"completion_tokens": 70, "total_tokens": 3270})
    compare()
    assert ("worsened", "provider_disagrees", "output_tokens") in look(team, 2)


def test_alert_is_delivered(team: Team, books: BooksApi, receiver: LocalServer, settings: Settings) -> None:
    """To the organization's destinations, with its whole text; and that it is right again."""
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [
        *settings.OUTBOUND_HTTP_INTERNAL_HOSTS,
        settings.ANTHROPIC_ADMIN_URL.removeprefix("http://"),
    ]
    address = f"http://127.0.0.1:{receiver.port}/hook"
    add_alert_destination(
        team.organization, NewAlertDestination(name="own", kind="webhook", address=address), actor="t"
    )
    store_claude(team, usage=HALVED)
    compare()
    look(team)
    plan_deliveries(now=NOW)
    assert [delivery.status for delivery in deliver_due(clock=lambda: NOW)] == ["sent"]
    store_claude(team)
    compare()
    look(team, 1)
    plan_deliveries(now=NOW)
    assert [delivery.status for delivery in deliver_due(clock=lambda: NOW)] == ["sent"]
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in receiver.requests]
    assert [body["action"] for body in bodies] == ["trigger", "resolve"]
    assert "ours 350 (no rule explains it" in bodies[0]["alert"]["evidence"]
