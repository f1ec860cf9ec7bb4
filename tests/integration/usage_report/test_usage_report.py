"""The daily report: exact sums of one UTC day, per team, once."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.usage_report import TeamUsageReport, build_usage_reports
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import RowContext, build_row
from posthog.models import Organization, Team, UsageReport
from posthog.tasks.llm_analytics_usage_report import send_llm_analytics_usage_reports
from tests.factories import make_payload

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]


@pytest.fixture
def team() -> Team:
    return Team.objects.create(organization=Organization.objects.create(name="org"), name="Alpha")


def store_call(team: Team, started_at: str, **fields: Any) -> None:
    """Store one call that began at an ISO time."""
    payload = make_payload(startTime=started_at, **fields)
    event = build_ai_event(payload, team_id=team.id)
    # Far-off days of a test must outlive the table's TTL.
    context = RowContext(ingested_at=datetime.now(UTC), retention_days=3650)
    insert_rows([build_row(event, context)], deduplication_token=str(event.uuid) + repr(sorted(fields)))


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
    hit = {"id": "r_cache_hit1", "cache_hit": True, "response_cost": 0.0, "saved_cache_cost": 0.02}
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


@freeze_time("2026-04-01T00:20:00Z")
def test_task_reports_the_day_before(team: Team) -> None:
    """Beat runs it after midnight UTC: the day that is over is reported."""
    store_call(team, "2026-03-31T23:59:59Z")
    store_call(team, "2026-04-01T00:00:01Z", id="2")
    send_llm_analytics_usage_reports()
    stored = UsageReport.objects.get(team=team)
    assert (stored.day, stored.report["calls"]) == (date(2026, 3, 31), 1)


def test_second_run_replaces_the_first(team: Team) -> None:
    """One row a team and day, whatever the number of runs."""
    store_call(team, "2026-04-01T10:00:00Z")
    send_llm_analytics_usage_reports("2026-04-01")
    store_call(team, "2026-04-01T11:00:00Z", id="2")
    send_llm_analytics_usage_reports("2026-04-01")
    assert UsageReport.objects.get(team=team).report["input_tokens"] == 200


def test_teams_do_not_mix(team: Team) -> None:
    """Each team has its own report, one without calls too."""
    other = Team.objects.create(organization=team.organization, name="Beta")
    store_call(team, "2026-04-01T10:00:00Z")
    found = build_usage_reports(date(2026, 4, 1), team_ids=[team.id, other.id])
    assert [(r.team_id, r.calls) for r in found] == [(team.id, 1), (other.id, 0)]


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("llm_analytics_usage_report", *arguments, stdout=out)
    return out.getvalue()


def test_command_prints_a_table(team: Team) -> None:
    """People read a table; what was not reported is a dash."""
    store_call(team, "2026-04-01T10:00:00Z")
    table = run_command("--date", "2026-04-01")
    header, line = table.splitlines()[1:]
    assert header.split()[:4] == ["team", "calls", "input", "output"]
    assert line.split()[:8] == ["Alpha", "1", "100", "20", "120", "60", "–", "5"]


def test_command_prints_json(team: Team) -> None:
    """Programs read JSON: null where nothing was reported, amounts as decimal text."""
    store_call(team, "2026-04-01T10:00:00Z")
    printed = json.loads(run_command("--date", "2026-04-01", "--format", "json"))
    (found,) = printed["reports"]
    assert (found["input_tokens"], found["cache_creation_input_tokens"]) == (100, None)
    assert found["total_cost_usd"] == "0.000375"


def test_command_prints_csv(team: Team) -> None:
    """A spreadsheet reads CSV."""
    store_call(team, "2026-04-01T10:00:00Z")
    header, line = run_command("--date", "2026-04-01", "--format", "csv").strip().splitlines()
    cells = dict(zip(header.split(","), line.split(","), strict=True))
    assert (cells["calls"], cells["input_tokens"], cells["cache_creation_input_tokens"]) == ("1", "100", "")


def test_command_names_a_bad_date() -> None:
    """A date that is none is refused by name."""
    with pytest.raises(CommandError, match="--date: expected YYYY-MM-DD"):
        run_command("--date", "soon")
