"""The numbered migrations: applied once, recorded, safe to run again; their SQL printed and kept."""

from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from pytest_django import Settings

from posthog.clickhouse import migrations
from posthog.clickhouse.client import ServerException, close_connection, sync_execute
from posthog.clickhouse.migrate import (
    APPLIED_TABLE,
    applied_table_sql,
    apply_migrations,
    list_migrations,
    list_unapplied,
)
from posthog.models.ai_events.sql import create_table_sql, drop_table_sql
from posthog.models.ai_usage_hourly.sql import TABLES
from stack.system import choose_free_ports

pytestmark = pytest.mark.clickhouse

GOLDEN = Path(__file__).parents[2] / "fixtures" / "clickhouse" / "cluster_tables.sql"
NAMES = [migration.name for migration in list_migrations()]


@pytest.fixture
def empty_database(settings: Settings) -> Iterator[str]:
    """The settings' server, with a database of this test alone."""
    name = f"test_{uuid4().hex[:12]}"
    sync_execute(f"CREATE DATABASE {name}")
    close_connection()
    configured, settings.CLICKHOUSE_DATABASE = django_settings.CLICKHOUSE_DATABASE, name
    yield name
    close_connection()
    settings.CLICKHOUSE_DATABASE = configured
    sync_execute(f"DROP DATABASE {name} SYNC")
    close_connection()


def run_command(*arguments: str) -> str:
    """What `manage.py migrate_clickhouse` prints."""
    out = StringIO()
    call_command("migrate_clickhouse", *arguments, stdout=out)
    return out.getvalue()


def list_tables() -> list[str]:
    return [name for (name,) in sync_execute("SHOW TABLES")]


def list_records() -> list[str]:
    return [name for (name,) in sync_execute(f"SELECT name FROM {APPLIED_TABLE} ORDER BY applied_at, name")]


def test_migrations_are_numbered_without_gaps() -> None:
    """And each says how it is undone."""
    assert [int(name[:4]) for name in NAMES] == list(range(1, len(NAMES) + 1))
    for name in NAMES:
        assert import_module(f"{migrations.__name__}.{name}").backwards()


def test_the_first_run_applies_and_records_all(empty_database: str) -> None:
    """In order, each with its time."""
    assert list(apply_migrations()) == NAMES
    assert list_records() == NAMES
    assert list_tables() == sorted(["ai_events", *(grain.table for grain in TABLES), APPLIED_TABLE])


def test_a_second_run_does_nothing(empty_database: str) -> None:
    """Neither to the tables nor to the record."""
    list(apply_migrations())
    assert (list(apply_migrations()), list_unapplied()) == ([], [])
    assert list_records() == NAMES


def test_a_crash_before_the_record_is_replayed(empty_database: str) -> None:
    """The statements ran, the record was not written: the next run runs them again and loses no row."""
    sync_execute(list_migrations()[0].statements[0])
    sync_execute("INSERT INTO ai_events (uuid, timestamp, team_id) SELECT generateUUIDv4(), now(), 1")
    assert list(apply_migrations()) == NAMES
    assert list_records() == NAMES
    assert sync_execute("SELECT count() FROM ai_events") == [(1,)]


def test_a_crash_between_migrations_leaves_the_rest(empty_database: str) -> None:
    """Each is recorded before the next begins: an iteration that stops has recorded what it yielded."""
    steps = apply_migrations()
    first = next(steps)
    steps.close()
    assert list_records() == [first]
    assert [first, *apply_migrations()] == NAMES


def test_a_migration_that_fails_is_not_recorded(empty_database: str) -> None:
    """The error reaches the operator, and the next run tries again."""
    list_unapplied()
    sync_execute("SET readonly = 1")
    with pytest.raises(ServerException, match="READONLY"):
        list(apply_migrations())
    close_connection()
    assert [migration.name for migration in list_unapplied()] == NAMES


def test_backwards_undoes_forwards(empty_database: str) -> None:
    """What an operator would run by hand."""
    for migration in list_migrations():
        for statement in migration.statements:
            sync_execute(statement)
    for name in reversed(NAMES):
        for statement in import_module(f"{migrations.__name__}.{name}").backwards():
            sync_execute(statement)
    assert list_tables() == []


def test_the_command_tells_what_it_did(empty_database: str) -> None:
    """Each migration by name; then that there is nothing to do."""
    assert run_command() == "".join(f"  applied {name}\n" for name in NAMES)
    assert run_command() == "  ClickHouse is up to date\n"


def test_check_fails_until_all_are_applied(empty_database: str) -> None:
    """The exit code is what a deployment asks for."""
    with pytest.raises(SystemExit) as end:
        run_command("--check")
    assert end.value.code == 1
    run_command()
    assert run_command("--check") == ""


def test_plan_prints_the_sql_without_a_server(settings: Settings) -> None:
    """Every statement of every migration, ended by a semicolon; nothing is connected to."""
    close_connection()
    settings.CLICKHOUSE_PORT = choose_free_ports(1)[0]
    plan = run_command("--plan")
    assert plan == "".join(
        f"-- {migration.name}\n" + ";\n\n".join(migration.statements) + ";\n" for migration in list_migrations()
    )


def test_the_plan_is_what_a_run_does(empty_database: str) -> None:
    """Run by hand, its statements leave the same tables."""
    statements = [part for part in run_command("--plan").split(";") if part.strip()]
    for statement in statements:
        sync_execute(statement)
    by_hand = sync_execute("SHOW CREATE TABLE ai_events")
    sync_execute("DROP TABLE ai_events SYNC")
    list(apply_migrations())
    assert sync_execute("SHOW CREATE TABLE ai_events") == by_hand


def test_a_cluster_gets_upstreams_three_tables() -> None:
    """The whole DDL, word for word: rows in one replicated table, two Distributed tables before it."""
    statements = create_table_sql("main", "posthog")
    assert ";\n\n".join(statements) + ";\n" == GOLDEN.read_text()


def test_the_clusters_tables_are_spelled_as_clickhouse_reads_them(empty_database: str) -> None:
    """The engine's own parser takes them; there is no cluster here to run them on."""
    for statement in [
        *create_table_sql("main", "posthog"),
        *drop_table_sql("main"),
        applied_table_sql("main", "posthog"),
    ]:
        ((canonical,),) = sync_execute("SELECT formatQuerySingleLine(%(sql)s)", {"sql": statement})
        assert " ON CLUSTER main" in canonical


def test_duplicates_of_an_event_meet_on_one_shard() -> None:
    """Whatever else differs between two deliveries, their uuid does not."""
    for statement in create_table_sql("main", "posthog")[1:]:
        assert statement.endswith("ENGINE = Distributed('main', 'posthog', 'sharded_ai_events', sipHash64(uuid))")


def test_the_record_of_a_cluster_is_one_for_all_its_nodes() -> None:
    """Its path names no shard; the replica's name does, so that no two nodes have the same."""
    assert applied_table_sql("main", "posthog") == (
        "CREATE TABLE IF NOT EXISTS clickhouse_migrations ON CLUSTER 'main' "
        "(name String, applied_at DateTime64(6, 'UTC')) "
        "ENGINE = ReplicatedMergeTree('/clickhouse/tables/posthog.clickhouse_migrations', '{shard}-{replica}') "
        "ORDER BY name"
    )


def test_the_setting_chooses_the_clusters_tables(settings: Settings) -> None:
    """The plan of a server with CLICKHOUSE_CLUSTER is the cluster's, in its database."""
    settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE = "main", "posthog"
    assert GOLDEN.read_text().strip() in run_command("--plan")


def test_columns_of_a_cluster_are_those_of_one_server(empty_database: str) -> None:
    """The storage differs, the table does not."""

    def columns_of(statement: str) -> str:
        return statement.partition("(\n")[2].partition("\n)\nENGINE")[0]

    assert columns_of(create_table_sql()[0]) == columns_of(create_table_sql("main", "posthog")[0]) != ""
