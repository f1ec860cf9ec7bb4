"""A provider's books against stored calls: equal, more, less; what is kept, printed, warned of and measured."""

import csv
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from freezegun import freeze_time
from prometheus_client import REGISTRY
from pytest_django import Settings
from structlog.testing import capture_logs

from ee.models import ProviderReconciliation, ProviderReconciliationLine
from ee.reconciliation.history import list_disagreements
from ee.tasks.provider_reconciliation import reconcile_providers
from posthog.celery import app
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import Team
from tests.integration.ee.reconciliation.provider_calls import DAY, DAYS, NOW, store_claude
from tests.integration.usage_report.report_events import make_team
from tests.provider_books import ANTHROPIC_COSTS, ANTHROPIC_USAGE, KEY, BooksApi

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

ALL = {
    "input_tokens": "3200",
    "uncached_input_tokens": "1500",
    "cache_read_input_tokens": "200",
    "cache_creation_input_tokens": "1500",
    "cache_creation_5m_input_tokens": "500",
    "cache_creation_1h_input_tokens": "1000",
    "output_tokens": "700",
    "total_cost_usd": "1.2345",
}


def run(*arguments: str, provider: str = "anthropic") -> tuple[str, int]:
    """Standard output and the exit code."""
    out = StringIO()
    code = 0
    try:
        call_command("reconcile_provider", "--provider", provider, *DAYS, *arguments, stdout=out, stderr=StringIO())
    except SystemExit as left:
        code = int(left.code or 0)
    return out.getvalue(), code


def run_json(*arguments: str, provider: str = "anthropic") -> tuple[dict[str, Any], int]:
    out, code = run("--format", "json", *arguments, provider=provider)
    answer: dict[str, Any] = json.loads(out)
    return answer, code


def list_causes(answer: dict[str, Any], kind: str) -> list[str]:
    (line,) = [line for line in answer["lines"] if line["kind"] == kind]
    return list(line["causes"])


@pytest.mark.parametrize("is_rolled_up", [False, True], ids=["rows", "rollups"])
def test_equal_calls_agree_in_every_kind(team: Team, books: BooksApi, is_rolled_up: bool) -> None:
    """Each token of each kind and each digit of the cost, from rows or from rollups; exit code 0."""
    store_claude(team)
    if is_rolled_up:
        assert roll_up_changed(now=NOW) > 0
    answer, code = run_json()
    assert {kind: told["theirs"] for kind, told in answer["kinds"].items()} == ALL
    assert {kind: told["ours"] for kind, told in answer["kinds"].items()} == ALL
    assert {told["agreement"] for told in answer["kinds"].values()} == {"100"}
    assert (answer["lowest_agreement"], answer["is_agreed"], code) == ("100", True, 0)
    assert list_disagreements() == []


def test_what_is_not_the_providers_work_is_not_compared(team: Team, books: BooksApi) -> None:
    """A gateway's cache hit, a re-read answer, another provider's calls, and those of the day after the last."""
    store_claude(team)
    store_claude(team, 2, cache_hit=True)
    store_claude(team, 3, call_type="aget_responses")
    store_claude(team, 4, custom_llm_provider="bedrock", model="bedrock/anthropic.claude-sonnet-4-5")
    store_claude(team, 5, at="2026-04-03T00:00:00Z")
    answer, code = run_json()
    assert {kind: told["ours"] for kind, told in answer["kinds"].items()} == ALL
    assert code == 0


def test_calls_that_bypassed_the_gateway(team: Team, books: BooksApi) -> None:
    """Theirs are more in every kind: half is ours, exit code 1, a warning, a gauge, and it is kept."""
    books.reports[ANTHROPIC_USAGE][0]["results"] *= 2
    store_claude(team)
    with capture_logs() as logs:
        answer, code = run_json()
    assert (code, answer["is_agreed"], answer["lowest_agreement"]) == (1, False, "50")
    assert list_causes(answer, "output_tokens") == ["bypassed_gateway"]
    assert answer["kinds"]["total_cost_usd"]["agreement"] == "100"
    warned = {log["kind"] for log in logs if log["event"] == "provider_books_disagree"}
    assert warned == ALL.keys() - {"total_cost_usd"}
    labels = {"provider": "anthropic", "kind": "output_tokens"}
    assert REGISTRY.get_sample_value("llm_provider_agreement_percent", labels) == 50.0
    assert KEY not in str(logs) + str(answer)


def test_calls_that_are_counted_twice(team: Team, books: BooksApi) -> None:
    """Ours are more in every kind, the cost too."""
    store_claude(team)
    store_claude(team, 2)
    answer, code = run_json()
    assert (code, answer["lowest_agreement"]) == (1, "50")
    assert list_causes(answer, "input_tokens") == ["counted_twice"]
    assert list_causes(answer, "total_cost_usd") == ["counted_twice", "priority_tier"]


def test_lifetimes_that_the_gateway_lost(team: Team, books: BooksApi) -> None:
    """All else agrees: only what is under the threshold is told, the worst line with its cause."""
    store_claude(team, usage={"prompt_tokens_details": {"cached_tokens": 200, "cache_creation_tokens": 1500}})
    answer, code = run_json()
    assert code == 1
    assert list_causes(answer, "cache_creation_1h_input_tokens") == ["not_reported", "lifetimes_lost"]
    disagreements = list_disagreements()
    assert [each.kind for each in disagreements] == [
        "cache_creation_5m_input_tokens",
        "cache_creation_1h_input_tokens",
    ]
    first = disagreements[0]
    assert [first.theirs, first.ours, first.agreement, first.threshold] == [500, None, 0, Decimal("99.5")]
    (worst,) = first.worst
    assert [worst.day, worst.model, worst.theirs, worst.ours] == [DAY, "claude-sonnet-4-5", 500, None]
    assert worst.causes == ["not_reported", "lifetimes_lost"]


def test_threshold_decides(team: Team, books: BooksApi) -> None:
    """At it both sides agree; above it they do not."""
    store_claude(team, usage={"completion_tokens": 350, "total_tokens": 3550})
    assert [run_json("--threshold", threshold)[1] for threshold in ("50", "50.0001")] == [0, 1]


def test_organization_has_its_own_calls(team: Team, books: BooksApi) -> None:
    """Without one those of all are compared."""
    other = make_team("Beta")
    store_claude(team)
    store_claude(other, 2)
    answers = [run_json(*chosen) for chosen in ((), ("--organization", other.organization.name))]
    assert [(answer["lowest_agreement"], code) for answer, code in answers] == [("50", 1), ("100", 0)]
    assert answers[1][0]["organization"] == other.organization.name


def test_table_says_figures_and_causes_in_words(team: Team, books: BooksApi) -> None:
    """For a person: each kind, each line that differs, and a sentence for each cause."""
    store_claude(team, usage={"completion_tokens": 350, "total_tokens": 3550})
    out, code = run()
    rows = [line.split() for line in out.splitlines()]
    assert ["output_tokens", "700", "350", "50"] in rows
    assert ["total_cost_usd", "1.234500", "1.234500", "100"] in rows
    assert ["2026-04-01", "claude-sonnet-4-5", "output_tokens", "700", "350", "-350", "50", "unexplained"] in rows
    assert "unexplained: no rule explains it" in out
    assert code == 1


def test_csv_has_every_line(team: Team, books: BooksApi) -> None:
    """For a spreadsheet."""
    store_claude(team)
    out, _ = run("--format", "csv")
    lines = list(csv.DictReader(StringIO(out, newline="")))
    assert {line["kind"]: line["ours"] for line in lines} == ALL
    assert {(line["day"], line["model"], line["agreement"]) for line in lines} == {
        ("2026-04-01", "claude-sonnet-4-5", "100")
    }


def test_openai_and_openrouter_are_compared_alike(team: Team, books: BooksApi, settings: Settings) -> None:
    """Nothing of ours: all bypassed the gateway, of each kind that they tell."""
    settings.OPENAI_ADMIN_KEY = settings.OPENROUTER_MANAGEMENT_KEY = KEY
    with freeze_time(NOW, ignore=["socket"]):
        answers = {provider: run_json(provider=provider) for provider in ("openai", "openrouter")}
    assert {provider: code for provider, (_, code) in answers.items()} == {"openai": 1, "openrouter": 1}
    openai, openrouter = (answer["kinds"] for answer, _ in answers.values())
    assert (openai["input_tokens"]["theirs"], openai["total_cost_usd"]["theirs"]) == ("2040", "1.5723456789")
    assert {kind: told["theirs"] for kind, told in openrouter.items()} == {
        "input_tokens": "60",
        "output_tokens": "145",
        "reasoning_tokens": "25",
        "total_cost_usd": "0.265",
    }


def test_file_is_compared_as_the_api_is(team: Team, books: BooksApi, tmp_path: Path) -> None:
    """Of a provider without an API; it neither hides nor makes a disagreement with an API."""
    store_claude(team, custom_llm_provider="acme", model="acme/m-1")
    file = tmp_path / "books.csv"
    file.write_text("Date,Model,output_tokens,total_cost_usd\n2026-04-01,m-1,700,1.23\n2026-03-31,m-1,9,9\n")
    answer, code = run_json("--csv", str(file), "--columns", "day=Date", "model=Model", provider="acme")
    assert {kind: told["agreement"] for kind, told in answer["kinds"].items()} == {
        "output_tokens": "100",
        "total_cost_usd": "99.6354",
    }
    assert (answer["source"], code, list_causes(answer, "total_cost_usd")) == ("csv", 0, ["rounding"])
    assert books.asked == []
    assert list_disagreements() == []


def test_history_is_kept_and_listed(team: Team, books: BooksApi) -> None:
    """The newest first; an alert made of the older one can close itself."""
    assert run()[1] == 1
    assert len(list_disagreements()) == len(ALL)
    store_claude(team)
    assert run()[1] == 0
    assert list_disagreements() == []
    out = StringIO()
    call_command("list_provider_reconciliations", "--provider", "anthropic", stdout=out)
    rows = [line.split("\t") for line in out.getvalue().splitlines()]
    assert [row[-3:] for row in rows[1:]] == [["100", "99.5", "agrees"], ["0", "99.5", "disagrees"]]
    lines = StringIO()
    call_command("list_provider_reconciliations", "--id", rows[2][0], stdout=lines)
    assert "2026-04-01\tclaude-sonnet-4-5\toutput_tokens\t700\t0\t0\tbypassed_gateway" in lines.getvalue()


def test_older_days_do_not_hide_the_latest(team: Team, books: BooksApi) -> None:
    """Looked at again later, and agreeing."""
    assert run()[1] == 1
    store_claude(team, at="2026-03-31T12:00:00Z")
    books.reports[ANTHROPIC_USAGE][0]["starting_at"] = "2026-03-31T00:00:00Z"
    older = ("--start", "2026-03-31", "--end", "2026-04-01")
    books.reports[ANTHROPIC_COSTS][0]["starting_at"] = "2026-03-31T00:00:00Z"
    assert run(*older)[1] == 0
    assert len(list_disagreements()) == len(ALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("--end", "2026-04-01"), "a day after --start", id="empty"),
        pytest.param(("--end", "2027-04-03"), "at most 366 days", id="long"),
        pytest.param(("--threshold", "101"), "a percentage from 0 to 100, got '101'", id="percent"),
        pytest.param(("--provider", "acme"), "expected one of openai, anthropic, openrouter", id="provider"),
        pytest.param(("--provider", "openai"), "OPENAI_ADMIN_KEY: expected the key", id="no-key"),
        pytest.param(("--csv", "/nowhere.csv"), "/nowhere.csv: No such file", id="no-file"),
        pytest.param(("--columns", "sum=Sum"), "NAME=HEADER", id="column"),
    ],
)
def test_bad_arguments_are_named(books: BooksApi, arguments: tuple[str, ...], message: str) -> None:
    """In one sentence; nothing is kept."""
    chosen = ("--csv", __file__, *arguments) if arguments[0] == "--columns" else arguments
    with pytest.raises(CommandError, match=message):
        run(*chosen)
    assert not ProviderReconciliation.objects.exists()


def test_malformed_books_leave_nothing_behind(team: Team, books: BooksApi) -> None:
    """The command says which field; no half comparison is kept."""
    books.reports[ANTHROPIC_USAGE][0]["results"][0]["output_tokens"] = None
    with pytest.raises(CommandError, match=r"data\[0\].results\[0\].output_tokens: expected a whole number") as caught:
        run()
    assert caught.value.returncode == 2  # nobody can tell
    assert not ProviderReconciliation.objects.exists()


def test_task_compares_the_day_before_yesterday(team: Team, books: BooksApi, settings: Settings) -> None:
    """Of providers with a key; one that refuses does not keep the next."""
    settings.OPENAI_ADMIN_KEY = "sk-wrong"
    store_claude(team)
    with freeze_time("2026-04-03 05:30:00", ignore=["socket"]), capture_logs() as logs:
        reconcile_providers()
    kept = ProviderReconciliation.objects.get()
    assert (kept.provider, kept.start, kept.is_agreed) == ("anthropic", DAY, True)
    assert ProviderReconciliationLine.objects.count() == len(ALL)
    assert [log["event"] for log in logs] == ["provider_books_unread", "provider_books_compared"]
    assert "sk-wrong" not in str(logs)


def test_beat_knows_the_task_by_its_name() -> None:
    """A name that no worker knows would be dropped without a word."""
    scheduled = configured.CELERY_BEAT_SCHEDULE["reconcile-providers"]["task"]
    assert scheduled == reconcile_providers.name
    assert scheduled in app.tasks
