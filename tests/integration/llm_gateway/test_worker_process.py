"""A real Celery worker, killed between two steps: every event is stored, and counted once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from posthog.celery import app
from posthog.clickhouse.client import sync_execute
from posthog.models import GatewayInboxBody, RejectedEvent, UsageReport
from posthog.tasks.llm_gateway_ingestion import drain_inbox
from tests.integration.application import build_environ, kill, running, wait_until
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events"),
]
LEASE_S = "1"


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


@contextmanager
def running_worker(log: Path) -> Iterator[Any]:
    options = ["--concurrency", "1", "--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "info"]
    with running(log, "celery", "-A", "posthog", "worker", *options, LLM_GATEWAY_CLAIM_LEASE_S=LEASE_S) as worker:
        drain_inbox.apply_async()
        yield worker


@contextmanager
def rejects_locked() -> Iterator[None]:
    """Nobody can write a reject until the end of the block: a drain that has one waits after its insert."""
    with psycopg.connect(build_environ()["DATABASE_URL"]) as other:
        other.execute("LOCK TABLE posthog_rejectedevent IN SHARE MODE")
        yield


def count_stored(setup: GatewaySetup) -> tuple[Any, ...]:
    sql = "SELECT count(), sum(input_tokens) FROM ai_events FINAL WHERE team_id = %(team_id)s"
    return sync_execute(sql, {"team_id": setup.alpha.id})[0]


def test_worker_stores_what_the_webhook_committed(setup: GatewaySetup, tmp_path: Path) -> None:
    """The doorbell names no body; the worker finds them all."""
    deliver(setup, [make_call(1)])
    deliver(setup, [make_call(2)])
    with running_worker(tmp_path / "worker.log"):
        wait_until(lambda: not GatewayInboxBody.objects.exists(), "inbox empty")
    assert count_stored(setup) == (2, 200)


def test_worker_killed_after_its_insert_counts_once(setup: GatewaySetup, tmp_path: Path) -> None:
    """Rows are in ClickHouse, the body still in the inbox: the next worker does it again, and no sum changes."""
    deliver(setup, [make_call(1), make_call(2, "team-omega")])
    with running_worker(tmp_path / "killed.log") as worker, rejects_locked():
        wait_until(lambda: count_stored(setup) == (1, 100), "rows inserted")
        kill(worker)
    assert (GatewayInboxBody.objects.count(), RejectedEvent.objects.count()) == (1, 0)
    held_since = GatewayInboxBody.objects.get().claimed_at
    assert held_since is not None
    wait_until(lambda: (timezone.now() - held_since).total_seconds() > float(LEASE_S), "lease over")
    with running_worker(tmp_path / "next.log"):
        wait_until(lambda: not GatewayInboxBody.objects.exists(), "inbox empty")
    assert count_stored(setup) == (1, 100)
    assert RejectedEvent.objects.get().reason_code == "team_unknown"


def test_no_content_and_no_secret_in_any_log(setup: GatewaySetup, tmp_path: Path) -> None:
    """What was said, who asked, and the token stand in the store or nowhere; the log has ids and counts."""
    marker = "the-words-of-a-customer"
    said = [{"role": "user", "content": marker}]
    call = make_call(1, messages=said, response={"choices": [{"message": {"content": marker}}]}, end_user=marker)
    broken = make_call(2, messages=said, error_str=marker) | {"startTime": None}
    log = tmp_path / "worker.log"
    deliver(setup, [call, broken, marker])
    with running_worker(log):
        wait_until(lambda: not GatewayInboxBody.objects.exists(), "inbox empty")
    assert count_stored(setup) == (1, 100)
    written = log.read_text()
    assert '"event": "inbox_drained"' in written
    assert marker not in written
    assert setup.token not in written


def test_worker_runs_the_daily_report_from_its_queue(setup: GatewaySetup, tmp_path: Path) -> None:
    """Sent as beat sends it, by name; one worker without options serves every queue."""
    call = make_call(1)
    deliver(setup, [call])
    day = datetime.fromtimestamp(call["startTime"], UTC).date()
    with running_worker(tmp_path / "worker.log"):
        wait_until(lambda: not GatewayInboxBody.objects.exists(), "inbox empty")
        app.send_task("posthog.tasks.llm_analytics_usage_report.send_llm_analytics_usage_reports", [day.isoformat()])
        wait_until(lambda: UsageReport.objects.filter(team=setup.alpha).exists(), "report stored")
    assert UsageReport.objects.get(team=setup.alpha).figures["input_tokens"] == 100
