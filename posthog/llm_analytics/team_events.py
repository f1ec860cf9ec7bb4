"""
A team's stored rows: counted, deleted, given another end. Each statement here can be repeated.

Deletion and retention are mutations: parts are written anew without the rows, not only masked. Where a table is
not told here it is found: every MergeTree table of the database with a `team_id` holds what was derived from
events, and loses it with them. Rollups follow deletion, and outlive retention.

Retention. `drop_date` is computed from `retention_days` when a row is inserted and chooses its partition, so it
cannot be updated in place: rows are inserted again with the new days, and then those old ones go whose new twin is
there. What arrives meanwhile has no twin and is left alone.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.changed_hours import TeamHour, announce_changes, mark_changed
from posthog.llm_analytics.usage_rollup import roll_up_before
from posthog.models.ai_events.sql import SHARDED_TABLE, TABLE, WRITTEN_COLUMNS, insert_table
from posthog.models.ai_usage_hourly.sql import USAGE

MUTATION_SETTINGS = {"mutations_sync": 2, "allow_nondeterministic_mutations": 1}
REWRITE_TIMEOUT_S = 3600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count_team_events(team_id: int, *, ingested_before: datetime | None = None) -> int:
    """Rows of the team in `ai_events`, duplicates included."""
    sql = f"SELECT count() AS rows FROM {TABLE} WHERE team_id = %(team_id)s {_before(ingested_before)}"
    return int(query_rows(sql, _params(team_id, ingested_before))[0]["rows"])


def delete_team_rows(team_id: int, *, ingested_before: datetime) -> None:
    """Delete the team's rows from every table; of `ai_events` those received before the moment (aware UTC)."""
    params = _params(team_id, ingested_before)
    summed = _list_hours(team_id, f"SELECT hour FROM {USAGE.table} WHERE team_id = %(team_id)s")
    announce_changes(summed, now=ingested_before, may_shrink=True)
    for table in _list_team_tables():
        before = _before(ingested_before) if table == _storage_table() else ""
        sql = f"ALTER TABLE {table}{_on_cluster()} DELETE WHERE team_id = %(team_id)s {before}"
        sync_execute(sql, params, settings=MUTATION_SETTINGS)
    # What arrived after the moment is left and must be summed again; so must an hour that was rolled up meanwhile.
    left = _list_hours(team_id, f"SELECT toStartOfHour(timestamp) AS hour FROM {TABLE} WHERE team_id = %(team_id)s")
    mark_changed(summed | left, now=ingested_before, may_shrink=True)


def rewrite_retention(team_id: int, retention_days: int) -> int:
    """Give the team's stored rows their new end; returns how many had another one."""
    params = {"team_id": team_id, "days": retention_days}
    differs = "team_id = %(team_id)s AND retention_days != %(days)s"
    rows = query_rows(f"SELECT count() AS rows FROM {TABLE} FINAL WHERE {differs}", params)[0]["rows"]
    if rows:
        roll_up_before(datetime.now(UTC) - timedelta(days=retention_days), team_id=team_id)
        sync_execute(_rewrite_sql(differs), params, settings={"max_execution_time": REWRITE_TIMEOUT_S})
        twin = f"SELECT uuid FROM {TABLE} WHERE team_id = %(team_id)s AND retention_days = %(days)s"
        is_over = "toDate(timestamp) + toIntervalDay(%(days)s) <= today()"
        where = f"{differs} AND ({is_over} OR uuid IN ({twin}))"
        sync_execute(
            f"ALTER TABLE {_storage_table()}{_on_cluster()} DELETE WHERE {where}", params, settings=MUTATION_SETTINGS
        )
    return int(rows)


def _rewrite_sql(differs: str) -> str:
    """Copy the rows that are not over by then; a microsecond later, so that the copy wins over its original."""
    changed = {"retention_days": "%(days)s", "ingested_at": "addMicroseconds(ingested_at, 1)"}
    values = ", ".join(f"{changed[name]} AS {name}_" if name in changed else name for name in WRITTEN_COLUMNS)
    return (
        f"INSERT INTO {insert_table(settings.CLICKHOUSE_CLUSTER)} ({', '.join(WRITTEN_COLUMNS)}) "
        f"SELECT {values} FROM {TABLE} FINAL WHERE {differs} "
        "AND toDate(timestamp) + toIntervalDay(%(days)s) > today()"
    )


def _list_hours(team_id: int, sql: str) -> set[TeamHour]:
    hours = query_rows(f"SELECT DISTINCT hour FROM ({sql})", {"team_id": team_id})
    return {TeamHour(team_id, row["hour"].replace(tzinfo=UTC)) for row in hours}


def _list_team_tables() -> list[str]:
    """The tables of this database that store rows by team, `ai_events` first."""
    sql = (
        "SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase() AND name = 'team_id' "
        "AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE %(engine)s)"
    )
    found = {row["table"] for row in query_rows(sql, {"engine": "%MergeTree"})}
    return [_storage_table(), *sorted(found - {_storage_table()})]


def _storage_table() -> str:
    return SHARDED_TABLE if settings.CLICKHOUSE_CLUSTER else TABLE


def _on_cluster() -> str:
    return f" ON CLUSTER '{settings.CLICKHOUSE_CLUSTER}'" if settings.CLICKHOUSE_CLUSTER else ""


def _params(team_id: int, before: datetime | None) -> dict[str, int]:
    """The driver writes a datetime without its microseconds: they go as a number."""
    moment_us = {} if before is None else {"before_us": (before - EPOCH) // timedelta(microseconds=1)}
    return {"team_id": team_id, **moment_us}


def _before(moment: datetime | None) -> str:
    return "" if moment is None else "AND toUnixTimestamp64Micro(ingested_at) < %(before_us)s"
