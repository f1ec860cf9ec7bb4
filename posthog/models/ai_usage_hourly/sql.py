"""
The one place of the rollups: which sums a cell holds, how it follows from rows, and the tables' DDL.

A cell is the sums of the rows of `ai_events` that agree in team, half hour (UTC) and every dimension. Half hours
make days exact in every zone whose offset is a multiple of 30 minutes. NULL in a cell: none of its rows reported it.

A table has one row per (team, hour), with the hour's cells in arrays of one length: inserting that row replaces the
whole hour at once, and `FINAL` never sees half of it. Two grains, for people are many: cells by end user would
multiply those by model and key, so they lie in a table of their own. Rollups outlive the rows (no TTL).

Each grain has a second table whose rows are UTC days, the sums of the day's hours: a month of a large team is read
from a thirtieth of the cells. So have those of failed calls (`ai_errors_hourly`) and of what calls report
(`ai_reporting_hourly`).
"""

from collections.abc import Mapping

from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_errors_hourly.sql import ERRORS
from posthog.models.ai_integrity_hourly.sql import INTEGRITY
from posthog.models.ai_reporting_hourly.sql import REPORTING
from posthog.models.ai_usage_hourly.grain import AMOUNT, COUNT, ROWS, Dimension, Figure, Grain


def _amount(column: str) -> str:
    # Decimal sums do not depend on the order in which rows are read; binary floats do. Of the 18 digits the first 15
    # or 16 are the row's: what is shown is rounded to 12 after the point.
    return f"sum(toDecimal128(e.{column}, 18))"


_UNPRICED = "has(e.integrity_flags, 'unpriced_model')"
_UNCACHED = "e.input_tokens - ifNull(e.cache_read_input_tokens, 0) - ifNull(e.cache_creation_input_tokens, 0)"

FIGURES: tuple[Figure, ...] = (
    Figure("rows", ROWS, "count()"),
    Figure("failed_rows", ROWS, "countIf(e.is_error = 1)"),
    Figure("unpriced_rows", ROWS, f"countIf({_UNPRICED})"),
    Figure("unpriced_tokens", COUNT, f"sumIf(e.total_tokens, {_UNPRICED})"),
    Figure("uncached_input_tokens", COUNT, f"sum({_UNCACHED})"),
    *(Figure(name, COUNT, f"sum(e.{name})") for name in COUNT_COLUMNS),
    *(Figure(name, AMOUNT, _amount(name)) for name in COST_COLUMNS),
    Figure("latency_s", AMOUNT, _amount("latency")),
    Figure("latency_rows", ROWS, "count(e.latency)"),
    Figure("time_to_first_token_s", AMOUNT, _amount("time_to_first_token")),
    Figure("time_to_first_token_rows", ROWS, "count(e.time_to_first_token)"),
)
"""Every sum but the flags, in table order; the flags are the map `flag_names` → `flag_rows`."""


def _label(name: str) -> Dimension:
    return Dimension(name, f"ifNull(e.{name}, '')")


EVENT = Dimension("event", "e.event")
CALL_KIND = Dimension("call_kind", "e.call_kind")
MODEL, PROVIDER, PRODUCT = _label("model"), _label("provider"), _label("product")
FRAMEWORK, LIB, GATEWAY = _label("framework"), _label("lib"), _label("gateway")
API_KEY_ALIAS, COST_SOURCE = _label("api_key_alias"), _label("cost_source")
SERVICE_TIER, ERROR_TYPE = _label("service_tier"), _label("error_type")
IS_ERROR = Dimension("is_error", "toString(e.is_error)")
END_USER = Dimension("end_user", "ifNull(e.end_user, '')", "String")


USAGE = Grain(
    "ai_usage_hourly",
    (
        EVENT, CALL_KIND, MODEL, PROVIDER, PRODUCT, FRAMEWORK, LIB, GATEWAY, API_KEY_ALIAS, COST_SOURCE,
        SERVICE_TIER, IS_ERROR, ERROR_TYPE,
    ),
    FIGURES,
)  # fmt: skip
END_USERS = Grain("ai_usage_hourly_end_users", (EVENT, CALL_KIND, PRODUCT, END_USER), FIGURES)
GRAINS = (USAGE, END_USERS)
"""The coarsest that has the dimensions asked for answers: the first that fits."""
CALLERS = Grain(
    "ai_usage_daily_callers", (EVENT, CALL_KIND, END_USER), FIGURES, "day", events=tuple(sorted(COUNTED_EVENTS))
)
"""
End users of calls, whatever the product: of a large team a third of the cells of `ai_usage_daily_end_users`, and who
used most is asked of all of them.
"""
DAYS: Mapping[Grain, tuple[Grain, ...]] = {
    USAGE: (Grain("ai_usage_daily", USAGE.dimensions, FIGURES, "day"),),
    END_USERS: (CALLERS, Grain("ai_usage_daily_end_users", END_USERS.dimensions, FIGURES, "day")),
    ERRORS: (Grain("ai_errors_daily", ERRORS.dimensions, ERRORS.figures, "day", flags_of_rows=""),),
    REPORTING: (Grain("ai_reporting_daily", REPORTING.dimensions, REPORTING.figures, "day", flags_of_rows=""),),
}
"""The same cells by UTC day: the coarsest first, the last has all that the hours have."""
HOURLY = (*GRAINS, INTEGRITY, ERRORS, REPORTING)
"""What is summed from rows, hour by hour."""
TABLES = (*HOURLY, *(days for each in DAYS.values() for days in each))

STORAGE_SETTINGS = (
    "index_granularity = 24, min_bytes_for_wide_part = 1000000000000, min_rows_for_wide_part = 1000000000"
)
"""
A row is an hour of cells, some kilobytes: small granules let a day of all teams skip the rest of the month, and parts
of one file keep a granule's columns together, compressed granule by granule.

Measured on a month of 100 teams, 1.2 million cells, every figure, 2 busy cores, best of 4: a month of one team 150 ms,
a day of all teams 462 ms, 73 MB. Beside it, in this order: a file a column 96, 1929, 88; that in partitions of a day
1072, 323, 93; one file in partitions of a day 282, 231, 108; the hour first in the key 4994, 556, 93.
"""


def _storage_sql(grain: Grain, table: str, engine: str, on_cluster: str = "") -> str:
    columns = [f"{name} {type_}" for name, type_ in grain.row_columns]
    columns += [f"{name} Array({type_})" for name, type_ in grain.cell_columns]
    body = ",\n    ".join(columns)
    return (
        f"CREATE TABLE IF NOT EXISTS {table}{on_cluster} (\n    {body}\n)\n"
        f"ENGINE = {engine}\n"
        f"PARTITION BY toYYYYMM({grain.period})\n"
        f"ORDER BY (team_id, {grain.period})\n"
        f"SETTINGS {STORAGE_SETTINGS}"
    )


def create_table_sql(grain: Grain, cluster: str = "", database: str = "default") -> list[str]:
    """
    The statements that create a grain's table, in order.

    Args:
        cluster: '' for one server. Else three tables as of `ai_events`, sharded by team: an hour is replaced on one
            shard.
        database: Where the sharded table lives.
    """
    if not cluster:
        return [_storage_sql(grain, grain.table, "ReplacingMergeTree(version)")]
    on_cluster = f" ON CLUSTER '{cluster}'"
    path = f"/clickhouse/tables/{{shard}}/{database}.{grain.storage_table}"
    engine = f"ReplicatedReplacingMergeTree('{path}', '{{replica}}', version)"
    distributed = f"ENGINE = Distributed('{cluster}', '{database}', '{grain.storage_table}', sipHash64(team_id))"
    return [
        _storage_sql(grain, grain.storage_table, engine, on_cluster),
        *(
            f"CREATE TABLE IF NOT EXISTS {table}{on_cluster} AS {grain.storage_table}\n{distributed}"
            for table in (grain.writable_table, grain.table)
        ),
    ]


def insert_table(grain: Grain, cluster: str = "") -> str:
    """The table that an INSERT names."""
    return grain.writable_table if cluster else grain.table


def drop_table_sql(grain: Grain, cluster: str = "") -> list[str]:
    """The statements that undo `create_table_sql`."""
    tables = (grain.table, grain.writable_table, grain.storage_table) if cluster else (grain.table,)
    on_cluster = f" ON CLUSTER '{cluster}'" if cluster else ""
    return [f"DROP TABLE IF EXISTS {table}{on_cluster} SYNC" for table in tables]
