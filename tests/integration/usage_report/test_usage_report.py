"""The daily report: exact sums of one UTC day, per team, once."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError
from freezegun import freeze_time
from pytest_django import Settings

from posthog.clickhouse.client import ClickHouseError, close_connection
from posthog.llm_analytics.usage_report import TeamUsageReport, build_usage_reports
from posthog.models import Gateway, RejectedEvent, Team, UsageReport
from posthog.tasks.llm_analytics_usage_report import send_llm_analytics_usage_reports
from tests.integration.usage_report.report_events import run_command, store_call

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]


def reject(team: Team | None, position: int, received_at: str, gateway: Gateway | None = None) -> None:
    RejectedEvent.objects.create(
        team=team,
        gateway=gateway,
        batch_id=UUID(int=1),
        position=position,
        reason_code="team_unknown",
        reason="",
        received_at=received_at,
    )


def report(team: Team, day: str) -> TeamUsageReport:
    (found,) = build_usage_reports(date.fromisoformat(day), team_ids=[team.id])
    return found


@pytest.mark.parametrize(
    ("started_at", "day"),
    [
        pytest.param("2026-03-31T23:59:59.999999Z", "2026-03-31", id="last-microsecond-of-a-month"),
        pytest.param("2026-04-01T00:00:00Z", "2026-04-01", id="first-moment-of-a-month"),
        pytest.param("2026-12-31T23:59:59.999999Z", "2026-12-31", id="last-microsecond-of-a-year"),
        pytest.param("2028-02-29T12:00:00Z", "2028-02-29", id="leap-day"),
        pytest.param("2026-04-01T01:30:00+02:00", "2026-03-31", id="another-zone"),
    ],
)
def test_call_belongs_to_the_utc_day_it_began_on(team: Team, started_at: str, day: str) -> None:
    """Days are UTC, from midnight to before the next."""
    store_call(team, started_at)
    assert report(team, day).calls == 1
    assert sum(report(team, other).calls for other in ("2026-03-30", "2026-04-02", "2027-01-01")) == 0


def test_empty_day_reports_nothing_rather_than_zero(team: Team) -> None:
    """No call: no figure was reported."""
    assert report(team, "2026-04-01") == TeamUsageReport(team_id=team.id, day=date(2026, 4, 1))


def test_every_figure_is_the_sum_of_what_was_reported(team: Team) -> None:
    """Sums skip what was not reported; models and providers are broken down."""
    store_call(team, "2026-04-01T10:00:00Z")
    store_call(
        team,
        "2026-04-01T11:00:00Z",
        model="openai/gpt-4o-mini",
        response_cost=0.5,
        metadata={"usage_object": {"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}},
    )
    found = report(team, "2026-04-01")
    assert (found.calls, found.events) == (2, {"$ai_generation": 2})
    assert (found.input_tokens, found.output_tokens, found.total_tokens) == (107, 20, 127)
    assert (found.cache_read_input_tokens, found.reasoning_tokens) == (60, 5)
    assert found.cache_creation_input_tokens is None
    assert found.total_cost_usd == Decimal("0.500375")
    assert [(m.name, m.calls, m.total_tokens) for m in found.models] == [
        ("gpt-4o", 1, 120),
        ("gpt-4o-mini", 1, 7),
    ]
    assert [(p.name, p.calls) for p in found.providers] == [("openai", 2)]


def test_only_inference_is_summed(team: Team) -> None:
    """A gateway's own cache hit and a re-read used no provider tokens; the hit's saving is a figure of its own."""
    store_call(team, "2026-04-01T10:00:00Z")
    hit: dict[str, Any] = {"id": "r_cache_hit1", "cache_hit": True, "response_cost": 0.0, "saved_cache_cost": 0.02}
    store_call(team, "2026-04-01T10:01:00Z", **hit)
    store_call(team, "2026-04-01T10:02:00Z", call_type="aget_responses", response_cost=0.0)
    found = report(team, "2026-04-01")
    assert (found.calls, found.input_tokens, found.gateway_cache_hits) == (1, 100, 1)
    assert found.saved_gateway_cache_cost_usd == Decimal("0.02")
    assert sum(found.events.values()) == 3


def test_duplicates_count_once(team: Team) -> None:
    """The same event stored again changes no sum."""
    store_call(team, "2026-04-01T10:00:00Z", response_cost=0.25)
    store_call(team, "2026-04-01T10:00:00Z", response_cost=0.25, trace_id="")
    assert (report(team, "2026-04-01").calls, report(team, "2026-04-01").total_cost_usd) == (
        1,
        Decimal("0.25"),
    )


@pytest.mark.parametrize(
    ("now", "day", "calls"),
    [
        pytest.param("2026-03-31T23:59:59Z", date(2026, 3, 30), 0, id="before-midnight"),
        pytest.param("2026-04-01T00:00:00Z", date(2026, 3, 31), 1, id="at-midnight-and-month-end"),
        pytest.param("2026-04-01T00:20:00Z", date(2026, 3, 31), 1, id="when-beat-runs-it"),
        pytest.param("2026-04-02T00:20:00Z", date(2026, 4, 1), 2, id="next-day"),
        pytest.param("2027-01-01T00:20:00Z", date(2026, 12, 31), 0, id="year-end-and-empty"),
        pytest.param("2026-04-01T19:00:00-05:00", date(2026, 4, 1), 2, id="evening-elsewhere"),
    ],
)
def test_task_reports_the_day_that_is_over(team: Team, now: str, day: date, calls: int) -> None:
    """The day before the one on which it runs, whatever the zone of the clock; and the one that runs."""
    store_call(team, "2026-03-31T23:59:59.999999Z")
    store_call(team, "2026-04-01T00:00:00Z", id="2")
    store_call(team, "2026-04-01T23:59:59.999999Z", id="3")
    with freeze_time(now):
        send_llm_analytics_usage_reports()
    stored = UsageReport.objects.get(team=team, day=day)
    assert (stored.figures["calls"], stored.is_closed) == (calls, False)
    assert stored.refreshed_at == datetime.fromisoformat(now)
    assert UsageReport.objects.filter(team=team, day=day + timedelta(days=1)).exists()


def test_empty_day_is_stored_with_nothing_in_it(team: Team) -> None:
    """A day without calls is known to be one: null figures, no missing report."""
    send_llm_analytics_usage_reports("2026-02-28")
    stored = UsageReport.objects.get(team=team).figures
    assert (stored["calls"], stored["input_tokens"], stored["total_cost_usd"], stored["events"]) == (0, None, None, {})


def test_reported_zero_and_nothing_reported_differ(team: Team) -> None:
    """A zero in one call makes the sum 0; in no call leaves it null, down to the stored JSON."""
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 0,
        "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    store_call(team, "2026-04-01T10:00:00Z", metadata={"usage_object": usage})
    send_llm_analytics_usage_reports("2026-04-01")
    stored = UsageReport.objects.get(team=team).figures
    figures = ("output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "reasoning_tokens")
    assert [stored[name] for name in figures] == [0, 0, None, None]


def test_failures_doubts_and_rejects_are_counted(team: Team) -> None:
    """What a reader must know before trusting a sum: calls that failed, had no price, raised a flag, or were no row."""
    store_call(team, "2026-04-01T10:00:00Z", id="1", model="nobody/knows", response_cost=0.0)
    error = {"error_class": "RateLimitError", "error_code": "429", "error_message": "slow down"}
    failed: dict[str, Any] = {
        "status": "failure",
        "error_information": error,
        "response_cost": 0.0,
        "metadata": {"usage_object": {}},
    }
    store_call(team, "2026-04-01T11:00:00Z", id="2", **failed)
    for position, received_at in enumerate(("2026-04-01T23:59:59Z", "2026-04-02T00:00:00Z")):
        reject(team, position, received_at)
    found = report(team, "2026-04-01")
    assert (found.calls, found.failed_calls, found.unpriced_calls, found.rejected_events) == (2, 1, 1, 1)
    assert found.flags["unpriced_model"] == 1
    assert found.total_cost_usd is None


def test_later_delivery_of_an_event_corrects_the_figure(team: Team) -> None:
    """Of two deliveries of one event the newer counts: never both, never the older."""
    store_call(team, "2026-04-01T10:00:00Z", ingested_at=datetime(2026, 4, 2, tzinfo=UTC), response_cost=0.75)
    store_call(team, "2026-04-01T10:00:00Z", ingested_at=datetime(2026, 4, 1, tzinfo=UTC), response_cost=0.25)
    assert (report(team, "2026-04-01").calls, report(team, "2026-04-01").total_cost_usd) == (1, Decimal("0.75"))


def test_no_team_is_no_report() -> None:
    """An instance without teams asks ClickHouse for nothing."""
    assert build_usage_reports(date(2026, 4, 1), team_ids=[]) == []


def test_failed_run_leaves_the_stored_report_alone(team: Team, settings: Settings) -> None:
    """With the store away the task fails for its retries; what was stored stays until a run succeeds."""
    store_call(team, "2026-04-01T10:00:00Z")
    send_llm_analytics_usage_reports("2026-04-01")
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    try:
        failed = send_llm_analytics_usage_reports.apply(args=("2026-04-01",))
    finally:
        close_connection()
        settings.CLICKHOUSE_PORT = port
    assert isinstance(failed.result, ClickHouseError)
    assert UsageReport.objects.get(team=team).figures["calls"] == 1


@freeze_time("2026-04-02T00:20:00Z")
def test_second_run_replaces_the_first(team: Team) -> None:
    """While the day is open: one row, whatever the number of runs."""
    store_call(team, "2026-04-01T10:00:00Z")
    send_llm_analytics_usage_reports("2026-04-01")
    store_call(team, "2026-04-01T11:00:00Z", id="2")
    send_llm_analytics_usage_reports("2026-04-01")
    assert UsageReport.objects.get(team=team).figures["input_tokens"] == 200


def test_teams_do_not_mix(team: Team) -> None:
    """Each team has its own report, one without calls too."""
    other = Team.objects.create(organization=team.organization, name="Beta")
    store_call(team, "2026-04-01T10:00:00Z")
    found = build_usage_reports(date(2026, 4, 1), team_ids=[team.id, other.id])
    assert [(r.team_id, r.calls) for r in found] == [(team.id, 1), (other.id, 0)]


@freeze_time("2026-04-02T00:20:00Z")
def test_command_prints_a_table(team: Team) -> None:
    """People read a table; what was not reported is a dash."""
    store_call(team, "2026-04-01T10:00:00Z")
    table = run_command("--date", "2026-04-01")
    header, line = table.splitlines()[1:]
    assert header.split()[:4] == ["team", "calls", "input", "output"]
    assert line.split()[:8] == ["Alpha", "1", "100", "20", "120", "60", "–", "5"]


@freeze_time("2026-04-02T00:20:00Z")
def test_command_prints_json(team: Team) -> None:
    """Programs read JSON: null where nothing was reported, amounts as decimal text."""
    store_call(team, "2026-04-01T10:00:00Z")
    printed = json.loads(run_command("--date", "2026-04-01", "--format", "json"))
    (found,) = printed["reports"]
    assert (found["input_tokens"], found["cache_creation_input_tokens"]) == (100, None)
    assert found["total_cost_usd"] == "0.000375"


@freeze_time("2026-04-02T00:20:00Z")
def test_command_prints_csv(team: Team) -> None:
    """A spreadsheet reads CSV."""
    store_call(team, "2026-04-01T10:00:00Z")
    header, line = run_command("--date", "2026-04-01", "--format", "csv").strip().splitlines()
    cells = dict(zip(header.split(","), line.split(","), strict=True))
    assert (cells["calls"], cells["input_tokens"], cells["cache_creation_input_tokens"]) == ("1", "100", "")


@pytest.mark.parametrize(
    ("arguments", "day"),
    [
        pytest.param([], "2026-03-31", id="default"),
        pytest.param(["--date", "yesterday"], "2026-03-31", id="yesterday"),
        pytest.param(["--date", "today"], "2026-04-01", id="today"),
    ],
)
@pytest.mark.usefixtures("team")
def test_command_takes_words_for_days(arguments: list[str], day: str) -> None:
    """Yesterday is the day that is over, in UTC."""
    with freeze_time("2026-04-01T00:00:00Z"):
        assert run_command(*arguments) == f"LLM usage on {day} (UTC), 0 of 1 teams with events\n"


@freeze_time("2026-04-02T00:20:00Z")
def test_command_stores_what_it_prints(team: Team) -> None:
    """The operator's run is the same as beat's."""
    store_call(team, "2026-04-01T10:00:00Z")
    (printed,) = json.loads(run_command("--date", "2026-04-01", "--format", "json"))["reports"]
    stored = UsageReport.objects.get(team=team)
    assert stored.figures == {name: printed[name] for name in stored.figures}
    assert (printed["day"], printed["version"], printed["state"]) == ("2026-04-01", 1, "open")


@freeze_time("2026-04-02T00:20:00Z")
def test_command_names_what_is_nobodys(team: Team) -> None:
    """Rejects without a team are in no row, so they have a line."""
    gateway = Gateway.objects.create(organization=team.organization, name="main")
    for position in range(2):
        reject(None, position, "2026-04-01T10:00:00Z", gateway)
    assert run_command("--date", "2026-04-01").splitlines()[-1] == "nobody's: 2 events of gateway main, team_unknown"


def test_command_names_a_bad_date() -> None:
    """A date that is none is refused by name."""
    with pytest.raises(CommandError, match="--date: expected YYYY-MM-DD"):
        run_command("--date", "soon")
