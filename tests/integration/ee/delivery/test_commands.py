"""What an administrator types: destinations are made, switched and listed; deliveries sent and looked at."""

import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ee.models import DeliveryDestination, ReportDelivery
from posthog.models import AuditEntry, Team
from tests.integration.ee.delivery.closed_reports import DAY, find_only, make_figures, store_report
from tests.local_server import LocalServer, answer_with

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def add_webhook(receiver: LocalServer) -> str:
    """Its secret."""
    address = f"http://127.0.0.1:{receiver.port}/hook"
    arguments = ("--kind", "webhook", "--name", "erp", "--address", address, "--first-day", DAY.isoformat())
    return run("add_delivery_destination", *arguments).strip()


def test_secret_is_printed_once_and_stored_encrypted(team: Team, receiver: LocalServer) -> None:
    """The audit has the act, not the secret."""
    secret = add_webhook(receiver)
    destination = DeliveryDestination.objects.get()
    assert secret.startswith("phs_")
    assert destination.open_secret() == secret
    assert secret.encode() not in bytes(destination.secret or b"")
    assert secret not in run("list_delivery_destinations")
    assert AuditEntry.objects.get().action == "delivery_destination_created"


def test_project_key_is_read_from_standard_input(
    team: Team, receiver: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It appears in no list of processes."""
    monkeypatch.setattr(sys, "stdin", StringIO("phc_key\n"))
    arguments = ("--kind", "posthog", "--name", "ours", "--address", "https://eu.i.posthog.com", "--api-key-stdin")
    assert run("add_delivery_destination", *arguments) == ""
    assert DeliveryDestination.objects.get().open_secret() == "phc_key"


@pytest.mark.parametrize(
    ("kind", "address", "message"),
    [
        ("webhook", "http://example.com/", "address: url: expected https"),
        ("webhook", "https://user:pw@example.com/", "no user name"),
        ("email", "a@example.com, b@example.com", "one e-mail address"),
        ("posthog", "https://eu.i.posthog.com", "api_key: expected one"),
    ],
)
def test_bad_destination_is_refused_with_the_rule(
    team: Team, receiver: LocalServer, kind: str, address: str, message: str
) -> None:
    """Nothing is stored."""
    with pytest.raises(CommandError, match=message):
        run("add_delivery_destination", "--kind", kind, "--name", "x", "--address", address)
    assert not DeliveryDestination.objects.exists()


def test_reports_are_sent_listed_and_sent_again(team: Team, receiver: LocalServer) -> None:
    """Again with the same key."""
    add_webhook(receiver)
    store_report({team: make_figures()})
    assert run("deliver_usage_reports") == "2026-02-03 v1 to erp: sent\n"
    assert run("deliver_usage_reports") == ""
    assert "2026-02-03\t1\t" in run("list_report_deliveries", "--status", "sent")
    assert run("deliver_usage_reports", "--day", "2026-02-03", "--destination", "erp", "--again").endswith("sent\n")
    keys = {line for request in receiver.requests for line in request.split(b"\r\n") if b"Idempotency-Key" in line}
    assert (len(receiver.requests), len(keys)) == (2, 1)


def test_failure_is_shown_and_fails_the_command(team: Team, receiver: LocalServer) -> None:
    """For cron; the list says why and when it is tried again."""
    receiver.answers = [answer_with("503 Away")]
    add_webhook(receiver)
    store_report({team: make_figures()})
    with pytest.raises(CommandError, match="1 reports were not taken"):
        run("deliver_usage_reports")
    (line,) = run("list_report_deliveries").splitlines()[1:]
    assert line.endswith("The receiver answered 503")
    assert find_only().status == ReportDelivery.Status.PENDING


def test_destination_can_be_switched_off(team: Team, receiver: LocalServer) -> None:
    """And on again, with what it missed."""
    add_webhook(receiver)
    store_report({team: make_figures()})
    run("set_delivery_destination", "--destination", "erp", "--enabled", "off")
    assert run("deliver_usage_reports") == ""
    run("set_delivery_destination", "--destination", "erp", "--enabled", "on")
    assert run("deliver_usage_reports").endswith("sent\n")
