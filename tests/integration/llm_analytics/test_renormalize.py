"""`renormalize_ai_events`: rows that an older, wrong version of the rules left are repaired from their own evidence."""

import shlex
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.renormalization import Scope, count_rows, renormalize
from posthog.llm_usage.rebuild import UNCOMPARED_COLUMNS
from posthog.models import CustomPrice, Team
from tests.integration.llm_analytics.stored_rows import (
    INGESTED_AT,
    WRONG,
    count_versions,
    list_stored,
    make_row,
    make_team,
    store,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]

SCOPE = ("--start", "2026-11-23", "--end", "2026-11-24")


@pytest.fixture
def team() -> Team:
    return make_team()


def run(*arguments: str, stderr: Any = None) -> list[str]:
    """Run the command over the day of the test; its lines on stdout."""
    out = StringIO()
    call_command("renormalize_ai_events", *SCOPE, *arguments, stdout=out, stderr=stderr or StringIO())
    return out.getvalue().splitlines()


def compare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without what a derivation may change."""
    return [{name: value for name, value in row.items() if name not in UNCOMPARED_COLUMNS} for row in rows]


def store_wrong(team: Team, count: int) -> list[dict[str, Any]]:
    """Store so many rows with the older rules' faults; returns the right ones."""
    rows = [make_row(team, number) for number in range(count)]
    store(row | WRONG for row in rows)
    return rows


def test_dry_run_shows_the_differences_and_stores_nothing(team: Team) -> None:
    """Per model and column: how many rows, the sums before and after."""
    store_wrong(team, 3)
    lines = run("--dry-run")
    assert lines[0] == "3 of 3 rows would change"
    cells = {line.split()[1]: line.split()[2:] for line in lines[2:]}
    assert cells == {
        "cache_read_input_tokens": ["3", "–", "180"],
        "input_tokens": ["3", "120", "300"],
        "integrity_flags": ["3", "–", "–"],
        "total_cost_usd": ["3", "1.5", "0.001125"],
    }
    assert count_versions() == 3
    assert {row["input_tokens"] for row in list_stored(team)} == {40}


def test_run_repairs_the_rows(team: Team) -> None:
    """Every column is what today's rules say; delivery and retention stay as they were."""
    right = store_wrong(team, 3)
    assert run()[0] == "3 of 3 rows changed"
    stored = list_stored(team)
    assert compare(stored) == compare(right)
    assert {row["usage_rules_version"] for row in stored} == {row["usage_rules_version"] for row in right}
    assert [(row["_offset"], row["_partition"], row["retention_days"]) for row in stored] == [
        (number, 1, 3650) for number in range(3)
    ]
    assert all(row["ingested_at"] > INGESTED_AT for row in stored)


def test_second_run_changes_nothing(team: Team) -> None:
    """What is right stays: no new version is written."""
    store_wrong(team, 3)
    run()
    versions = count_versions()
    assert run() == ["0 of 3 rows changed"]
    assert count_versions() == versions


def test_right_rows_are_left_alone(team: Team) -> None:
    """Only the one wrong row of three gets a new version."""
    rows = [make_row(team, number) for number in range(3)]
    store([rows[0], rows[1] | WRONG, rows[2]])
    assert run()[0] == "1 of 3 rows changed"
    assert count_versions() == 4


def test_only_the_days_and_the_team_asked_for(team: Team) -> None:
    """The end is left out, other teams are not touched."""
    other = make_team("Beta")
    store_wrong(team, 1)
    store([make_row(team, 240) | WRONG, make_row(other, 0) | WRONG])  # number 240 is the first call of the next day
    assert run("--team", str(team.id))[0] == "1 of 1 rows changed"
    assert [row["input_tokens"] for row in list_stored(team)] == [100, 40]
    assert [row["input_tokens"] for row in list_stored(other)] == [40]


def test_pages_pass_each_row_once(team: Team) -> None:
    """Rows of one trace, of one hour, of several teams: each is read once, whatever the page's size."""
    for each in (team, make_team("Beta")):
        store(make_row(each, number, trace_id=f"trace-{number % 3}") for number in range(25))
    scope = Scope(start=date(2026, 11, 23), end=date(2026, 11, 24))
    pages = list(renormalize(scope, clock=lambda: datetime.now(UTC), is_dry_run=True, page_rows=7))
    assert [page.rows for page in pages] == [7] * 7 + [1]
    assert len({page.position for page in pages}) == len(pages)
    assert count_rows(scope, after=pages[3].position) == 50 - 28


class InterruptedStream(StringIO):
    """A terminal at which somebody presses Ctrl-C as soon as the bar moves."""

    def write(self, text: str, /) -> int:
        if text.strip():
            raise KeyboardInterrupt
        return len(text)


def test_interrupted_run_goes_on_where_it_stopped(team: Team) -> None:
    """What was done is stored, and the printed command does the rest, and only the rest."""
    right = store_wrong(team, 5)
    with pytest.raises(CommandError, match="interrupted; go on with: bin/manage") as stopped:
        run("--page-rows", "2", stderr=InterruptedStream())
    assert sorted(row["input_tokens"] for row in list_stored(team)) == [40, 40, 40, 100, 100]
    command = shlex.split(str(stopped.value).partition("go on with: ")[2])
    assert command[:2] == ["bin/manage", "renormalize_ai_events"]
    out = StringIO()
    call_command(*command[1:], stdout=out, stderr=StringIO())
    assert out.getvalue().startswith("3 of 3 rows changed\n")
    assert compare(list_stored(team)) == compare(right)


def test_price_that_was_agreed_later_is_applied(team: Team) -> None:
    """A team's own price, entered after the calls, prices those that nobody could."""
    payload = {"model": "openai/ours", "response_cost": 0.0}
    store(make_row(team, number, **payload) for number in range(2))
    assert {row["total_cost_usd"] for row in list_stored(team)} == {None}
    prices = {"input_token_price": "0.01", "cache_read_token_price": "0.001", "output_token_price": "0.02"}
    CustomPrice.objects.create(team=team, model_pattern="ours", **prices)
    run()
    stored = list_stored(team)
    # 40 × 0.01 + 60 × 0.001 + 20 × 0.02
    assert {(row["cost_source"], row["total_cost_usd"]) for row in stored} == {("team_price", 0.86)}
    assert all("unpriced_model" not in row["integrity_flags"] for row in stored)


def test_unreadable_evidence_is_counted_and_left(team: Team) -> None:
    """One broken row does not stop the others."""
    right = store_wrong(team, 2)
    store([make_row(team, 2) | {"properties": "{"}])
    lines = run()
    assert lines[0] == "2 of 3 rows changed"
    assert lines[-1] == "1 rows hold evidence that cannot be read and stay as they are"
    assert compare(list_stored(team))[:2] == compare(right)


def test_newest_version_counts_even_against_a_fast_clock(team: Team) -> None:
    """A row that a receiver dated into the future is repaired too."""
    row = make_row(team, 0) | WRONG | {"ingested_at": datetime(2120, 1, 1, tzinfo=UTC)}
    store([row])
    run()
    sync_execute("OPTIMIZE TABLE ai_events FINAL")
    assert [stored["input_tokens"] for stored in list_stored(team)] == [100]


def test_progress_is_shown_on_stderr(team: Team) -> None:
    """Off a terminal the bar is a line a tenth."""
    store_wrong(team, 4)
    err = StringIO()
    run("--page-rows", "2", stderr=err)
    assert err.getvalue().splitlines() == [" 50% 2 of 4 rows, 2 changed", "100% 4 of 4 rows, 4 changed"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--start", "soon", "--end", "2026-11-24"], "--start: expected YYYY-MM-DD", id="no-date"),
        pytest.param(["--start", "2026-11-24", "--end", "2026-11-24"], "--end: expected a day after", id="empty"),
        pytest.param([*SCOPE, "--resume-after", "?"], "--resume-after: expected the token", id="token"),
    ],
)
def test_bad_arguments_are_named(arguments: list[str], message: str) -> None:
    """One sentence that names the argument and its rule."""
    with pytest.raises(CommandError, match=message):
        call_command("renormalize_ai_events", *arguments, stdout=StringIO(), stderr=StringIO())
