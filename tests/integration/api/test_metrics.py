"""`/metrics`: who may read it, and that it says what happened."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from posthog.models import RejectedEvent
from tests.factories import make_payload
from tests.integration.factories import GatewaySetup, deliver, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def get(**headers: str) -> Any:
    return Client(REMOTE_ADDR="203.0.113.9").get("/metrics", headers=headers)


def read_samples(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values…) → value."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def measure() -> dict[tuple[str, ...], float]:
    return read_samples(Client().get("/metrics").content.decode())


def test_stranger_may_not_read_metrics() -> None:
    """Without a token only this machine may, and only directly."""
    assert get().status_code == 403
    assert get().json()["code"] == "metrics_closed"
    forwarded = Client(REMOTE_ADDR="127.0.0.1").get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert forwarded.status_code == 403
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 200


def test_token_opens_metrics(settings: Settings) -> None:
    """With a token set it is the only way, from this machine too."""
    settings.METRICS_TOKEN = "a-scraper's-long-token"
    assert get(Authorization="Bearer a-scraper's-long-token").status_code == 200
    assert get(Authorization="Bearer another").status_code == 403
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 403


def test_inbox_and_rejects_are_measured(setup: GatewaySetup) -> None:
    """Depth, bytes and age come from Postgres, so any web process tells the same."""
    deliver(setup, [make_payload()])
    now = timezone.now()
    rejected = {"batch_id": "00000000-0000-0000-0000-000000000001", "reason": "", "received_at": now}
    RejectedEvent.objects.create(position=0, reason_code="team_unknown", **rejected)
    RejectedEvent.objects.create(position=1, reason_code="team_unknown", replayed_at=now, **rejected)
    measured = measure()
    assert (measured["llm_gateway_inbox_readable",], measured["llm_gateway_inbox_depth",]) == (1, 1)
    assert measured["llm_gateway_inbox_bytes",] > 500
    assert measured["llm_gateway_inbox_oldest_age_seconds",] >= 0
    assert measured["llm_gateway_rejected_events", "team_unknown"] == 1


def test_answers_of_the_webhook_are_counted(setup: GatewaySetup) -> None:
    """By status: a gateway with a bad token is seen here first."""
    before = measure()
    for body, headers in [(b'[{"id": 1}]', setup.headers), (b"[]", {"Authorization": "Bearer phg_nobody"})]:
        Client().post("/api/llm_gateway/webhook", body, content_type="application/json", headers=headers)
    after = measure()
    grown = {key: value - before.get(key, 0) for key, value in after.items()}
    assert grown["llm_gateway_bodies_received_total", "202"] == 1
    assert grown["llm_gateway_bodies_received_total", "401"] == 1
    assert grown["llm_gateway_body_bytes_received_total",] == len(b'[{"id": 1}]')


def test_counters_of_several_processes_add_up(tmp_path: Path) -> None:
    """Each process keeps its counters in the shared folder; whoever is asked adds them up."""
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "posthog.settings"}
    count = "from posthog.metrics import EVENTS_INGESTED as c; c.labels('$ai_generation').inc(3)"
    show = "from posthog.api.metrics_page import _counters, generate_latest as g; print(g(_counters()).decode())"
    for code in (count, count):
        subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    start = "import django; django.setup();"
    shown = subprocess.run(
        [sys.executable, "-c", start + show], env=environ, check=True, capture_output=True, text=True
    )
    assert read_samples(shown.stdout)["llm_events_ingested_total", "$ai_generation"] == 6
