"""`import_gateway_log FILE…`: files go the webhook's way, and what the webhook brought already counts once."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from posthog.llm_analytics.ingestion import drain_once
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def import_file(path: Path, setup: GatewaySetup) -> str:
    out = StringIO()
    call_command("import_gateway_log", str(path), "--credential", str(setup.credential.pk), stdout=out)
    drain_once(now=timezone.now())
    return out.getvalue()


def test_log_of_calls_that_were_reported_changes_no_sum(setup: GatewaySetup, tmp_path: Path) -> None:
    """A file that overlaps with what arrived fills the gap and doubles nothing."""
    deliver(setup, [make_call(1), make_call(2)])
    drain_once(now=timezone.now())
    log = tmp_path / "calls.jsonl"
    log.write_text("\n".join(json.dumps(make_call(number)) for number in (2, 3)))
    assert "[1/1]" in import_file(log, setup)
    assert [row["generation_id"] for row in list_ai_events(setup.alpha)] == ["r1", "r2", "r3"]


def test_credential_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """Nothing is imported for nobody."""
    path = tmp_path / "log.json"
    path.write_text("[]")
    with pytest.raises(CommandError, match="no gateway credential has the id 999999"):
        call_command("import_gateway_log", str(path), "--credential", "999999")
