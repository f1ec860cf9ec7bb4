"""PostHog's own client and the OpenTelemetry exporter before the web as it is run, while Postgres takes nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from posthog.llm_analytics.ingestion import drain_once
from posthog.models import GatewayInboxBody, Team
from tests.integration.application import ROOT, running_web, wait_until
from tests.integration.factories import list_ai_events, make_gateway

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]

CLIENTS_PYTHON = os.environ.get("CLIENTS_PYTHON", str(ROOT / ".local" / "env" / "clients" / "bin" / "python"))
CLIENT = Path(__file__).parent / "clients" / "posthog_client.py"
INBOX = connection.ops.quote_name(GatewayInboxBody._meta.db_table)
AWAY = connection.ops.quote_name(f"{GatewayInboxBody._meta.db_table}_away")


@pytest.fixture
def team() -> Team:
    return make_gateway().alpha


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command outside of this repository's path."""
    output = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def report_while_the_inbox_is_away(command: Sequence[str], log: Path, folder: Path, refused: str) -> str:
    """The command's output; it was refused with 503 before the inbox came back."""
    execute(f"ALTER TABLE {INBOX} RENAME TO {AWAY}")
    try:
        with running(command, folder) as process:
            wait_until(lambda: refused in log.read_text(), "a refusal")
            execute(f"ALTER TABLE {AWAY} RENAME TO {INBOX}")
            return process.communicate(timeout=120)[0]
    finally:
        execute(f"ALTER TABLE IF EXISTS {AWAY} RENAME TO {INBOX}")


def drain() -> None:
    while drain_once(now=timezone.now()).bodies:
        pass


def test_posthogs_client_comes_again_after_a_503(team: Team, tmp_path: Path) -> None:
    """Once, under the uuid and at the time that it gave; of the other event and the flag nothing is made."""
    log = tmp_path / "web.log"
    with running_web(log) as port:
        command = [CLIENTS_PYTHON, str(CLIENT), f"http://127.0.0.1:{port}", team.api_token]
        output = report_while_the_inbox_is_away(command, log, tmp_path, "capture_store_unavailable")
    assert output.splitlines()[-1:] == ["None"]
    drain()
    (row,) = list_ai_events(team)
    assert (str(row["uuid"]), row["distinct_id"]) == ("0192f3a4-7b5c-7def-8123-456789abcdef", "ada")
    assert (row["input_tokens"], row["output_tokens"], row["lib"]) == (100, 20, "posthog-python")
    age = datetime.now(UTC) - row["timestamp"].replace(tzinfo=UTC)
    assert timedelta(minutes=59) < age < timedelta(minutes=70)


def test_opentelemetrys_exporter_comes_again_after_a_503(team: Team, tmp_path: Path) -> None:
    """After `Retry-After`, with the same spans."""
    log = tmp_path / "web.log"
    with running_web(log) as port:
        endpoint = f"http://127.0.0.1:{port}/i/v0/ai/otel/v1/traces"
        command = [sys.executable, "-m", "tests.otlp_exporter", "openllmetry", endpoint, team.api_token]
        output = report_while_the_inbox_is_away(command, log, ROOT, "otlp_store_unavailable")
    assert "Failed to export" not in output
    drain()
    by_model = {row["model"]: row for row in list_ai_events(team)}
    assert (by_model["gpt-4o"]["input_tokens"], by_model["gpt-4o"]["output_tokens"]) == (3564, 307)
