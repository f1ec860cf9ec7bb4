"""Reports by e-mail, through a mail server that listens on this machine."""

import csv
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from io import StringIO
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from ee.delivery.outbox import plan_deliveries
from ee.delivery.sending import deliver_due
from ee.models import ReportDelivery
from posthog.models import Team
from tests.integration.ee.delivery.closed_reports import NOW, add, find_only, make_figures, store_report
from tests.integration.usage_report.report_events import make_team

pytestmark = pytest.mark.django_db

Status = ReportDelivery.Status


class Mailbox:
    """Takes mail, but not for anybody at `nowhere.example`."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@nowhere.example"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(envelope.original_content or b"") for envelope in self.envelopes]


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = False
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield mailbox
    controller.stop()


def send_all() -> list[str]:
    plan_deliveries(now=NOW)
    return [str(delivery.status) for delivery in deliver_due(clock=lambda: NOW)]


def read_parts(message: Message) -> dict[str, str]:
    """Content by type."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {part.get_content_type(): _read(part) for part in parts}


def _read(part: Message) -> str:
    payload: Any = part.get_payload(decode=True)
    return str(payload.decode(part.get_content_charset() or "utf-8"))


def test_email_has_text_table_and_file(team: Team, mailbox: Mailbox) -> None:
    """Each shows the figures."""
    add(team.organization, "email", "finance@example.com")
    store_report({team: make_figures(calls=1234, cost="0.5")})
    assert send_all() == [Status.SENT]
    assert mailbox.envelopes[0].rcpt_tos == ["finance@example.com"]
    (message,) = mailbox.messages
    parts = read_parts(message)
    assert set(parts) == {"text/plain", "text/html", "text/csv"}
    assert str(message["Subject"]).startswith("LLM usage on 2026-02-03, org ")
    for kind in ("text/plain", "text/html"):
        assert "1,234" in parts[kind]
        assert "claude-sonnet-5" in parts[kind]
        assert "0.5" in parts[kind]


def test_file_sums_to_the_report(team: Team, mailbox: Mailbox) -> None:
    """A line for each team and model."""
    beta = make_team("=Beta", team.organization)
    add(team.organization, "email", "finance@example.com")
    report = store_report({team: make_figures(calls=1, cost="0.1"), beta: make_figures(calls=2, cost="0.2")})
    send_all()
    rows = list(csv.DictReader(StringIO(read_parts(mailbox.messages[0])["text/csv"], newline="")))
    assert [(row["team"], row["calls"], row["total_cost_usd"]) for row in rows] == [
        ("Alpha", "1", "0.1"),
        ("'=Beta", "2", "0.2"),
    ]
    assert sum(int(row["calls"]) for row in rows) == report.figures["calls"]


def test_names_are_text_in_the_table(mailbox: Mailbox) -> None:
    """A team may be called whatever it likes."""
    team = make_team("<script>alert(1)</script>\nBcc: x@example.com")
    add(team.organization, "email", "finance@example.com")
    store_report({team: make_figures()})
    assert send_all() == [Status.SENT]
    assert "<script>" not in read_parts(mailbox.messages[0])["text/html"]
    assert mailbox.envelopes[0].rcpt_tos == ["finance@example.com"]


def test_repeated_attempt_is_the_same_message(team: Team, mailbox: Mailbox) -> None:
    """By its Message-ID; a correction is another one."""
    add(team.organization, "email", "finance@example.com")
    store_report({team: make_figures()})
    send_all()
    ReportDelivery.objects.update(status=Status.PENDING, next_attempt_at=NOW)
    send_all()
    store_report({team: make_figures(calls=3)}, version=2)
    send_all()
    first, again, correction = (message["Message-ID"] for message in mailbox.messages)
    assert first == again != correction
    assert "Correction" in str(mailbox.messages[2]["Subject"])
    assert "calls: 2 -> 3" in read_parts(mailbox.messages[2])["text/plain"]


def test_refused_mailbox_is_a_failure(team: Team, mailbox: Mailbox) -> None:
    """The error says whose it is."""
    add(team.organization, "email", "finance@nowhere.example")
    store_report({team: make_figures()})
    assert send_all() == [Status.PENDING]
    assert find_only().last_error == "The mail server refused: SMTPRecipientsRefused"


def test_mail_server_that_is_away_is_a_failure(team: Team, mailbox: Mailbox, settings: Settings) -> None:
    """It is tried again."""
    settings.EMAIL_PORT = 1
    add(team.organization, "email", "finance@example.com")
    store_report({team: make_figures()})
    assert send_all() == [Status.PENDING]
    assert find_only().last_error == "The mail server does not answer: ConnectionRefusedError"


def test_missing_mail_server_is_named(team: Team, settings: Settings) -> None:
    """The message says what to set."""
    settings.EMAIL_HOST = ""
    add(team.organization, "email", "finance@example.com")
    store_report({team: make_figures()})
    assert send_all() == [Status.PENDING]
    assert find_only().last_error.startswith("EMAIL_HOST is not set")
