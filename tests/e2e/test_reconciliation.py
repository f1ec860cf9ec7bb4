"""
A real LiteLLM proxy's own spend log, read over LiteLLM's own API, against the events that its webhook posted.

The rows are made by LiteLLM's writer and answered by its endpoint; the events go through our inbox into the table.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from demo.sample_calls import ESTIMATED_CALLS, SAMPLE_CALLS
from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.usage_report import build_usage_reports
from posthog.llm_usage.payloads.spend_log import strip_suffix
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models import BackfilledCall, GatewayTeam, Team
from tests.e2e.spend_log_gateway import MASTER_KEY, SpendLogGateway, spend_log_gateway
from tests.integration.conftest import ai_events, clickhouse_database
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_gateway

__all__ = ["ai_events", "clickhouse_database"]

pytestmark = pytest.mark.django_db

CALLS = SAMPLE_CALLS + ESTIMATED_CALLS
CACHED_CALLS = SAMPLE_CALLS[:2]
"""Made a second time: the gateway answers them from its own cache."""
NO_TEAM_OF_OURS = 3
EVENTS = len(CALLS) + len(CACHED_CALLS)
LOST = frozenset(
    {
        *("openai_chat_plain", "openai_chat_cached_stream", "openai_chat_cache_write", "openai_responses"),
        *("openai_embedding", "anthropic_pass_through", "anthropic_messages_thinking_stream"),
        *("anthropic_messages_web_search", "bedrock_converse", "gemini_tool_use_stream", "openai_responses_stream"),
        *("gemini_thoughts", "deepseek_chat", "openai_chat_stream_without_usage"),
    }
)
"""Whose events never arrive; one of them was called twice, the second time answered from the gateway's cache."""
REFUSED = frozenset({"anthropic_messages_overloaded", "openai_chat_rate_limited"})
SAME_IN_A_COPY = (
    *COUNT_COLUMNS,
    *(name for name in COST_COLUMNS if name != "saved_cache_cost_usd"),
    *("event", "trace_id", "model", "provider", "call_kind", "is_error", "distinct_id", "gateway"),
    *("gateway_call_id", "api_key_alias", "end_user", "cost_source", "cost_model", "usage_reading"),
)


@dataclass(frozen=True)
class Books:
    """A proxy's events, and the gateway with the API over its spend log."""

    payloads: list[dict[str, Any]]
    gateway: SpendLogGateway


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with spend_log_gateway(tmp_path_factory.mktemp("books")) as gateway:
        gateway.make_calls(CALLS)
        gateway.make_calls(CACHED_CALLS)
        assert len(gateway.list_log()) == EVENTS
        yield Books(list(gateway.sink.payloads), gateway)


@pytest.fixture
def setup(books: Books, ai_events: str, settings: Settings) -> GatewaySetup:
    """Our side, empty, with the gateway's address and key."""
    setup = make_gateway()
    gamma = Team.objects.create(organization=setup.gateway.organization, name="Gamma")
    GatewayTeam.objects.create(gateway=setup.gateway, gateway_team_id="team-gamma", team=gamma)
    setup.gateway.base_url = books.gateway.api_url
    setup.gateway.save()
    settings.LLM_GATEWAY_ADMIN_KEY = MASTER_KEY
    return setup


def receive(setup: GatewaySetup, payloads: list[dict[str, Any]]) -> None:
    deliver(setup, payloads)
    drain_once(now=datetime.now(UTC))


def reconcile(**options: Any) -> dict[str, Any]:
    """The command's report; it fails where something is missing afterwards."""
    out = io.StringIO()
    options = {"lag_s": 0, "start": datetime.now(UTC) - timedelta(hours=3), **options}
    code: object = 0
    try:
        call_command("reconcile_gateway", gateway="main", format="json", stdout=out, **options)
    except SystemExit as exit_:
        code = exit_.code
    report: dict[str, Any] = json.loads(out.getvalue())
    assert code == any(call["state"] == "missing" for call in report["missing_calls"])
    return report


def list_teams(setup: GatewaySetup) -> list[Team]:
    return list(Team.objects.filter(organization=setup.gateway.organization).order_by("id"))


def list_rows(setup: GatewaySetup) -> list[dict[str, Any]]:
    return [row for team in list_teams(setup) for row in list_ai_events(team) if row["call_kind"] != "superseded"]


def sum_all(setup: GatewaySetup) -> list[dict[str, Any]]:
    """The daily reports of every team, but for what counts rows and flags rather than calls."""
    team_ids = [team.id for team in list_teams(setup)]
    days = (datetime.now(UTC).date() - timedelta(days=days) for days in (1, 0))
    reports = [report.to_json() for day in days for report in build_usage_reports(day, team_ids=team_ids)]
    return [{key: value for key, value in report.items() if key not in ("events", "flags")} for report in reports]


def is_lost(payload: dict[str, Any]) -> bool:
    return payload["end_user"] in LOST


def test_books_and_events_agree_when_all_arrived(books: Books, setup: GatewaySetup) -> None:
    """Every call of the spend log is an event of ours, rejects among them, and the other way round."""
    receive(setup, books.payloads)
    report = reconcile(dry_run=True)
    assert (report["received"], report["missing"], report["surplus"]) == (EVENTS, 0, 0)
    assert report["completeness"] == 1.0
    assert len(list_rows(setup)) == EVENTS - NO_TEAM_OF_OURS
    assert [report[name] for name in ("likely", "not_owed", "attempts", "recent", "backfilled")] == [0] * 5


def test_lost_events_are_listed_and_a_dry_run_leaves_them(books: Books, setup: GatewaySetup) -> None:
    """Missing by id and hour; nothing was written."""
    lost = [payload for payload in books.payloads if is_lost(payload)]
    receive(setup, [payload for payload in books.payloads if not is_lost(payload)])
    report = reconcile(dry_run=True)
    assert {call["call_id"] for call in report["missing_calls"]} == {payload["litellm_call_id"] for payload in lost}
    assert sum(hour["missing"] for hour in report["hours"]) == len(lost) == len(LOST) + 1
    assert report["completeness"] == (EVENTS - len(lost)) / EVENTS
    assert BackfilledCall.objects.count() == 0
    assert len(list_rows(setup)) == EVENTS - NO_TEAM_OF_OURS - len(lost)


def test_a_lost_failure_that_used_nothing_is_no_loss(books: Books, setup: GatewaySetup) -> None:
    """LiteLLM does not report every refused call: its books alone do not make one missing."""
    receive(setup, [payload for payload in books.payloads if payload["end_user"] not in REFUSED])
    report = reconcile()
    assert (report["missing"], report["not_owed"], report["filled"]) == (0, len(REFUSED), 0)


def lose_and_fill(books: Books, setup: GatewaySetup) -> dict[str, Any]:
    """Receive what is not lost, and back-fill the rest; returns the report."""
    sync_execute("TRUNCATE TABLE ai_events")
    receive(setup, [payload for payload in books.payloads if not is_lost(payload)])
    report = reconcile()
    drain_once(now=datetime.now(UTC))
    return report


def test_back_filled_rows_equal_the_originals(books: Books, setup: GatewaySetup) -> None:
    """Every count, cost and name that the spend log holds; flagged as copies, within a millisecond of the start."""
    receive(setup, books.payloads)
    originals = {row["gateway_call_id"]: row for row in list_rows(setup)}
    assert lose_and_fill(books, setup)["filled"] == len(LOST) + 1
    copies = [row for row in list_rows(setup) if "$ai_backfilled" in row["properties"]]
    assert len(copies) == len(LOST) + 1
    for copy in copies:
        original = originals[copy["gateway_call_id"]]
        assert {name: copy[name] for name in SAME_IN_A_COPY} == {name: original[name] for name in SAME_IN_A_COPY}
        assert strip_suffix(copy["generation_id"]) == strip_suffix(original["generation_id"])
        assert set(copy["integrity_flags"]) >= set(original["integrity_flags"])
        assert json.loads(copy["usage_raw"]) == json.loads(original["usage_raw"])
        assert abs(copy["timestamp"] - original["timestamp"]) <= timedelta(milliseconds=1)
        assert copy["is_stream"] == (original["is_stream"] or None)
        assert json.loads(copy["properties"])["$ai_usage_source"] == "litellm"


def test_nothing_is_missing_after_a_back_fill(books: Books, setup: GatewaySetup) -> None:
    """The second run finds every call, tells how many are copies, and adds none."""
    lose_and_fill(books, setup)
    before = list_rows(setup)
    report = reconcile()
    assert (report["missing"], report["backfilled"], report["completeness"]) == (0, len(LOST) + 1, 1.0)
    drain_once(now=datetime.now(UTC))
    assert list_rows(setup) == before


def test_sums_are_right_when_the_originals_arrive_late(books: Books, setup: GatewaySetup) -> None:
    """After copies of the lost events their own come after all, twice: each call counts once, by its own event."""
    receive(setup, books.payloads)
    expected_sums, expected_uuids = sum_all(setup), {row["uuid"] for row in list_rows(setup)}
    lose_and_fill(books, setup)
    for _ in range(2):
        receive(setup, [payload for payload in books.payloads if is_lost(payload)])
    assert {row["uuid"] for row in list_rows(setup)} == expected_uuids
    assert without_rejects(sum_all(setup)) == without_rejects(expected_sums)
    report = reconcile()
    assert (report["received"], report["backfilled"], report["missing"]) == (EVENTS, 0, 0)


def test_an_event_that_the_books_do_not_hold_is_surplus(books: Books, setup: GatewaySetup) -> None:
    """Listed by its id; nothing is missing for it."""
    (first, *_) = [payload for payload in books.payloads if payload["status"] == "success"]
    stray = first | {"id": "chatcmpl-of-another-proxy", "litellm_call_id": "call-of-another-proxy"}
    receive(setup, [*books.payloads, stray])
    report = reconcile()
    assert [call["response_id"] for call in report["surplus_calls"]] == ["chatcmpl-of-another-proxy"]
    assert (report["surplus"], report["missing"], report["likely"]) == (1, 0, 0)


def test_a_wrong_key_is_told_and_not_shown(books: Books, setup: GatewaySetup, settings: Settings) -> None:
    """LiteLLM's own sign-in refuses it."""
    settings.LLM_GATEWAY_ADMIN_KEY = "sk-of-nobody"
    with pytest.raises(CommandError, match="/spend/logs/v2: answered 4") as raised:
        reconcile()
    assert "sk-of-nobody" not in str(raised.value)


def without_rejects(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deliveries that are repeated are rejected again."""
    return [{key: value for key, value in report.items() if key != "rejected_events"} for report in reports]
