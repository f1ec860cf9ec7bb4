"""What beat does beside draining: says which claims are stuck, removes rejects whose time is over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.celery import app
from posthog.llm_analytics.inbox import claim_bodies
from posthog.metrics import CLAIMS_TAKEN_OVER
from posthog.models import GatewayInboxBody, RejectedEvent
from posthog.tasks.llm_gateway_rejects import remove_old_rejects
from posthog.tasks.llm_gateway_stuck_claims import report_stuck_claims
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def read_gauge(name: str) -> float:
    lines = Client().get("/metrics").content.decode().splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith(f"{name} ")]
    return float(value)


def test_every_beat_entry_names_a_task(settings: Settings) -> None:
    """A task that was renamed would never run, and nothing would say so."""
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_stuck_claim_is_logged_and_measured(
    setup: GatewaySetup, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Which body, since when, after how many attempts; one whose lease still runs is not among them."""
    deliver(setup, [make_call(1)])
    deliver(setup, [make_call(2)])
    lost_at = timezone.now() - timedelta(seconds=settings.LLM_GATEWAY_CLAIM_LEASE_S + 5)
    lost, held = GatewayInboxBody.objects.order_by("id")
    GatewayInboxBody.objects.filter(id=lost.id).update(claimed_at=lost_at, attempts=1)
    GatewayInboxBody.objects.filter(id=held.id).update(claimed_at=timezone.now(), attempts=1)
    assert read_gauge("llm_gateway_inbox_stuck_claims") == 1
    report_stuck_claims()
    (record,) = [record.msg for record in caplog.records if "claim_stuck" in str(record.msg)]
    assert isinstance(record, dict)
    assert (record["body_id"], record["attempts"], record["level"]) == (lost.id, 1, "error")
    assert settings.LLM_GATEWAY_CLAIM_LEASE_S + 5 <= record["held_s"] < settings.LLM_GATEWAY_CLAIM_LEASE_S + 65


def test_taken_over_claim_is_counted(setup: GatewaySetup, caplog: pytest.LogCaptureFixture) -> None:
    """The drain that takes it over says so, whether or not beat came by before."""
    deliver(setup, [make_call(1)])
    now = timezone.now()
    claim_bodies(now=now)
    before = CLAIMS_TAKEN_OVER._value.get()
    (body,) = claim_bodies(now=now + timedelta(hours=1))
    assert CLAIMS_TAKEN_OVER._value.get() == before + 1
    assert body.attempts == 2
    assert any("claim_taken_over" in str(record.msg) for record in caplog.records)


def test_reject_goes_when_its_time_is_over(setup: GatewaySetup, settings: Settings) -> None:
    """And not a day before; a replay that still waits keeps its body."""
    settings.LLM_GATEWAY_REJECT_RETENTION_DAYS = 10
    now = timezone.now()
    for days in (9, 11):
        RejectedEvent.objects.create(
            batch_id=f"00000000-0000-0000-0000-0000000000{days:02}",
            position=0,
            reason_code="team_unknown",
            reason="",
            received_at=now,
            rejected_at=now - timedelta(days=days),
        )
    deliver(setup, [make_call(1)])
    GatewayInboxBody.objects.update(rejected_event=RejectedEvent.objects.order_by("rejected_at")[0])
    remove_old_rejects()
    assert RejectedEvent.objects.get().batch_id.hex.endswith("09")
    assert GatewayInboxBody.objects.get().rejected_event is None
