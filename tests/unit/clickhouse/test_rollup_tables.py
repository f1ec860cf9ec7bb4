"""The rollups' DDL and the INSERT that fills them, word for word."""

from pathlib import Path

import pytest

from posthog.llm_analytics.day_rollup import fill_sql, roll_up_days_sql
from posthog.llm_analytics.day_verification import compare_days_sql
from posthog.llm_analytics.usage_rollup import roll_up_sql
from posthog.models.ai_usage_hourly.grain import Grain
from posthog.models.ai_usage_hourly.sql import CALLERS, DAYS, END_USERS, TABLES, USAGE, create_table_sql, drop_table_sql

FIXTURES = Path(__file__).parents[2] / "fixtures" / "clickhouse"


def test_a_cluster_gets_three_tables_a_grain() -> None:
    """Rows in one replicated table, sharded by team, two Distributed tables before it."""
    statements = [statement for grain in TABLES for statement in create_table_sql(grain, "main", "posthog")]
    assert ";\n\n".join(statements) + ";\n" == (FIXTURES / "cluster_rollups.sql").read_text()


def test_roll_up_is_one_insert() -> None:
    """Hours are summed, compared with what is stored, and written by one statement."""
    assert roll_up_sql(END_USERS) == (FIXTURES / "roll_up_end_users.sql").read_text()


def test_days_are_rolled_up_by_one_insert() -> None:
    """Summed from hours that are stored; a day that had cells and has none is emptied."""
    assert roll_up_days_sql(END_USERS, DAYS[END_USERS][-1]) == (FIXTURES / "roll_up_days_end_users.sql").read_text()


def test_callers_are_those_of_calls() -> None:
    """The hours have other events, too."""
    calls = "AND event IN ('$ai_embedding', '$ai_generation')"
    assert calls in roll_up_days_sql(END_USERS, CALLERS)
    assert calls in fill_sql(END_USERS, CALLERS)
    assert calls in compare_days_sql(END_USERS, CALLERS, "")


def test_days_of_a_cluster_are_written_through_its_distributed_table() -> None:
    """By a roll-up and by the migration."""
    (days,) = DAYS[USAGE]
    for sql in (roll_up_days_sql(USAGE, days, "main"), fill_sql(USAGE, days, "main")):
        assert "INSERT INTO writable_ai_usage_daily (" in sql


def test_a_cluster_is_written_through_its_distributed_table() -> None:
    """Like `ai_events`."""
    assert "INSERT INTO writable_ai_usage_hourly (" in roll_up_sql(USAGE, "main")


@pytest.mark.parametrize("grain", TABLES, ids=lambda grain: grain.table)
def test_columns_of_a_cluster_are_those_of_one_server(grain: Grain) -> None:
    """The storage differs, the table does not."""

    def columns_of(statement: str) -> str:
        return statement.partition("(\n")[2].partition("\n)\nENGINE")[0]

    assert columns_of(create_table_sql(grain)[0]) == columns_of(create_table_sql(grain, "main")[0]) != ""


def test_every_table_is_dropped() -> None:
    """The Distributed ones first."""
    assert drop_table_sql(USAGE) == ["DROP TABLE IF EXISTS ai_usage_hourly SYNC"]
    assert [statement.split()[4] for statement in drop_table_sql(USAGE, "main")] == [
        "ai_usage_hourly",
        "writable_ai_usage_hourly",
        "sharded_ai_usage_hourly",
    ]
