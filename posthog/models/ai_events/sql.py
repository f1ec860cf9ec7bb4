"""
The one place of the `ai_events` table: its columns, its indexes and its DDL.

Upstream's columns keep their names and types, so upstream's queries run unchanged; ours follow them.
NULL in a token or cost column means that nobody reported it; 0 is a report of zero.

One event is one uuid. Deliveries of the same event collapse by the sorting key, so everything in that key
must be a function of the event alone, never of the delivery; the newest `ingested_at` wins. Until parts
merge, duplicates are still on disk: every sum reads `FINAL`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from posthog.llm_usage.call_flags import COUNTED_EVENTS

TABLE = "ai_events"
SHARDED_TABLE = "sharded_ai_events"
WRITABLE_TABLE = "writable_ai_events"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its ClickHouse type, and what follows the type (DEFAULT, MATERIALIZED, CODEC)."""

    name: str
    type: str
    suffix: str = ""

    @property
    def is_written(self) -> bool:
        """True unless ClickHouse computes the value itself."""
        return "MATERIALIZED" not in self.suffix

    def to_sql(self) -> str:
        return f"{self.name} {self.type} {self.suffix}".rstrip()


def _columns(type_: str, *names: str, suffix: str = "") -> tuple[Column, ...]:
    return tuple(Column(name, type_, suffix) for name in names)


LABEL = "LowCardinality(Nullable(String))"
TEXT = "Nullable(String)"
COUNT = "Nullable(Int64)"
USD = "Nullable(Float64)"
HEAVY_CODEC = "CODEC(ZSTD(3))"
HTTP_STATUS = Column(
    "http_status",
    "LowCardinality(String)",
    "MATERIALIZED if(is_error = 1, JSONExtractString(properties, '$ai_http_status'), '')",
)
"""Of a call that failed, as its sender wrote it: summing failures does not read everybody's properties."""

COLUMNS: tuple[Column, ...] = (
    Column("uuid", "UUID"),
    Column("event", "LowCardinality(String)"),
    Column("timestamp", "DateTime64(6, 'UTC')"),
    Column("team_id", "Int64"),
    Column("distinct_id", "String"),
    Column("person_id", "UUID"),
    Column("properties", "String", HEAVY_CODEC),
    Column("retention_days", "Int16", "DEFAULT 30"),
    Column("drop_date", "Date", "MATERIALIZED toDate(timestamp) + toIntervalDay(retention_days)"),
    Column("trace_id", "String"),
    *_columns(TEXT, "session_id", "parent_id", "span_id"),
    Column("span_type", LABEL),
    *_columns(TEXT, "generation_id", "experiment_id", "span_name", "trace_name", "prompt_name"),
    *_columns(LABEL, "model", "provider", "framework"),
    *_columns(COUNT, "total_tokens", "input_tokens", "output_tokens"),
    *_columns(COUNT, "text_input_tokens", "text_output_tokens", "image_input_tokens", "image_output_tokens"),
    *_columns(COUNT, "audio_input_tokens", "audio_output_tokens", "video_input_tokens", "video_output_tokens"),
    *_columns(COUNT, "reasoning_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
    *_columns(COUNT, "cache_creation_5m_input_tokens", "cache_creation_30m_input_tokens"),
    *_columns(COUNT, "cache_creation_1h_input_tokens", "cache_creation_12h_input_tokens"),
    *_columns(COUNT, "web_search_count", "unexplained_tokens"),
    *_columns(USD, "input_cost_usd", "output_cost_usd", "total_cost_usd", "request_cost_usd"),
    *_columns(USD, "web_search_cost_usd", "audio_cost_usd", "image_cost_usd", "video_cost_usd"),
    *_columns(USD, "cache_read_cost_usd", "cache_creation_cost_usd", "saved_cache_cost_usd"),
    *_columns(USD, "latency", "time_to_first_token"),
    Column("is_error", "UInt8"),
    Column("error", TEXT),
    Column("error_type", LABEL),
    Column("error_normalized", TEXT),
    *_columns(TEXT, "input", "output", "output_choices", "input_state", "output_state", "tools", suffix=HEAVY_CODEC),
    Column("_timestamp", "DateTime"),
    Column("_offset", "UInt64"),
    Column("_partition", "UInt64"),
    Column("call_kind", "LowCardinality(String)"),
    Column("is_stream", "Nullable(UInt8)"),
    *_columns(LABEL, "product", "gateway"),
    Column("gateway_call_id", TEXT),
    *_columns(LABEL, "api_key_alias"),
    Column("end_user", TEXT),
    *_columns(LABEL, "service_tier", "lib", "cost_source", "cost_model"),
    Column("usage_raw", TEXT, HEAVY_CODEC),
    *_columns(LABEL, "usage_reading", "usage_rules_version"),
    Column("integrity_flags", "Array(LowCardinality(String))"),
    Column("ingested_at", "DateTime64(6, 'UTC')"),
    HTTP_STATUS,
)

IS_CALL = f"e.event IN ({', '.join(repr(event) for event in sorted(COUNTED_EVENTS))})"
"""Whether a row `e` is a call, of whatever kind."""

WRITTEN_COLUMNS: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.is_written)
"""What an INSERT names, in table order."""

BLOOM_FILTERED = (
    "trace_id", "session_id", "parent_id", "span_id", "prompt_name", "model", "experiment_id",
    "gateway_call_id", "uuid", "generation_id",
)  # fmt: skip
"""What single calls are looked for by, in full."""
RANKED = ("total_cost_usd", "total_tokens", "input_tokens", "output_tokens", "latency")
"""What single calls are sorted by: of a month only the parts are read that hold some of the first."""
SET_INDEXED = ("event", "is_error", "provider", "call_kind")

SORTING_KEY = "(team_id, toStartOfHour(timestamp), trace_id, uuid)"
"""
The hour bounds a day of one team; the trace within it keeps a trace's rows together.

Measured on 3 million rows of 1,000 teams and 4 days, 4 unmerged parts, FINAL, 2 cores, best of 3: one day of
all teams 207 ms, one day of one team 6 ms, one trace 11 ms. Beside it `(team_id, timestamp, uuid)`: 186, 6, 24;
`(team_id, trace_id, timestamp, uuid)`: 380, 7, 11; with `toDate(timestamp)` for the hour: 208, 7, 11.
"""


BLOCK_SETTING = "min_compress_block_size = 4096"
MERGE_SETTINGS = "merge_selector_base = 8, min_bytes_for_wide_part = 134217728"
"""
A drain's INSERT is a part of a thousand rows, and each row is merged into larger and larger ones: fewer times where
more parts go into each, and at less cost where a part of less than 128 MB is one file instead of hundreds.

Measured with 40 INSERTs of 1,000 recorded calls, processor time for each row until no merge was left, both runs: 85 and
83 µs, of which 62 are the INSERT; with ClickHouse's defaults (5, and 10 MB) 126 and 122.
"""
STORAGE_SETTINGS = ", ".join(
    (
        "ttl_only_drop_parts = 1",
        "non_replicated_deduplication_window = 1000",
        "index_granularity = 2048",
        BLOCK_SETTING,
        MERGE_SETTINGS,
    )
)
"""
Granules and blocks are small, for a page of calls by cost is scattered over the month.

Measured on 10 million rows of one team, 2 busy cores, median of 7: reading such a page of 51 calls whole 130 ms, the 51
dearest of a month 51 ms once those of some days are known, a trace's calls by its id 130 ms. Beside it granules of
8192 rows and blocks of 65536 bytes, ClickHouse's defaults: 245, 130, 91; of 1024 rows: 107, 47, 215. On disk 7 % more.
"""


def _list_indexes() -> list[tuple[str, str]]:
    """The column of each index and its definition. A NULL would count as infinitely large: 0 is taken for it."""
    blooms = [(name, f"INDEX bloom_{name} {name} TYPE bloom_filter(0.001)") for name in BLOOM_FILTERED]
    sets = [(name, f"INDEX set_{name} {name} TYPE set(64)") for name in SET_INDEXED]
    ranks = [(name, f"INDEX largest_{name} assumeNotNull({name}) TYPE minmax") for name in RANKED]
    return [(name, f"{sql} GRANULARITY 1") for name, sql in blooms + sets + ranks]


def _columns_sql() -> str:
    return ",\n    ".join([column.to_sql() for column in COLUMNS])


def _storage_sql(table: str, engine: str, on_cluster: str = "") -> str:
    body = ",\n    ".join([_columns_sql(), *(sql for _, sql in _list_indexes())])
    return (
        f"CREATE TABLE IF NOT EXISTS {table}{on_cluster} (\n    {body}\n)\n"
        f"ENGINE = {engine}\n"
        "PARTITION BY toYYYYMM(drop_date)\n"
        f"ORDER BY {SORTING_KEY}\n"
        "TTL drop_date\n"
        f"SETTINGS {STORAGE_SETTINGS}"
    )


def create_table_sql(cluster: str = "", database: str = "default") -> list[str]:
    """
    The statements that create `ai_events`, in order.

    Args:
        cluster: '' for one server. Else upstream's three tables: `sharded_ai_events` holds the rows,
            `writable_ai_events` and `ai_events` distribute writes and reads. Sharding by uuid brings the
            duplicates of one event to one shard, where they collapse.
        database: Where the sharded table lives.
    """
    if not cluster:
        return [_storage_sql(TABLE, "ReplacingMergeTree(ingested_at)")]
    on_cluster = f" ON CLUSTER '{cluster}'"
    path = f"/clickhouse/tables/{{shard}}/{database}.{SHARDED_TABLE}"
    storage = _storage_sql(
        SHARDED_TABLE, f"ReplicatedReplacingMergeTree('{path}', '{{replica}}', ingested_at)", on_cluster
    ).replace("non_replicated_deduplication_window", "replicated_deduplication_window")
    distributed = f"ENGINE = Distributed('{cluster}', '{database}', '{SHARDED_TABLE}', sipHash64(uuid))"
    return [
        storage,
        *(
            f"CREATE TABLE IF NOT EXISTS {table}{on_cluster} AS {SHARDED_TABLE}\n{distributed}"
            for table in (WRITABLE_TABLE, TABLE)
        ),
    ]


def add_column_sql(column: Column, cluster: str = "") -> list[str]:
    """The statements that bring a column to tables of before; rows that are there have it from then on, too."""
    return [f"{alter} ADD COLUMN IF NOT EXISTS {column.to_sql()}" for alter in _alter_each(cluster)]


def add_indexes_sql(names: Collection[str], cluster: str = "") -> list[str]:
    """The statements that bring indexes of these columns to tables of before; parts get theirs in the background."""
    storage = _alter_each(cluster)[0]
    added = [sql for name, sql in _list_indexes() if name in names]
    materialized = [f"{storage} MATERIALIZE INDEX {index.split()[1]}" for index in added]
    return [f"{storage} ADD {index.replace('INDEX', 'INDEX IF NOT EXISTS', 1)}" for index in added] + materialized


def drop_indexes_sql(names: Collection[str], cluster: str = "") -> list[str]:
    """The statements that undo `add_indexes_sql`."""
    return drop_named_indexes_sql([sql.split()[1] for name, sql in _list_indexes() if name in names], cluster)


def drop_named_indexes_sql(names: Iterable[str], cluster: str = "") -> list[str]:
    """The statements that drop indexes by their own names, those of before, too."""
    return [f"{_alter_each(cluster)[0]} DROP INDEX IF EXISTS {name}" for name in names]


def shrink_blocks_sql(cluster: str = "") -> str:
    """The statement that brings a table of before the smaller blocks; its granules stay as large as they were."""
    return f"{_alter_each(cluster)[0]} MODIFY SETTING {BLOCK_SETTING}"


def merge_less_sql(cluster: str = "") -> str:
    """The statement that brings a table of before the cheaper merges."""
    return f"{_alter_each(cluster)[0]} MODIFY SETTING {MERGE_SETTINGS}"


def merge_as_before_sql(cluster: str = "") -> str:
    """The statement that undoes `merge_less_sql`."""
    names = ", ".join(setting.split(" = ")[0] for setting in MERGE_SETTINGS.split(", "))
    return f"{_alter_each(cluster)[0]} RESET SETTING {names}"


def drop_column_sql(column: Column, cluster: str = "") -> list[str]:
    """The statements that undo `add_column_sql`."""
    return [f"{alter} DROP COLUMN IF EXISTS {column.name}" for alter in reversed(_alter_each(cluster))]


def _alter_each(cluster: str) -> list[str]:
    """The begin of a statement for every table, the storage first."""
    if not cluster:
        return [f"ALTER TABLE {TABLE}"]
    return [f"ALTER TABLE {table} ON CLUSTER '{cluster}'" for table in (SHARDED_TABLE, WRITABLE_TABLE, TABLE)]


def insert_table(cluster: str = "") -> str:
    """The table that an INSERT names."""
    return WRITABLE_TABLE if cluster else TABLE


def drop_table_sql(cluster: str = "") -> list[str]:
    """The statements that undo `create_table_sql`."""
    tables = (TABLE, WRITABLE_TABLE, SHARDED_TABLE) if cluster else (TABLE,)
    on_cluster = f" ON CLUSTER '{cluster}'" if cluster else ""
    return [f"DROP TABLE IF EXISTS {table}{on_cluster} SYNC" for table in tables]
