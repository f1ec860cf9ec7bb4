"""Calls that a gateway reported twice, under ids of their own: they count once again, and say so."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.report_cells import ReportScope, read_sums
from posthog.llm_analytics.stored_calls import list_row_calls
from posthog.models import AuditEntry
from posthog.models.changed_usage_hour import ChangedUsageHour
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def setup(ai_events: str) -> GatewaySetup:
    """Calls 1 to 3 of alpha and 4 of beta; 2 came twice and 3 three times, each time under another id."""
    gateway = make_gateway()
    first = [make_report(number, "first") for number in (1, 2, 3)]
    store(gateway, [*first, make_report(4, "first", team="team-beta")], minutes_ago=10)
    store(gateway, [make_report(2, "second"), make_report(3, "second"), make_report(3, "third")], minutes_ago=5)
    return gateway


def make_report(number: int, reporter: str, **fields: Any) -> dict[str, Any]:
    """The same call by its answer's id; another one by the reporter's own ids, and begun a little later."""
    call = make_call(number, litellm_call_id=f"{reporter}-{number}", trace_id=f"{reporter}-{number}", **fields)
    return call | {"startTime": call["startTime"] + len(reporter) / 10}


def store(setup: GatewaySetup, payloads: list[dict[str, Any]], *, minutes_ago: int) -> None:
    deliver(setup, payloads, at=datetime.now(UTC) - timedelta(minutes=minutes_ago))
    assert drain_once(now=datetime.now(UTC)).rejected == 0


def run(**options: Any) -> str:
    today = datetime.now(UTC).date()
    out = io.StringIO()
    days = {"start": f"{today - DAY}", "end": f"{today + DAY}"}
    call_command("supersede_repeated_calls", **{"gateway": "main", **days, **options}, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def sum_alpha(setup: GatewaySetup) -> tuple[int, int]:
    """Calls and tokens, as a report that reads rows has them."""
    now = datetime.now(UTC)
    scope = ReportScope(start=floor_hour(now) - DAY, end=floor_hour(now) + DAY, team_ids=[setup.alpha.id])
    (row,) = read_sums(scope, now=now)
    return row["rows"], row["total_tokens"]


def test_each_call_counts_once_and_the_first_report_stays(setup: GatewaySetup) -> None:
    assert sum_alpha(setup) == (6, 720)
    out = run()
    assert f"team {setup.alpha.id}, Alpha: 3 repeated calls superseded: 360 tokens" in out
    assert sum_alpha(setup) == (3, 360)
    rows = list_ai_events(setup.alpha)
    counted = {row["gateway_call_id"]: str(row["uuid"]) for row in rows if row["event"] == "$ai_generation"}
    assert set(counted) == {"first-1", "first-2", "first-3"}
    gone = {row["gateway_call_id"]: json.loads(row["properties"]) for row in rows if row["event"] == "$ai_superseded"}
    assert {name: properties["$ai_superseded_by"] for name, properties in gone.items()} == {
        "second-2": counted["first-2"],
        "second-3": counted["first-3"],
        "third-3": counted["first-3"],
    }


def test_it_is_recorded_and_its_hour_is_summed_again(setup: GatewaySetup) -> None:
    ChangedUsageHour.objects.all().delete()
    run()
    entry = AuditEntry.objects.get(action="repeated_calls_superseded")
    assert (entry.target, entry.details["calls_by_team"]) == ("gateway main", {str(setup.alpha.id): 3})
    assert set(ChangedUsageHour.objects.values_list("team_id", flat=True)) == {setup.alpha.id}


def test_doing_it_again_changes_nothing(setup: GatewaySetup) -> None:
    run()
    before = list_ai_events(setup.alpha)
    assert run() == "gateway main reported no call of these days twice\n"
    assert list_ai_events(setup.alpha) == before
    assert AuditEntry.objects.filter(action="repeated_calls_superseded").count() == 1


def test_dry_run_changes_nothing(setup: GatewaySetup) -> None:
    before = list_ai_events(setup.alpha)
    assert "3 repeated calls would be superseded: 360 tokens" in run(dry_run=True)
    assert list_ai_events(setup.alpha) == before
    assert not AuditEntry.objects.filter(action="repeated_calls_superseded").exists()


def test_another_teams_or_gateways_call_with_the_same_id_is_none_of_it(setup: GatewaySetup) -> None:
    """An id says nothing across teams, and another organization's gateway of that name is not asked."""
    store(setup, [make_report(1, "second", team="team-beta")], minutes_ago=1)
    run()
    assert [row["event"] for row in list_ai_events(setup.beta)] == ["$ai_generation"] * 2


def test_first_report_of_the_day_before_counts(setup: GatewaySetup) -> None:
    """The second one begins in the range, the first before it."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    reports = [make_report(9, reporter) for reporter in ("first", "second")]
    for report, shift in zip(reports, (-2, 2), strict=True):
        report |= {"startTime": today + shift, "endTime": today + shift + 1}
        store(setup, [report], minutes_ago=1)
    run(start=f"{datetime.now(UTC):%Y-%m-%d}")
    events = {row["gateway_call_id"]: row["event"] for row in list_ai_events(setup.alpha)}
    assert (events["first-9"], events["second-9"]) == ("$ai_generation", "$ai_superseded")


def test_the_gateways_books_hold_nothing_that_ours_lack(setup: GatewaySetup) -> None:
    """A repetition in the books is not missing: back-filled, it would count twice again."""
    run()
    now = datetime.now(UTC)
    held = list_row_calls(setup.gateway, start=now - DAY, end=now)
    assert sorted(call.call_id for call in held if call.response_id == "r3") == ["first-3", "second-3", "third-3"]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"gateway": "nobody"}, "nobody"),
        ({"start": "soon"}, "--start: expected YYYY-MM-DD, got 'soon'"),
        ({"end": "2020-01-01"}, "--end: expected a day after --start"),
    ],
)
def test_bad_arguments_are_named(setup: GatewaySetup, options: dict[str, str], fault: str) -> None:
    with pytest.raises(CommandError, match=fault):
        run(**options)
