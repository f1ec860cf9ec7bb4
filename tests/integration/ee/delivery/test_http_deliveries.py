"""Reports on the wire: to a webhook, and to a PostHog instance, which here is this project's own."""

import hmac
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from pytest_django import Settings

from ee.delivery.outbox import plan_deliveries
from ee.delivery.sending import deliver_due
from ee.models import ReportDelivery
from posthog.models import Team
from tests.integration.ee.delivery.closed_reports import DAY, NOW, add, find_only, make_figures, store_report
from tests.integration.usage_report.report_events import make_team
from tests.local_server import LocalServer, answer_with

pytestmark = pytest.mark.django_db

Status = ReportDelivery.Status


def send_all() -> list[str]:
    """Plan and send; what became of each, in order."""
    plan_deliveries(now=NOW)
    return [str(delivery.status) for delivery in deliver_due(clock=lambda: NOW)]


def parse_request(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value for name, _, value in lines}, body


def test_webhook_gets_the_report_signed(team: Team, receiver: LocalServer) -> None:
    """The signature is over the time and the bytes sent, under the destination's secret."""
    _, secret = add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    store_report({team: make_figures()})
    assert send_all() == [Status.SENT]
    headers, body = parse_request(receiver.requests[0])
    timestamp = headers["x-posthog-timestamp"]
    expected = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    assert headers["x-posthog-signature"] == f"v1={expected}"
    assert timestamp == str(int(NOW.timestamp()))
    assert headers["idempotency-key"] == str(find_only().idempotency_key)


def test_webhook_gets_exact_figures_of_every_team(team: Team, receiver: LocalServer) -> None:
    """Amounts are decimal text, what nobody reported is null."""
    beta = make_team("Beta", team.organization)
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    store_report({team: make_figures(cost="0.1"), beta: make_figures(cost="0.2")})
    send_all()
    body = json.loads(parse_request(receiver.requests[0])[1])
    assert (body["type"], body["day"], body["version"]) == ("llm_analytics_usage_report", DAY.isoformat(), 1)
    assert (body["figures"]["total_cost_usd"], body["figures"]["reasoning_tokens"]) == ("0.3", None)
    assert [(part["name"], part["figures"]["total_cost_usd"]) for part in body["teams"]] == [
        ("Alpha", "0.1"),
        ("Beta", "0.2"),
    ]


def test_correction_says_what_it_corrects(team: Team, receiver: LocalServer) -> None:
    """It goes out on its own, with a key of its own."""
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    store_report({team: make_figures(calls=2, cost="0.5")})
    assert send_all() == [Status.SENT]
    store_report({team: make_figures(calls=3, cost="0.7")}, version=2)
    assert send_all() == [Status.SENT]
    first, second = (json.loads(parse_request(request)[1]) for request in receiver.requests)
    assert first["id"] != second["id"]
    assert (second["version"], second["is_correction"], second["reason"]) == (2, True, "late_events")
    assert second["changes"]["total_cost_usd"] == ["0.5", "0.7"]


def test_crash_between_sending_and_noting_repeats_with_the_same_key(team: Team, receiver: LocalServer) -> None:
    """By which the receiver knows that it has the report."""
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    store_report({team: make_figures()})
    send_all()
    # As a worker leaves it that died before it noted anything.
    ReportDelivery.objects.update(status=Status.PENDING, sent_at=None, next_attempt_at=NOW)
    assert send_all() == [Status.SENT]
    (first, body), (second, same_body) = (parse_request(request) for request in receiver.requests)
    assert first["idempotency-key"] == second["idempotency-key"]
    assert body == same_body


@pytest.mark.parametrize(
    ("status_line", "error"),
    [
        ("500 Oops", "The receiver answered 500"),
        ("302 Found", "The receiver answered 302; redirects are not followed"),
        ("404 Not Found", "The receiver answered 404"),
    ],
)
def test_refusal_is_noted_and_tried_again(team: Team, receiver: LocalServer, status_line: str, error: str) -> None:
    """Without a word of what the receiver said."""
    receiver.answers = [answer_with(status_line, b"secret of the receiver", "Retry-After: 7200"), answer_with("200 OK")]
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    store_report({team: make_figures()})
    assert send_all() == [Status.PENDING]
    delivery = find_only()
    assert delivery.last_error == error
    assert (delivery.next_attempt_at - NOW).total_seconds() == 7200
    again = [each.status for each in deliver_due(clock=lambda: delivery.next_attempt_at)]
    assert again == [Status.SENT]


def test_address_inside_is_refused_at_each_attempt(team: Team, receiver: LocalServer, settings: Settings) -> None:
    """What was public when it was added may not be so any more."""
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = []
    settings.OUTBOUND_HTTP_REQUIRE_HTTPS = False
    store_report({team: make_figures()})
    assert send_all() == [Status.PENDING]
    assert "not on the public Internet" in find_only().last_error
    assert receiver.connections == 0


def test_one_receiver_that_is_away_does_not_hold_up_others(
    team: Team, receiver: LocalServer, settings: Settings
) -> None:
    """Each delivery stands alone."""
    with LocalServer() as gone:
        port = gone.port
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = ["127.0.0.1"]
    add(team.organization, "webhook", f"http://127.0.0.1:{port}/", name="away")
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/", name="here")
    store_report({team: make_figures()})
    assert sorted(send_all()) == [Status.PENDING, Status.SENT]


def test_lost_key_is_a_failure_that_names_the_setting(team: Team, receiver: LocalServer, settings: Settings) -> None:
    """Nothing is sent unsigned."""
    add(team.organization, "webhook", f"http://127.0.0.1:{receiver.port}/hook")
    settings.CONFIGURED_SECRET_KEY = "t" * 50
    store_report({team: make_figures()})
    assert send_all() == [Status.PENDING]
    assert "ENCRYPTION_KEYS" in find_only().last_error
    assert receiver.connections == 0


def test_posthog_gets_upstreams_event(team: Team, receiver: LocalServer) -> None:
    """Name and properties as PostHog's own report has them, and ours beside them."""
    add(team.organization, "posthog", f"http://127.0.0.1:{receiver.port}/", api_key="phc_theirs")
    report = store_report({team: make_figures(calls=4, cost="0.25")})
    assert send_all() == [Status.SENT]
    assert receiver.requests[0].startswith(b"POST /batch/ ")
    body = json.loads(parse_request(receiver.requests[0])[1])
    assert body["api_key"] == "phc_theirs"
    (event,) = body["batch"]
    assert (event["event"], event["uuid"]) == ("llm analytics usage", str(find_only().report_uuid))
    assert event["timestamp"] == report.starts_at.isoformat()
    properties: dict[str, Any] = event["properties"]
    assert properties | EXPECTED == properties
    assert properties["organization_id"] == str(team.organization_id)


EXPECTED: dict[str, Any] = {
    "ai_generation_count": 4,
    "ai_embedding_count": 0,
    "ai_evaluation_count": 0,
    "total_ai_cost_usd": 0.25,
    "output_cost_usd": None,
    "total_prompt_tokens": 900,
    "total_completion_tokens": 100,
    "total_tokens": 1000,
    "total_cache_read_tokens": 0,
    "total_reasoning_tokens": None,
    "model_breakdown": {"claude-sonnet-5": 4},
    "framework_breakdown": {},
    "report_day": "2026-02-03",
    "report_version": 1,
    "report_is_correction": False,
}


class SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The test looks at what was stored."""


@pytest.fixture
def own_instance(settings: Settings) -> Iterator[int]:
    """This project's web on a port of its own, with the test's database; returns the port."""
    settings.CONFIGURED_SECRET_KEY = "s" * 50
    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=SilentHandler)

    def serve() -> None:
        server.serve_forever()
        connections.close_all()  # this thread's own, which would keep the database from going

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("private_cache")
def test_posthogs_capture_door_takes_the_event(team: Team, own_instance: int) -> None:
    """The one of this project, which speaks as PostHog's; with a key that is no project's it refuses."""
    url = f"http://127.0.0.1:{own_instance}"
    add(team.organization, "posthog", url, name="right", api_key=team.api_token)
    add(team.organization, "posthog", url, name="wrong", api_key="phc_nobody")
    store_report({team: make_figures()})
    send_all()
    outcomes = {each.destination.name: each for each in ReportDelivery.objects.select_related("destination")}
    assert outcomes["right"].status == Status.SENT
    assert (outcomes["wrong"].status, outcomes["wrong"].last_error) == (Status.PENDING, "The receiver answered 401")
