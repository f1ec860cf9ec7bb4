"""
The numbered, forward-only list of ClickHouse migrations, and the table that records which were applied.

A migration is a module `posthog/clickhouse/migrations/NNNN_name.py` whose `forwards()` returns statements,
each safe to run again: a crash between a statement and the record replays the migration. `backwards()`
tells an operator how to undo it; nothing runs it.
"""

from collections.abc import Generator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from django.conf import settings

from posthog.clickhouse import migrations
from posthog.clickhouse.client import sync_execute

APPLIED_TABLE = "clickhouse_migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration: its name and the statements that apply it, in order."""

    name: str
    statements: tuple[str, ...]


def list_migrations() -> list[Migration]:
    """Every migration there is, in order."""
    names = sorted(module.name for module in iter_modules(migrations.__path__) if module.name[:4].isdigit())
    modules = ((name, import_module(f"{migrations.__name__}.{name}")) for name in names)
    return [Migration(name, tuple(module.forwards())) for name, module in modules]


def list_unapplied() -> list[Migration]:
    """The migrations that this server has not seen; creates the record if it is new."""
    sync_execute(applied_table_sql(settings.CLICKHOUSE_CLUSTER, settings.CLICKHOUSE_DATABASE))
    applied = {name for (name,) in sync_execute(f"SELECT DISTINCT name FROM {APPLIED_TABLE}")}
    return [migration for migration in list_migrations() if migration.name not in applied]


def apply_migrations() -> Generator[str]:
    """Apply what is missing, one by one; yield each name once it is applied and recorded."""
    for migration in list_unapplied():
        for statement in migration.statements:
            sync_execute(statement)
        sync_execute(
            f"INSERT INTO {APPLIED_TABLE} (name, applied_at) SELECT %(name)s, now64(6)",
            {"name": migration.name},
        )
        yield migration.name


def applied_table_sql(cluster: str, database: str) -> str:
    """
    The statement that creates the record.

    Args:
        cluster: '' for one server; else every node of it sees what any node applied.
    """
    columns = "(name String, applied_at DateTime64(6, 'UTC'))"
    if not cluster:
        return f"CREATE TABLE IF NOT EXISTS {APPLIED_TABLE} {columns} ENGINE = MergeTree ORDER BY name"
    path = f"/clickhouse/tables/{database}.{APPLIED_TABLE}"
    return (
        f"CREATE TABLE IF NOT EXISTS {APPLIED_TABLE} ON CLUSTER '{cluster}' {columns} "
        f"ENGINE = ReplicatedMergeTree('{path}', '{{shard}}-{{replica}}') ORDER BY name"
    )
