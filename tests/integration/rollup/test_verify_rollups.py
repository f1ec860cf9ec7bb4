"""`verify_rollups` and `roll_up_usage`: drift is found, told with its figures, and repaired."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from prometheus_client import REGISTRY

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.usage_cells import CellQuery, read_cells
from posthog.models import ChangedUsageHour, Team
from posthog.tasks.llm_analytics_rollup import verify_rollups
from tests.integration.llm_analytics.stored_rows import store
from tests.integration.rollup.stored_usage import make_row, make_team, roll_up_all, store_and_mark, sum_tokens

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_usage")]

HOUR = floor_hour(datetime.now(UTC)) - timedelta(days=1)
DAYS = ("--start", f"{HOUR - timedelta(days=1):%Y-%m-%d}", "--end", f"{HOUR + timedelta(days=2):%Y-%m-%d}")


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def rolled_up(team: Team) -> Team:
    """A team with two rolled-up hours of a call each."""
    store_and_mark([make_row(team, 0, HOUR), make_row(team, 1, HOUR - timedelta(hours=2))])
    roll_up_all()
    return team


def run(name: str, *arguments: str, stderr: Any = None) -> list[str]:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=stderr or StringIO())
    return out.getvalue().splitlines()


def run_failing(*arguments: str) -> list[str]:
    """`verify_rollups` with exit code 1."""
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_rollups", *DAYS, *arguments, stdout=out, stderr=StringIO())
    assert end.value.code == 1
    return out.getvalue().splitlines()


def tamper(change: str) -> None:
    """Store the rolled-up hours of HOUR with another array."""
    sync_execute(
        f"INSERT INTO ai_usage_hourly SELECT * REPLACE ({change}, version + 1 AS version) "
        "FROM ai_usage_hourly FINAL WHERE hour = toDateTime(%(hour)s, 'UTC')",
        {"hour": HOUR},
    )


def sum_hour(team: Team) -> int | None:
    """The input tokens of HOUR, as the application reads them."""
    query = CellQuery(start=HOUR, end=HOUR + timedelta(hours=1), team_ids=[team.id])
    return read_cells(query, now=datetime.now(UTC))[0].sums.input_tokens


def test_exact_rollups_have_no_drift(rolled_up: Team) -> None:
    """Every grain is compared, and the bar ends at 100 %."""
    err = StringIO()
    assert run("verify_rollups", *DAYS, stderr=err) == [
        "10 hours compared, 0 drifts; 0 wait to be rolled up, 0 outlived some of their rows"
    ]
    assert err.getvalue().splitlines()[-1].startswith("100% ")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("[7::Nullable(Int64)] AS input_tokens", "input_tokens 7 instead of 100", id="tokens"),
        pytest.param("[NULL::Nullable(Int64)] AS input_tokens", "input_tokens – instead of 100", id="null"),
        pytest.param(
            "[NULL::Nullable(Decimal(38, 18))] AS total_cost_usd", "total_cost_usd – instead of 0.5", id="cost"
        ),
        pytest.param("['o3']::Array(LowCardinality(String)) AS model", "the same sums, split otherwise", id="label"),
        pytest.param("[1::UInt8] AS half", "the same sums, split otherwise", id="half-hour"),
        pytest.param("[['x']]::Array(Array(LowCardinality(String))) AS flag_names, [[1::UInt64]] AS flag_rows",
                     "the same sums, split otherwise", id="flags"),
    ],
)  # fmt: skip
def test_tampered_hour_is_found(rolled_up: Team, change: str, told: str) -> None:
    """Whatever of it is another: its hour is named, with both figures."""
    tamper(change)
    lines = run_failing()
    assert len(lines) == 2
    assert lines[0].startswith(f"ai_usage_hourly, team {rolled_up.id}, {HOUR:%Y-%m-%d %H:00}: {told}")
    assert lines[1].startswith("10 hours compared, 1 drifts")


@pytest.mark.parametrize("table", ["ai_usage_daily", "ai_usage_daily_end_users"])
def test_tampered_day_is_found_and_repaired(rolled_up: Team, table: str) -> None:
    """It is read until it is marked; then its hours are, and the next roll-up sums it again."""
    sync_execute(
        f"INSERT INTO {table} SELECT * REPLACE "
        "(arrayMap(count -> count + 1, input_tokens) AS input_tokens, version + 1 AS version) "
        f"FROM {table} FINAL WHERE day = toStartOfDay(toDateTime(%(hour)s, 'UTC'))",
        {"hour": HOUR},
    )
    lines = run_failing("--repair")
    assert lines[0].startswith(f"{table}, team {rolled_up.id}, {HOUR:%Y-%m-%d} 00:00: ")
    assert lines[1].startswith("10 hours compared, 1 drifts")
    assert sum_tokens(rolled_up) == 200
    roll_up_all()
    assert run("verify_rollups", *DAYS)[0].startswith("10 hours compared, 0 drifts")
    assert sum_tokens(rolled_up) == 200


def test_row_whose_writer_marked_nothing_is_drift(rolled_up: Team) -> None:
    """In both grains; the hour before was empty and had no rollup at all."""
    store([make_row(rolled_up, 2, HOUR - timedelta(hours=1))])
    lines = run_failing()
    assert [line.split(",")[0] for line in lines[:2]] == ["ai_usage_hourly", "ai_usage_hourly_end_users"]
    assert "rows – instead of 1" in lines[0]


def test_marked_hour_is_no_drift(rolled_up: Team) -> None:
    """It is read from rows; its rollup is only late."""
    store_and_mark([make_row(rolled_up, 2, HOUR)])
    assert run("verify_rollups", *DAYS) == [
        "10 hours compared, 0 drifts; 5 wait to be rolled up, 0 outlived some of their rows"
    ]


def test_repair_marks_what_drifts(rolled_up: Team) -> None:
    """From then on it is read from rows, and the next roll-up mends it."""
    tamper("[7::Nullable(Int64)] AS input_tokens")
    assert sum_hour(rolled_up) == 7
    run_failing("--repair")
    assert sum_hour(rolled_up) == 100
    assert roll_up_all() == 1
    assert run("verify_rollups", *DAYS)[0].startswith("10 hours compared, 0 drifts")


def test_daily_check_counts_marks_and_logs_drift(rolled_up: Team) -> None:
    """`llm_usage_rollup_drifts` says that sums were wrong; they are right from then on."""

    def count() -> float:
        return REGISTRY.get_sample_value("llm_usage_rollup_drifts_total", {"table": "ai_usage_hourly"}) or 0.0

    before = count()
    tamper("[7::Nullable(Int64)] AS input_tokens")
    verify_rollups()
    assert (count() - before, sum_tokens(rolled_up)) == (1, 200)
    assert [mark.hour for mark in ChangedUsageHour.objects.all()] == [HOUR]


def test_only_the_team_asked_for_is_verified(rolled_up: Team) -> None:
    """Another team's drift is not looked for."""
    tamper("[7::Nullable(Int64)] AS input_tokens")
    assert run("verify_rollups", *DAYS, "--team", "0")[0].startswith("0 hours compared, 0 drifts")


def test_range_is_rolled_up_unmarked(team: Team) -> None:
    """As after a loss of the rollups; the bar counts hours."""
    store([make_row(team, number, HOUR - timedelta(hours=number)) for number in range(3)])
    err = StringIO()
    assert run("roll_up_usage", *DAYS, stderr=err) == ["3 hours rolled up"]
    assert err.getvalue().splitlines()[-1] == "100% 3 of 3 hours"
    assert sum_tokens(team) == 300
    assert run("verify_rollups", *DAYS)[0].startswith("15 hours compared, 0 drifts")


def test_rows_have_the_last_word_where_an_operator_says_so(rolled_up: Team) -> None:
    """Without `--may-shrink` an hour keeps what it has summed."""
    sync_execute(
        "ALTER TABLE ai_events DELETE WHERE timestamp >= %(hour)s", {"hour": HOUR}, settings={"mutations_sync": 2}
    )
    run("roll_up_usage", *DAYS)
    assert sum_tokens(rolled_up) == 200
    run("roll_up_usage", *DAYS, "--may-shrink")
    assert sum_tokens(rolled_up) == 100


def test_changed_hours_are_rolled_up_by_hand(team: Team) -> None:
    """Those that are due, as the task does it."""
    store([make_row(team, 0, HOUR)])
    ChangedUsageHour.objects.create(team_id=team.id, hour=HOUR, change=0, due_at=HOUR)
    assert run("roll_up_usage") == ["1 hours rolled up"]
    assert run("roll_up_usage") == ["0 hours rolled up"]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        pytest.param(
            "verify_rollups", ["--start", "soon", "--end", "2026-11-24"], "--start: expected YYYY", id="no-day"
        ),
        pytest.param(
            "verify_rollups", ["--start", DAYS[1], "--end", DAYS[1]], "--end: expected a day after", id="empty"
        ),
        pytest.param("verify_rollups", ["--start", "2126-01-01", "--end", "2126-01-02"], "up to today", id="future"),
        pytest.param("roll_up_usage", ["--start", DAYS[1]], "expected both or neither", id="half-a-range"),
    ],
)
def test_bad_arguments_are_named(name: str, arguments: list[str], message: str) -> None:
    """One sentence that names the argument and its rule."""
    with pytest.raises(CommandError, match=message):
        call_command(name, *arguments, stdout=StringIO(), stderr=StringIO())
