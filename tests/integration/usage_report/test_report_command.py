"""`llm_analytics_usage_report`: back-filling, dry runs, months, one organization."""

import json
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from posthog.llm_analytics.stored_reports import sum_month
from posthog.models import Organization, OrganizationUsageReport, Team, UsageReport
from tests.integration.usage_report.report_events import make_team, run_command, store_call

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("stored_usage", "noon"),
]


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands at noon of 20 April."""
    with freeze_time("2026-04-20T12:00:00Z"):
        yield


def test_backfill_reports_every_day(team: Team) -> None:
    """From START to before END; days that are due are closed at once; the bar is on stderr."""
    store_call(team, "2026-04-17T10:00:00Z")
    out, err = StringIO(), StringIO()
    call_command("llm_analytics_usage_report", backfill=["2026-04-16", "2026-04-21"], stdout=out, stderr=err)
    assert out.getvalue() == "5 reports of organizations' days stored, 3 of them closed, 0 corrected\n"
    assert err.getvalue().splitlines()[-1].startswith("100% 5 of 5 days, 1 with differences")
    assert UsageReport.objects.filter(team=team).count() == 5


def test_backfill_corrects_closed_days(team: Team) -> None:
    run_command("--backfill", "2026-04-01", "2026-04-04")
    store_call(team, "2026-04-02T10:00:00Z")
    assert run_command("--backfill", "2026-04-01", "2026-04-04").endswith("0 of them closed, 1 corrected\n")


def test_dry_run_shows_differences_and_stores_nothing(team: Team) -> None:
    """Figure by figure, stored and now."""
    run_command("--backfill", "2026-04-01", "2026-04-04")
    store_call(team, "2026-04-02T10:00:00Z")
    printed = run_command("--backfill", "2026-04-01", "2026-04-04", "--dry-run")
    lines = [line.split() for line in printed.splitlines()]
    assert ["2026-04-02", "Alpha", "calls", "0", "1"] in lines
    assert ["2026-04-02", "Alpha", "models.gpt-4o.calls", "–", "1"] in lines
    assert ["2026-04-02", "Alpha", "total_cost_usd", "–", "0.000375"] in lines
    assert set(UsageReport.objects.values_list("version", flat=True)) == {1}


def test_dry_run_of_a_day_without_differences_says_so(team: Team) -> None:
    run_command("--date", "2026-04-02")
    assert run_command("--date", "2026-04-02", "--dry-run") == "no differences\n"


def test_month_is_the_sum_of_its_days(team: Team) -> None:
    """And says which days are open, corrected or not there at all."""
    store_call(team, "2026-04-17T10:00:00Z", id="1")
    store_call(team, "2026-04-19T10:00:00Z", id="2")
    run_command("--backfill", "2026-04-16", "2026-04-21")
    store_call(team, "2026-04-18T10:00:00Z", id="3")
    run_command("--date", "2026-04-18")
    printed = run_command("--month", "2026-04").splitlines()
    assert printed[1].split()[-11:-6] == ["3", "300", "60", "360", "180"]
    name = team.organization.name
    assert f"{name}: open: 2026-04-19, 2026-04-20" in printed
    assert f"{name}: corrected after closing: 2026-04-18" in printed
    assert printed[-1].startswith(f"{name}: not reported: 2026-04-01, 2026-04-02")


def test_month_as_json_says_whether_it_is_closed(team: Team) -> None:
    run_command("--backfill", "2026-02-01", "2026-03-02")
    (february,) = json.loads(run_command("--month", "2026-02", "--format", "json"))["reports"]
    (march,) = json.loads(run_command("--month", "2026-03", "--format", "json"))["reports"]
    assert (february["is_closed"], len(february["days"]), march["is_closed"]) == (True, 28, False)
    assert february["days"][0] == {
        "day": "2026-02-01", "state": "closed", "version": 1, "timezone": "UTC", "missing_events": 0,
    }  # fmt: skip


def test_month_counts_the_latest_version_of_each_day_once(team: Team) -> None:
    """A corrected day has two versions and one figure."""
    run_command("--date", "2026-04-02")
    store_call(team, "2026-04-02T10:00:00Z")
    run_command("--date", "2026-04-02")
    assert OrganizationUsageReport.objects.filter(organization=team.organization_id).count() == 2
    assert sum_month(team.organization_id, date(2026, 4, 30)).figures.calls == 1


def test_one_organization_can_be_chosen(team: Team) -> None:
    other = make_team("Beta")
    printed = run_command("--date", "2026-04-02", "--organization", other.organization.name, "--format", "json")
    assert [line["team_id"] for line in json.loads(printed)["reports"]] == [other.id]
    assert not UsageReport.objects.filter(team=team).exists()


def test_table_names_the_zones_of_its_days(team: Team) -> None:
    Organization.objects.filter(id=team.organization_id).update(report_timezone="Asia/Kolkata")
    assert run_command("--date", "2026-04-02") == "LLM usage on 2026-04-02 (Asia/Kolkata), 0 of 1 teams with events\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"backfill": ["2026-04-02", "2026-04-02"]}, "START from 2015-01-01 on and before END", id="empty"),
        pytest.param({"backfill": ["2026-04-02", "2026-05-02"]}, "END up to tomorrow", id="future"),
        pytest.param({"backfill": ["0026-04-01", "2026-04-02"]}, "START from 2015-01-01 on", id="mistyped-year"),
        pytest.param({"backfill": ["soon", "later"]}, "expected two days as YYYY-MM-DD, got soon later", id="no-days"),
        pytest.param({"month": "April"}, "--month: expected YYYY-MM, got 'April'", id="no-month"),
        pytest.param({"month": "2026-04", "format": "csv"}, "--format: a month is printed as", id="month-as-csv"),
        pytest.param({"organization": "nobody"}, "there is none named 'nobody'", id="no-organization"),
    ],
)
def test_bad_arguments_are_refused_in_words(options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("llm_analytics_usage_report", **options)
